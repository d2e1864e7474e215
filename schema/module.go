package schema

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/quorumwright/quorumwright"
)

// modulePath is the module of cue.mod/module.cue: the prefix of every import
// between its packages.
const modulePath = "github.com/quorumwright/quorumwright/"

// A Module evaluates the embedded CUE module: the packages schema, overlays
// and generate. It reads neither disk nor network, and packages can import
// nothing but each other and the standard library of CUE. (cue/load would do
// the same at twice the cost.)
//
// A Module is not safe for concurrent use. What is built in it stays in memory
// as long as the Module.
type Module struct {
	// Context is where the packages are built. Values of other contexts cannot be
	// mixed with theirs.
	Context *cue.Context
	build   *build.Context
	built   map[string]*build.Instance // by folder
}

// NewModule returns a module in which nothing is built yet.
func NewModule() *Module {
	return &Module{
		Context: newContext(),
		build:   build.NewContext(),
		built:   map[string]*build.Instance{},
	}
}

// Package builds the package in the folder dir of the module ("schema",
// "overlays" or "generate") with those that it imports. The error can only be a
// defect of the embedded files, which the tests exclude.
func (m *Module) Package(dir string) (cue.Value, error) {
	inst := m.instance(dir)
	if inst.Err != nil {
		return cue.Value{}, fmt.Errorf("embedded CUE package %s: %w", dir, inst.Err)
	}
	v := m.Context.BuildInstance(inst)
	if err := v.Err(); err != nil {
		return cue.Value{}, fmt.Errorf("embedded CUE package %s: %w", dir, err)
	}
	return v, nil
}

// load is what the CUE compiler calls for every import. A nil instance leaves
// the standard library to it.
func (m *Module) load(_ token.Pos, importPath string) *build.Instance {
	dir, ok := strings.CutPrefix(importPath, modulePath)
	if !ok {
		return nil
	}
	return m.instance(dir)
}

func (m *Module) instance(dir string) *build.Instance {
	if inst := m.built[dir]; inst != nil {
		return inst
	}
	inst := m.build.NewInstance(dir, m.load)
	inst.ImportPath = modulePath + dir
	m.built[dir] = inst
	files, err := fs.Glob(quorumwright.CUE, path.Join(dir, "*.cue"))
	if err == nil && len(files) == 0 {
		err = fs.ErrNotExist
	}
	for _, name := range files {
		if err != nil {
			break
		}
		err = addFile(inst, name)
	}
	if err == nil {
		err = inst.Complete()
	}
	if err != nil {
		inst.ReportError(errors.Promote(err, dir))
	}
	return inst
}

func addFile(inst *build.Instance, name string) error {
	src, err := quorumwright.CUE.ReadFile(name)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(name, src, parser.ParseComments)
	if err != nil {
		return err
	}
	if err := inst.AddSyntax(f); err != nil { // a nil errors.Error is not a nil error
		return err
	}
	return nil
}
