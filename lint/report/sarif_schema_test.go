package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	// This module carries the schema of SARIF 2.1.0, errata 01, word for word as
	// OASIS publishes it. Its own check writes the log anew before it looks at
	// it, and so cannot be used.
	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

// publishedSARIF is the published schema: a constant of a module whose checksum
// go.sum pins. The module keeps it to itself, so it is read from its source.
var publishedSARIF = sync.OnceValues(func() ([]byte, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	if err != nil {
		return nil, err
	}
	source := filepath.Join(strings.TrimSpace(string(dir)), "pkg/report/v210/sarif/schema.go")
	file, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var text string
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok {
			text, err = strconv.Unquote(literal.Value)
		}
		return err == nil
	})
	return []byte(text), err
})

// compiledSARIF is compiled once: that takes a hundred times what it takes to check a
// log.
var compiledSARIF struct {
	once   sync.Once
	schema jsonSchema
}

func sarifSchemaOf(t testing.TB) jsonSchema {
	t.Helper()
	compiledSARIF.once.Do(func() {
		text, err := publishedSARIF()
		if err != nil {
			t.Fatal(err)
		}
		schema := compileSchema(t, text, false)
		if id := schema.ID; id != sarifSchema {
			t.Fatalf("the schema is %s; the log says %s", id, sarifSchema)
		}
		compiledSARIF.schema = schema
	})
	return compiledSARIF.schema
}
