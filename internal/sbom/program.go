package sbom

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
)

// A program is a file of the release.
type program struct {
	name   string
	sha256 string
	goTool string // the version of the toolchain
	main   string // the path of the main module
	deps   []debug.Module
}

// readProgram reads what go version -m prints.
func readProgram(file string) (program, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return program{}, err
	}
	info, err := buildinfo.Read(bytes.NewReader(data))
	if err != nil {
		return program{}, err
	}
	sum := sha256.Sum256(data)
	p := program{name: filepath.Base(file), sha256: hex.EncodeToString(sum[:]), goTool: info.GoVersion, main: info.Main.Path}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		p.deps = append(p.deps, *m)
	}
	return p, nil
}

// linked returns the modules of all programs, each once, in order of their paths.
func linked(programs []program) []debug.Module {
	var all []debug.Module
	for _, p := range programs {
		all = append(all, p.deps...)
	}
	slices.SortFunc(all, func(a, b debug.Module) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Version, b.Version))
	})
	return slices.CompactFunc(all, func(a, b debug.Module) bool { return a.Path == b.Path && a.Version == b.Version })
}
