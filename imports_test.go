package quorumwright_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/quorumwright/quorumwright"

// leaves are rooms that know nothing of the others; every room may use them.
var leaves = []string{"internal/blockyaml", "internal/pattern", "internal/redisconf", "internal/regular", "internal/secret", "internal/spelling", "internal/supervisor", "internal/yamlquote"}

// mayImport is the import graph: which rooms a room may use besides leaves.
// Data flows one way; generate and lint meet only in cmd, as an fs.FS.
var mayImport = map[string][]string{
	"": {},
	"cmd/quorumwright": {"", "schema", "generate", "lint", "lint/repo", "lint/rules", "lint/report", "internal/apim",
		"internal/cache", "internal/early/help", "internal/early/release", "internal/forge", "internal/git", "internal/helm", "internal/importer", "internal/prove", "internal/specedit", "internal/yamledit"},
	"schema":                 {"", "internal/apim"},
	"generate":               {"", "schema", "internal/apim"},
	"lint":                   {"lint/repo", "internal/apim"},
	"lint/repo":              {},
	"lint/rules":             {"lint", "lint/repo", "internal/apim"},
	"lint/report":            {"lint", "lint/repo"},
	"golden":                 {},
	"internal/apim":          {},
	"internal/blockyaml":     {},
	"internal/cache":         {},
	"internal/early":         {},
	"internal/early/help":    {"internal/early"},
	"internal/early/release": {"internal/early"},
	"internal/forge":         {"internal/git"},
	"internal/git":           {},
	"internal/helm":          {},
	"internal/importer":      {"internal/yamledit", "lint", "lint/repo", "schema", "internal/apim", "internal/redisconf"},
	"internal/pattern":       {},
	"internal/peers":         {"", "schema"},
	"internal/prove":         {"lint", "lint/repo"},
	"internal/redisconf":     {},
	"internal/regular":       {},
	"internal/sbom":          {},
	"internal/secret":        {},
	"internal/specedit":      {"internal/yamledit", "schema"},
	"internal/spelling":      {},
	"internal/supervisor":    {},
	"internal/yamledit":      {},
	"internal/yamlquote":     {},
}

// homes are the third-party packages with the rooms that may use them.
var homes = map[string][]string{
	"cuelang.org/go":         {"schema", "generate"},
	"sigs.k8s.io/kustomize":  {"lint/repo"},
	"github.com/spf13/cobra": {"cmd/quorumwright"},
	"go.yaml.in/yaml/v3":     {"schema", "generate", "lint/repo", "internal/apim", "internal/blockyaml", "internal/helm", "internal/importer", "internal/specedit", "internal/yamledit", "cmd/quorumwright"},
	"golang.org/x/sys":       {"lint/repo", "cmd/quorumwright", "internal/prove"},
}

// TestImports holds the code, without its tests, to the graph.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&pkg); err != nil {
			t.Fatal(err)
		}
		room := roomOf(pkg.ImportPath)
		allowed, ok := mayImport[room]
		if !ok {
			t.Errorf("%s is not in the import graph: add it to mayImport", room)
		}
		for _, imp := range pkg.Imports {
			switch {
			case imp == module || strings.HasPrefix(imp, module+"/"):
				if other := roomOf(imp); other != room && !slices.Contains(leaves, other) && !slices.Contains(allowed, other) {
					t.Errorf("%q must not import %q", room, other)
				}
			case strings.Contains(strings.SplitN(imp, "/", 2)[0], "."):
				if !slices.Contains(home(imp), room) {
					t.Errorf("%q must not import %s: its home is %q", room, imp, home(imp))
				}
			}
		}
	}
}

// roomOf returns the room of a package of ours. What lies in a room's own
// internal folder is a part of the room.
func roomOf(importPath string) string {
	room := strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
	room, _, _ = strings.Cut(room, "/internal/")
	return room
}

func home(imp string) []string {
	for prefix, rooms := range homes {
		if imp == prefix || strings.HasPrefix(imp, prefix+"/") {
			return rooms
		}
	}
	return nil
}

// TestOneProgram makes sure that go install ./..., which is how pre-commit builds
// us, installs one program.
func TestOneProgram(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if got := strings.Fields(string(out)); !slices.Equal(got, []string{module + "/cmd/quorumwright"}) {
		t.Errorf("the programs are %q", got)
	}
}
