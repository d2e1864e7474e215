package generate

import (
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// interrupted writes a tree as a run does that is killed before its ownership
// files: the journal and every other file.
func interrupted(t *testing.T, tree *Tree, dir string) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	changes, err := tree.Diff(root.FS())
	if err != nil {
		t.Fatal(err)
	}
	w := writer{root: root}
	defer w.close()
	w.begin(changes)
	for _, c := range changes {
		if path.Base(c.Path) != OwnershipFile {
			w.apply(c)
		}
	}
	if w.err != nil {
		t.Fatal(w.err)
	}
}

// After runs that were killed, the last one in an empty folder or not, a tree of
// any other spec takes their place.
func TestJournal(t *testing.T) {
	trees := variants(t)
	dir := t.TempDir()
	interrupted(t, trees[0], dir)
	interrupted(t, trees[1], dir)
	if _, err := trees[0].Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(contents(trees[0]), snapshot(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// What was changed by hand after the run was killed is nobody's to overwrite.
func TestJournalKeepsWhatIsNotOurs(t *testing.T) {
	trees := variants(t)
	dir := t.TempDir()
	interrupted(t, trees[0], dir)
	if err := os.WriteFile(filepath.Join(dir, "base/kustomization.yaml"), []byte("{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := trees[1].Write(dir, WriteOptions{}); err == nil || err.Error() != "base/kustomization.yaml: in the way: a file that quorumwright did not write" {
		t.Errorf("error %v", err)
	}
}

// A tree of some environments leaves the others, and what the journal says of
// them.
func TestJournalOfOtherEnvironments(t *testing.T) {
	dir := t.TempDir()
	interrupted(t, mustGenerate(t, two()), dir)
	some, err := Generate(two(), "dev")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := some.Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "overlays/prod/kustomization.yaml")); err != nil {
		t.Error(err)
	}
	other := two()
	other.Environments[1].Spec.Gateway.Replicas = 7
	all := mustGenerate(t, other)
	if _, err := all.Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(contents(all), snapshot(t, dir)); diff != "" {
		t.Error(diff)
	}
}
