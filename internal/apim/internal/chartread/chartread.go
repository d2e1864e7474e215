// Package chartread finds out which Helm values the templates of a chart read,
// by following .Values through the templates without rendering them: through
// variables, with, range, include, template, dict, get, dig, hasKey, index,
// default, required, tpl, toYaml, merge and the like.
//
// It answers for what a release of the gateway can render: the templates of
// the folders gateway and common, the extra manifests, and every named
// template that these include. Values are looked at as paths; a branch is
// followed whatever its condition, and the condition is remembered as far as
// it is a plain test of values (truth, not, and, or, eq, ne, empty, hasKey).
package chartread

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"text/template/parse"

	"go.yaml.in/yaml/v3"
)

// Chart is what a chart folder says.
type Chart struct {
	Name, Version string
	// Keys are the values that templates read, sorted by path.
	Keys []Key
	// Defaults is values.yaml.
	Defaults map[string]any
}

// Mode says what the templates do with a value. Several may hold.
type Mode uint8

// What templates do with a value.
const (
	Tested    Mode = 1 << iota // a condition looks at it
	Printed                    // pasted as a scalar
	Passed                     // passed through as YAML or JSON, whatever it holds
	Rendered                   // rendered as a template
	Each                       // its elements are visited
	Required                   // rendering fails without it
	Unquoted                   // pasted without quotes around it
	EachNamed                  // its elements are visited with their names
)

// Key is a value that a template reads.
type Key struct {
	Path     string // dotted, elements of lists and maps as []
	Mode     Mode
	Fallback string // of the first default function around it
	// Files are the templates that read it, without folder and extension.
	Files []string
	// When is the derived condition, in the form of the catalogue; empty if it
	// is always read.
	When string
	// Opaque says that a test around it could not be told, so When is only a
	// part of the condition.
	Opaque bool
}

// Read reads a chart folder.
func Read(folder fs.FS) (*Chart, error) {
	var meta struct{ Name, Version string }
	if err := readYAML(folder, "Chart.yaml", &meta); err != nil {
		return nil, err
	}
	chart := &Chart{Name: meta.Name, Version: meta.Version}
	if err := readYAML(folder, "values.yaml", &chart.Defaults); err != nil {
		return nil, err
	}
	trees, roots, err := parseTemplates(folder)
	if err != nil {
		return nil, err
	}
	reader := newReader(trees)
	for _, root := range roots {
		reader.file(root)
	}
	chart.Keys = reader.keys()
	return chart, nil
}

func readYAML(folder fs.FS, name string, into any) error {
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return fmt.Errorf("not a chart folder: %w", err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// parseTemplates parses every template and names those that a gateway renders.
func parseTemplates(folder fs.FS) (trees map[string]*parse.Tree, roots []string, err error) {
	trees = make(map[string]*parse.Tree)
	err = fs.WalkDir(folder, "templates", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if ext := path.Ext(name); ext != ".yaml" && ext != ".tpl" {
			return nil
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		tree := parse.New(name)
		tree.Mode = parse.SkipFuncCheck
		if _, err := tree.Parse(string(text), "", "", trees); err != nil {
			return err
		}
		trees[name] = tree
		if rendersGateway(name) {
			roots = append(roots, name)
		}
		return nil
	})
	return trees, roots, err
}

func rendersGateway(name string) bool {
	if path.Ext(name) != ".yaml" {
		return false
	}
	switch folder := path.Dir(name); folder {
	case "templates/gateway", "templates/common":
		return true
	default:
		return name == "templates/extra-manifests.yaml"
	}
}

// keys turns the collected uses into keys.
func (r *reader) keys() []Key {
	var keys []Key
	for _, p := range slices.Sorted(maps.Keys(r.uses)) {
		use := r.uses[p]
		when, opaque := use.when.simplify(p)
		keys = append(keys, Key{
			Path: p, Mode: use.mode, Fallback: use.fallback,
			Files: slices.Sorted(maps.Keys(use.files)),
			When:  when, Opaque: opaque,
		})
	}
	return keys
}

// base is a template's name without folder and extension.
func base(name string) string {
	return strings.TrimSuffix(path.Base(name), path.Ext(name))
}
