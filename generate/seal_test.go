package generate

import (
	"io/fs"
	"maps"
	"testing"
	"testing/fstest"
)

// TestSealHoldsExactlyIfDiffFindsNothing damages a folder in every way and asks
// both.
func TestSealHoldsExactlyIfDiffFindsNothing(t *testing.T) {
	d := many(3)
	tree, err := Generate(d)
	if err != nil {
		t.Fatal(err)
	}
	text, err := tree.Seal().MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var seal Seal
	if err := seal.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	whole := tree.FS().(fstest.MapFS)
	check := func(what string, have fs.FS) {
		t.Helper()
		changes, err := tree.Diff(have)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got, want := seal.Holds(have), len(changes) == 0; got != want {
			t.Errorf("%s: the seal says %v, Diff finds %d changes", what, got, len(changes))
		}
	}
	check("as generated", whole)
	check("empty", fstest.MapFS{})
	for name := range whole {
		changed := maps.Clone(whole)
		changed[name] = &fstest.MapFile{Data: append([]byte("x"), whole[name].Data...), Mode: 0o644}
		check(name+" changed", changed)
		delete(changed, name)
		check(name+" missing", changed)
		changed[name] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
		check(name+" is a folder", changed)
		changed[name] = &fstest.MapFile{Data: whole[name].Data, Mode: fs.ModeSymlink | 0o777}
		check(name+" is a link", changed)
	}
	more := maps.Clone(whole)
	more["overlays/mine/notes.txt"] = &fstest.MapFile{Data: []byte("x"), Mode: 0o644}
	more["overlays/env-0000/mine.yaml"] = &fstest.MapFile{Data: []byte("x"), Mode: 0o644}
	check("with files of somebody else", more)

	// An environment that the spec does not have any more.
	larger, err := Generate(many(4))
	if err != nil {
		t.Fatal(err)
	}
	check("with an orphaned environment", larger.FS())
	part, err := Generate(d, "env-0001")
	if err != nil {
		t.Fatal(err)
	}
	if !part.Seal().Holds(whole) || !part.Seal().Holds(larger.FS()) {
		t.Error("the seal of one environment judges the others")
	}
}

// TestSealAsksAboutLineEnds: files with CRLF are no difference to generate, but
// check has something to say about them.
func TestSealAsksAboutLineEnds(t *testing.T) {
	tree, err := Generate(many(1))
	if err != nil {
		t.Fatal(err)
	}
	have := tree.FS().(fstest.MapFS)
	for name, f := range have {
		have[name] = &fstest.MapFile{Data: append([]byte{}, replaceLF(f.Data)...), Mode: 0o644}
	}
	if changes, err := tree.Diff(have); err != nil || len(changes) > 0 {
		t.Fatalf("%v, %v", changes, err)
	}
	if tree.Seal().Holds(have) {
		t.Error("the seal is sure about files with CRLF")
	}
}

func replaceLF(data []byte) []byte {
	var out []byte
	for _, c := range data {
		if c == '\n' {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}

func TestDamagedSeals(t *testing.T) {
	for _, text := range []string{"", "seal 1", "seal 1 true", "seal 2 true\nab base/x\n", "seal 1 false\nab\n", "seal 1 false\nab ../x\n"} {
		var s Seal
		if s.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is a seal", text)
		}
	}
}
