package main

import (
	"os"
	"strings"
	"testing"

	"github.com/quorumwright/quorumwright/lint"
)

// TestRewrite makes sure that a fix is written only over what was judged, whole,
// and with the mode that the file had.
func TestRewrite(t *testing.T) {
	fixed := lint.FixedFile{Name: "values.yaml", Old: []byte("a: 1\r\n"), New: []byte("a: 2\r\n")}
	for _, c := range []struct {
		name, want string
		prepare    func(t *testing.T)
	}{
		{"as it was read", "", func(t *testing.T) { write(t, "values.yaml", "a: 1\r\n") }},
		{"changed meanwhile", "values.yaml: changed meanwhile, left as it is; run again", func(t *testing.T) { write(t, "values.yaml", "a: 3\r\n") }},
		{"gone meanwhile", "values.yaml: no such file or folder", func(*testing.T) {}},
		{"a link", "values.yaml: not a regular file, left as it is", func(t *testing.T) {
			write(t, "other.yaml", "a: 1\r\n")
			if err := os.Symlink("other.yaml", "values.yaml"); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			c.prepare(t)
			before, _ := os.ReadFile("values.yaml")
			if c.want == "" {
				if err := os.Chmod("values.yaml", 0o640); err != nil {
					t.Fatal(err)
				}
			}
			err := rewrite(fixed)
			after, _ := os.ReadFile("values.yaml")
			if c.want != "" {
				if err == nil || err.Error() != c.want || string(after) != string(before) {
					t.Errorf("%v, and the file holds %q", err, after)
				}
				return
			}
			info, statErr := os.Stat("values.yaml")
			if err != nil || statErr != nil || string(after) != string(fixed.New) || info.Mode().Perm() != 0o640 {
				t.Errorf("%v %v: %q %v", err, statErr, after, info.Mode())
			}
			entries, _ := os.ReadDir(".")
			for _, e := range entries {
				if strings.HasPrefix(e.Name(), ".quorumwright-") {
					t.Errorf("%s is left behind", e.Name())
				}
			}
		})
	}
}
