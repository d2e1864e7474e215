package sbom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// platforms are those that make release builds for.
var platforms = []string{"linux", "darwin", "windows"}

// linkedModules returns the modules that are linked into the command on any of
// the platforms.
func linkedModules(t *testing.T) []debug.Module {
	t.Helper()
	all, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// listed asks the Go toolchain, once for each platform.
var listed = sync.OnceValues(func() ([]debug.Module, error) {
	var all []program
	for _, goos := range platforms {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}", "../../cmd/quorumwright")
		cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		var p program
		for line := range strings.Lines(string(out)) {
			if path, version, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
				p.deps = append(p.deps, debug.Module{Path: path, Version: version})
			}
		}
		all = append(all, p)
	}
	return linked(all), nil
})

// TestModules holds the list of what is linked to docs/modules.md, so that a
// dependency that comes with another one is seen in review; and it holds the
// licences to the accepted ones. UPDATE_GOLDEN=1 writes the list.
func TestModules(t *testing.T) {
	modules := linkedModules(t)
	if n := len(modules); n < 20 || n > 50 {
		t.Errorf("%d modules are linked, and 50 are the most that we want to answer for", n)
	}
	licences, err := licencesOf(modules)
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	fmt.Fprintf(&page, "# Linked modules\n\nWhat is in the program, on Linux, macOS or Windows: %d modules. A test compares\nthis list with the code, and refuses any licence but %s.\nWhy we use those that we name ourselves: [dependencies](dependencies.md).\n\n| module | version | licence |\n|---|---|---|\n", len(modules), strings.Join(accepted, ", "))
	for _, m := range modules {
		fmt.Fprintf(&page, "| %s | %s | %s |\n", m.Path, m.Version, licences[m.Path])
	}
	file := filepath.Join("..", "..", "docs", "modules.md")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), page.String()); diff != "" {
		t.Errorf("docs/modules.md is not up to date; make golden writes it (-have +want):\n%s", diff)
	}
}

// TestPatched makes sure that no module is older than the release that mends a
// vulnerability known to reach this program.
func TestPatched(t *testing.T) {
	for path, least := range map[string][2]int{"golang.org/x/text": {0, 39}} { // GO-2026-5970
		i := slices.IndexFunc(linkedModules(t), func(m debug.Module) bool { return m.Path == path })
		if i < 0 {
			t.Errorf("%s is not linked any more: drop it here", path)
			continue
		}
		var major, minor int
		version := linkedModules(t)[i].Version
		if _, err := fmt.Sscanf(version, "v%d.%d", &major, &minor); err != nil || major < least[0] || major == least[0] && minor < least[1] {
			t.Errorf("%s %s is older than v%d.%d", path, version, least[0], least[1])
		}
	}
}

func TestClassify(t *testing.T) {
	for want, text := range map[string]string{
		"MIT":          "Permission is hereby granted, free of charge,\n  to any person obtaining a copy",
		"Apache-2.0":   "Apache License\nVersion 2.0, January 2004",
		"BSD-3-Clause": "Redistributions in binary form must reproduce the above. Neither the name of",
		"BSD-2-Clause": "Redistributions in binary form must reproduce the above.",
		"GPL":          "GNU GENERAL PUBLIC LICENSE Version 3",
		"MPL-2.0":      "Mozilla Public License Version 2.0",
		"":             "All rights reserved.",
	} {
		if got := strings.Join(classify(text), " "); got != want {
			t.Errorf("%q is taken for %q", text, got)
		}
	}
}

// TestDocument makes a bill of materials of this test's own program with the
// modules of the command, twice.
func TestDocument(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := readProgram(self)
	if err != nil {
		t.Fatal(err)
	}
	if p.main != "github.com/quorumwright/quorumwright" || len(p.sha256) != 64 || !strings.HasPrefix(p.goTool, "go1.") {
		t.Fatalf("read as %+v", p)
	}
	p.deps = linkedModules(t) // those of a test are not recorded
	licences, err := licencesOf(p.deps)
	if err != nil {
		t.Fatal(err)
	}
	write := func() []byte {
		var b bytes.Buffer
		if err := encode(&b, document("v1.2.3", time.Unix(0, 0).UTC(), []program{p, p}, licences)); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	text := write()
	if !bytes.Equal(text, write()) {
		t.Error("the same programs give another document")
	}
	var d spdxDocument
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{d.ID: true}
	for _, p := range d.Packages {
		known[p.ID] = true
		if strings.Trim(p.ID, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") != "" || p.Declared == "" || p.Version == "" {
			t.Errorf("package %+v", p)
		}
	}
	for _, r := range d.Relationships {
		if !known[r.From] || !known[r.To] {
			t.Errorf("%s %s %s leads nowhere", r.From, r.Type, r.To)
		}
	}
}
