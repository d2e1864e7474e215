package generate

import (
	"os"
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
	d := differ{tree: tree, have: root.FS(), brief: true, plain: map[string]error{}}
	changes, err := d.diff()
	if err != nil {
		t.Fatal(err)
	}
	w := newWriter(root)
	defer w.leave(1)
	w.begin(changes)
	for _, c := range changes {
		if !c.isRecord() {
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

// What a killed run left half-written goes away also where the next run has
// nothing to write, and no seal says before that nothing is to be done.
func TestJournalLeadsToWhatIsLeft(t *testing.T) {
	trees := variants(t)
	dir := written(t, trees[0])
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	d := differ{tree: trees[1], have: root.FS(), plain: map[string]error{}}
	changes, err := d.diff()
	if err != nil {
		t.Fatal(err)
	}
	w := newWriter(root)
	w.begin(changes)
	put(t, dir, w.temporary, "[")
	put(t, dir, "overlays/dev/"+w.temporary, "half a fi")
	if trees[0].Seal().Holds(os.DirFS(dir)) {
		t.Error("the seal holds beside a journal")
	}
	if _, err := trees[0].Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(contents(trees[0]), snapshot(t, dir)); diff != "" {
		t.Error(diff)
	}
}
