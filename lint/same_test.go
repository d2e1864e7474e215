package lint_test

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/quorumwright/quorumwright/lint/rules"
)

// TestRunsAreByteIdentical lints one repository of many environments, each a tree
// of the test data with mistakes, 20 times: every format says the same every
// time, byte for byte.
func TestRunsAreByteIdentical(t *testing.T) {
	all := allTrees(t)
	fsys := fstest.MapFS{}
	n := 0
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !strings.HasSuffix(name, " bad") && !strings.Contains(name, "/trees/") && !strings.HasSuffix(name, "golden/broken") {
			continue
		}
		if n++; n%3 != 0 {
			continue // a third of them costs a third of the time
		}
		for file, text := range all[name] {
			fsys["trees/"+strings.NewReplacer(" ", "-", "../", "").Replace(name)+"/"+file] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
		}
	}
	if n < 90 {
		t.Fatalf("only %d trees", n)
	}
	first := map[string][]byte{}
	for run := range 20 {
		r, err := repo.Open(fs.FS(fsys), repo.Options{})
		if err != nil {
			t.Fatal(err)
		}
		today := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		findings := lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All(), Today: today})
		if len(findings) < 100 {
			t.Fatalf("only %d findings", len(findings))
		}
		rep := &report.Report{Findings: findings, Rules: rules.All(), Source: r, Files: len(r.Files), Roots: r.Roots}
		for _, f := range report.Formats {
			outputs, err := report.ParseOutputs([]string{f.Name}, func(string) string { return "" })
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := report.Write(&out, rep, outputs); err != nil {
				t.Fatal(err)
			}
			switch {
			case run == 0:
				first[f.Name] = out.Bytes()
			case !bytes.Equal(first[f.Name], out.Bytes()):
				t.Fatalf("run %d says something else in the format %s", run+1, f.Name)
			}
		}
	}
}
