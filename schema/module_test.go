package schema

import (
	"bytes"
	"io/fs"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/format"

	"github.com/quorumwright/quorumwright"
)

// TestModule is cue vet and cue fmt --check of the embedded module.
func TestModule(t *testing.T) {
	for _, dir := range []string{"schema", "overlays", "generate"} {
		t.Run(dir, func(t *testing.T) {
			m := NewModule()
			v, err := m.Package(dir)
			if err != nil {
				t.Fatal(errors.Details(err, nil))
			}
			if err := v.Validate(cue.Definitions(true), cue.All()); err != nil {
				t.Error(errors.Details(err, nil))
			}
			files, err := fs.Glob(quorumwright.CUE, dir+"/*.cue")
			if err != nil || len(files) == 0 {
				t.Fatalf("no files: %v", err)
			}
			for _, name := range files {
				src, err := quorumwright.CUE.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				formatted, err := format.Source(src)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(src, formatted) {
					t.Errorf("%s is not formatted; cue fmt does it", name)
				}
			}
		})
	}
}

func TestModuleUnknownPackage(t *testing.T) {
	if _, err := NewModule().Package("nothing"); err == nil {
		t.Error("a package that does not exist builds")
	}
}
