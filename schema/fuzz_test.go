package schema

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzParse reads anything as YAML and as CUE: every mistake has a place in the
// file and words that can be printed, and what is accepted is complete.
func FuzzParse(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		f.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		spec := txtar.Parse(data).Files[0]
		f.Add(spec.Data, isCUE(spec.Name))
	}
	for name, src := range hostile() {
		if len(src) < 4<<10 {
			f.Add([]byte(src), isCUE(name))
		}
	}
	l := NewLoader()
	f.Fuzz(func(t *testing.T, data []byte, cue bool) {
		if len(data) > 8<<10 {
			return
		}
		name := "fuzz.yaml"
		if cue {
			name = "fuzz.cue"
		}
		d, err := l.Parse(name, data)
		if err == nil {
			for _, env := range d.Environments {
				s := env.Spec
				if env.Name == "" || s.Namespace == "" || s.Redis.Nodes < 3 || s.Sentinel.Quorum < 2 || s.Sentinel.DownAfter.Milliseconds() < 1000 ||
					s.Gateway.Image.Tag == "" || s.Gateway.Namespace == "" || s.Gateway.ReleaseName == "" || s.Redis.Auth.SecretName == "" {
					t.Errorf("%s is accepted and not complete: %+v", env.Name, s)
				}
			}
			return
		}
		var all Errors
		if !errors.As(err, &all) {
			t.Fatalf("error of type %T: %v", err, err)
		}
		lines := len(lineBreak().Split(string(data), -1))
		for _, e := range all {
			if e.Line < 1 || e.Line > lines || e.Column < 1 || e.EndLine < e.Line || e.EndLine == e.Line && e.EndColumn <= e.Column {
				t.Errorf("no place: %+v", e)
			}
			for _, text := range []string{e.Message, e.Help} {
				if !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }) {
					t.Errorf("not to be printed: %q", text)
				}
			}
		}
	})
}
