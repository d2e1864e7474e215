package repo

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"go.yaml.in/yaml/v3"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// FuzzYAMLDifferential holds what we accept against the reader of kustomize:
// texts that need no interpretation must be the same for both.
func FuzzYAMLDifferential(f *testing.F) {
	for _, text := range yamlSeeds {
		f.Add([]byte(text))
	}
	for _, text := range hostile {
		if len(text) < 2048 {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := newFile("a.yaml", data)
		if len(data) > 1<<14 || len(file.parse()) > 0 || len(file.docs) != 1 || file.aliased {
			return
		}
		// What stands behind the end of a document is another one.
		text := file.docs[0].text
		theirs, err := kyaml.Parse(string(file.data[text.start:text.end]))
		if err != nil {
			t.Fatalf("accepted here, and kustomize says: %v", err)
		}
		// What it writes is another matter: it doubles the line breaks of a folded
		// text before lines that are indented more.
		var value any
		if err := theirs.YNode().Decode(&value); err != nil {
			return // such as a mapping with a list as key
		}
		differ(t, file.docs[0].root, value)
	})
}

// plainKey are keys that no reader takes for anything but a text.
var plainKey = regexp.MustCompile(`^[a-z]{4,12}$`)

func differ(t *testing.T, n *yaml.Node, value any) {
	t.Helper()
	switch n.Kind {
	case yaml.MappingNode:
		fields, ok := value.(map[string]any)
		if !ok {
			return // a tag makes it something else
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Tag != "!!str" || !plainKey.MatchString(key.Value) {
				continue
			}
			v, ok := fields[key.Value]
			if !ok {
				t.Errorf("kustomize does not see %q", key.Value)
				continue
			}
			differ(t, n.Content[i+1], v)
		}
	case yaml.SequenceNode:
		items, ok := value.([]any)
		if !ok {
			return
		}
		if len(items) != len(n.Content) {
			t.Fatalf("%d entries, and kustomize sees %d", len(n.Content), len(items))
		}
		for i, c := range n.Content {
			differ(t, c, items[i])
		}
	case yaml.ScalarNode:
		quoted := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
		if text, ok := value.(string); ok && quoted && n.Tag == "!!str" && text != n.Value {
			t.Errorf("%q, and kustomize sees %q", n.Value, text)
		}
	}
}

// FuzzPath asks for files by any name in a folder with links in all directions:
// what lies outside never comes up.
func FuzzPath(f *testing.F) {
	const canary = "outside"
	top := f.TempDir()
	for name, text := range map[string]string{"OUT/secret": canary, "repo/.git/HEAD": "", "repo/a.yaml": "a", "repo/sub/b.yaml": "b", "secret": canary} {
		at := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			f.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			f.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"out": "../OUT", "file": "../OUT/secret", "in": "sub", "loop": "loop", "up": "..", "abs": filepath.Join(top, "OUT"),
		"sub/back": "../up/secret", "sub/deep": "../in/../../OUT/secret", "double": "up/OUT",
	} {
		if err := os.Symlink(target, filepath.Join(top, "repo", link)); err != nil {
			f.Fatal(err)
		}
	}
	m, err := newMount(DirFS(filepath.Join(top, "repo", "sub")), ".")
	if err != nil {
		f.Fatal(err)
	}
	l := &loader{mounts: []*mount{m}, maxSize: maxFileSize, wd: m.wd}
	for _, name := range []string{
		"b.yaml", "../a.yaml", "../out/secret", "../file", "../in/b.yaml", "../loop", "../../secret", "../up/secret", "back", "deep", "../double/secret",
		"../abs/secret", top + "/secret", top + "/repo/a.yaml", top + "/repo/../secret", "../.././secret", "./..//../OUT/secret", "..\\..\\secret", "\x00", "",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, display := range []string{name, cleanPath(name), filepath.Join(top, "repo", name), "../" + name} {
			if data, err := l.read(display); err == nil && string(data) == canary {
				t.Errorf("%q is outside and was read", display)
			}
			if info, err := l.stat(display); err == nil && !info.IsDir() && info.Size() == int64(len(canary)) {
				t.Errorf("%q is outside and was looked at", display)
			}
		}
	})
}
