//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostileCUE are specs that are programs: they grow, do not end, or reach for
// what lies around them.
func hostileCUE() map[string]string {
	chain := func(first, next string, n int) string {
		var b strings.Builder
		b.WriteString(first + "\n")
		for i := 1; i < n; i++ {
			fmt.Fprintf(&b, strings.ReplaceAll(next, "PREVIOUS", fmt.Sprintf("_a%d", i-1))+"\n", i)
		}
		return b.String()
	}
	var disjunctions strings.Builder
	for i := range 16 {
		fmt.Fprintf(&disjunctions, "spec: {x%d: 1} | {y%d: 2}\n", i, i)
	}
	var fields strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&fields, "f%d: 1\n", i)
	}
	text := strings.Repeat("x", 16)
	return map[string]string{
		"text that doubles":         chain(`_a0: "`+text+`"`, "_a%d: PREVIOUS + PREVIOUS", 30) + "spec: namespace: _a29\n",
		"text that doubles inside":  chain(`_a0: "`+text+`"`, `_a%d: "\(PREVIOUS)\(PREVIOUS)"`, 30) + "spec: namespace: _a29\n",
		"structs that double":       chain("_a0: {x: 1}", "_a%d: {l: PREVIOUS, r: PREVIOUS}", 30) + "spec: _a29\n",
		"lists that double":         chain("_a0: [1]", "_a%d: [PREVIOUS, PREVIOUS]", 30) + "spec: {a: _a29}\n",
		"alternatives":              disjunctions.String(),
		"a range":                   "import \"list\"\nspec: list.Range(0, 10000000, 1)\n",
		"a repeated text":           "import \"strings\"\nspec: strings.Repeat(\"x\", 100000000)\n",
		"nested loops":              "spec: [for a in _l for b in _l for c in _l {a}]\n_l: [" + strings.Repeat("1,", 100) + "]\n",
		"a chain of fields":         strings.Repeat("a: ", 80_000) + "1\n",
		"a long sum":                "a: 1" + strings.Repeat(" + 1", 60_000) + "\n",
		"parentheses":               "a: " + strings.Repeat("(", 200_000) + "\n",
		"negations":                 "a: " + strings.Repeat("-", 200_000) + "1\n",
		"many fields":               fields.String(),
		"a large number":            "spec: redis: nodes: 1e1000000\n",
		"a circle":                  "spec: namespace: _b\n_b: spec.namespace\n",
		"a definition of itself":    "#a: {x: #a}\nspec: #a\n",
		"a pattern on itself":       "spec: {[string]: spec}\n",
		"a file from outside":       "@extern(embed)\npackage a\nspec: _ @embed(file=\"../OUT/secret.yaml\")\n",
		"files from outside":        "@extern(embed)\npackage a\nspec: _ @embed(glob=\"../OUT/*.yaml\")\n",
		"a linked file":             "@extern(embed)\npackage a\nspec: _ @embed(file=\"link.yaml\")\n",
		"a module from a registry":  "import \"example.com/canary@v0\"\nspec: canary\n",
		"the package of the parent": "package canary\nspec: namespace: fromParent\n",
		"a tool":                    "package a\nimport \"tool/exec\"\ncommand: x: exec.Run & {cmd: \"touch marker\"}\n",
		"a function in another":     "@extern(\"wasm\")\npackage a\nf: _ @extern(\"x.wasm\", abi=c, sig=\"func(): int64\")\n",
	}
}

// TestHostileCUE generates from each: it is refused, nothing around it is read,
// and the evaluation, if there is one, comes to its end.
func TestHostileCUE(t *testing.T) {
	cases := hostileCUE()
	if len(cases) < 20 {
		t.Errorf("only %d cases", len(cases))
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			dir := filepath.Join(top, "repo")
			writeFiles(t, top, map[string]string{
				"OUT/secret.yaml":       "canary: " + canaryText + "\n",
				"cue.mod/module.cue":    "module: \"example.com/parent\"\nlanguage: version: \"v0.15.0\"\n",
				"parent.cue":            "package canary\nfromParent: \"" + canaryText + "\"\n",
				"repo/quorumwright.cue": text,
			})
			if err := os.Symlink("../OUT/secret.yaml", filepath.Join(dir, "link.yaml")); err != nil {
				t.Fatal(err)
			}
			r := finish(t, offline(t, dir, "generate", "--check"))
			r.orderly(t)
			if r.code != exitUsage {
				t.Errorf("exit %d", r.code)
			}
			if !strings.HasPrefix(r.stderr, "quorumwright.cue:") {
				t.Errorf("no place: %s", clipped(r.stderr))
			}
			if strings.Contains(r.all(), canaryText) {
				t.Errorf("what is around was read: %s", clipped(r.all()))
			}
			if _, err := os.Stat(filepath.Join(dir, "marker")); err == nil {
				t.Error("a program was started")
			}
		})
	}
}
