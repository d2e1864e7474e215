package golden

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/quorumwright/quorumwright/generate"
)

// build renders a folder of a tree in memory as the command line of kustomize
// does, with the files of a person beside it.
func build(t *testing.T, tree *generate.Tree, own files, dir string) []byte {
	t.Helper()
	disk := filesys.MakeFsInMemory()
	for file, data := range own {
		if err := disk.WriteFile(file, data); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range tree.Files() {
		if err := disk.WriteFile(f.Path, f.Data); err != nil {
			t.Fatal(err)
		}
	}
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	resources, err := krusty.MakeKustomizer(options).Run(disk, dir)
	if err != nil {
		t.Fatal(err)
	}
	data, err := resources.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Every overlay builds, and kubectl, where there is one, and whatever version of
// kustomize it holds, builds the same without a warning.
func TestBuild(t *testing.T) {
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		t.Logf("no kubectl to compare with: %v", err)
	}
	for _, name := range cases(t) {
		d, tree := generated(t, name)
		deploy := t.TempDir()
		if _, err := tree.Write(deploy, generate.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		own := encrypted(t, name, d)
		own.write(t, deploy)
		for _, env := range d.Environments {
			t.Run(name+"/"+env.Name, func(t *testing.T) {
				ours := build(t, tree, own, "overlays/"+env.Name)
				if kubectl == "" {
					return
				}
				var stderr bytes.Buffer
				cmd := exec.Command(kubectl, "kustomize", filepath.Join(deploy, "overlays", env.Name))
				cmd.Stderr = &stderr
				theirs, err := cmd.Output()
				if err != nil {
					t.Fatalf("kubectl kustomize: %v\n%s", err, &stderr)
				}
				if stderr.Len() > 0 {
					t.Errorf("kubectl kustomize warns: %s", &stderr)
				}
				if !bytes.Equal(ours, theirs) {
					t.Error("kubectl builds something else")
				}
			})
		}
	}
}
