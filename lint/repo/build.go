package repo

import (
	"fmt"
	"io/fs"

	"github.com/quorumwright/quorumwright/internal/supervisor"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Build renders the kustomize root in a folder of files that the program made
// itself or has looked through, and returns the manifests as kustomize build prints
// them. Files from elsewhere go through Open, which guards against what they may
// hold.
func Build(files fs.FS, dir string) ([]byte, error) {
	building.Lock()
	defer building.Unlock()
	defer supervisor.Begin(renderingWork + dir)()
	memory := filesys.MakeFsInMemory()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return memory.WriteFile(name, data)
	})
	if err != nil {
		return nil, err
	}
	opts := krusty.MakeDefaultOptions()
	opts.Reorder = krusty.ReorderOptionUnspecified // as the kustomize command does
	opts.PluginConfig = types.DisabledPluginConfig()
	rm, err := krusty.MakeKustomizer(opts).Run(memory, dir)
	if err != nil {
		return nil, fmt.Errorf("%s: kustomize does not build it", dir)
	}
	return rm.AsYaml()
}
