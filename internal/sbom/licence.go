package sbom

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// accepted are the licences, by their SPDX ids, that a linked module may have:
// they let a program be passed on under any terms if their text comes with it.
var accepted = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}

// licencesOf returns the SPDX expression of each module, by its path.
func licencesOf(modules []debug.Module) (map[string]string, error) {
	args := []string{"list", "-m", "-f", "{{.Path}}\t{{.Dir}}"}
	for _, m := range modules {
		args = append(args, m.Path+"@"+m.Version)
	}
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		return nil, fmt.Errorf("go list -m: %w", err)
	}
	licences := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, dir, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if dir == "" {
			return nil, fmt.Errorf("%s is not in the module cache: go mod download gets it", path)
		}
		ids, err := licenceFiles(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for _, id := range ids {
			if !slices.Contains(accepted, id) {
				return nil, fmt.Errorf("%s: its licence %s is not one of %s", path, id, strings.Join(accepted, ", "))
			}
		}
		licences[path] = strings.Join(ids, " AND ")
	}
	return licences, nil
}

// licenceFiles returns the ids of the licences in the root of a module. A folder
// of a larger repository may leave its licence to the root of that, which the
// module cache puts into the module's own.
func licenceFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(name, "LICENSE") && !strings.HasPrefix(name, "LICENCE") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		found := classify(string(text))
		if len(found) == 0 {
			return nil, fmt.Errorf("%s is a licence that is not known", e.Name())
		}
		ids = append(ids, found...)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("it has no licence")
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// classify returns the licences whose own words a text holds.
func classify(text string) []string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	var ids []string
	for _, l := range []struct {
		id    string
		words []string
	}{
		{"AGPL", []string{"gnu affero general public license"}},
		{"GPL", []string{"gnu general public license"}},
		{"LGPL", []string{"gnu lesser general public license"}},
		{"MPL-2.0", []string{"mozilla public license"}},
		{"Apache-2.0", []string{"apache license", "version 2.0"}},
		{"MIT", []string{"permission is hereby granted, free of charge, to any person obtaining a copy"}},
		{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose"}},
		{"BSD-3-Clause", []string{"redistributions in binary form must reproduce", "neither the name"}},
	} {
		if !slices.ContainsFunc(l.words, func(w string) bool { return !strings.Contains(text, w) }) {
			ids = append(ids, l.id)
		}
	}
	if strings.Contains(text, "redistributions in binary form must reproduce") && !slices.Contains(ids, "BSD-3-Clause") {
		ids = append(ids, "BSD-2-Clause")
	}
	return ids
}
