package schema

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// hostile are files that are small and would be expensive, or that some reader
// of YAML or CUE cannot survive.
func hostile() map[string]string {
	laughs := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 9; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	merges := "a0: &a0 {k: v}\n"
	for i := 1; i < 25; i++ {
		merges += fmt.Sprintf("a%d: &a%d\n  <<: [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	duplicates := strings.Repeat("k: 1\n", 20_000)
	keys := ""
	for i := range 20_000 {
		keys += fmt.Sprintf("k%d: 1\n", i)
	}
	doubling, structs := "_a0: \"xxxxxxxx\"\n", "_a0: {x: 1}\n"
	interpolated := "_a0: \"xxxxxxxx\"\n"
	for i := 1; i < 30; i++ {
		doubling += fmt.Sprintf("_a%d: _a%d + _a%d\n", i, i-1, i-1)
		structs += fmt.Sprintf("_a%d: {l: _a%d, r: _a%d}\n", i, i-1, i-1)
		interpolated += fmt.Sprintf("_a%d: \"\\(_a%d)\\(_a%d)\"\n", i, i-1, i-1)
	}
	patterns := "a: {[string]: {[string]: {[string]: {[string]: {a: 1, b: 2, c: 3, d: 4}}}}}\n"
	for i := range 300 {
		patterns += fmt.Sprintf("a: f%d: f%d: f%d: f%d: {}\n", i, i, i, i)
	}
	disjunctions := ""
	for i := range 20 {
		disjunctions += fmt.Sprintf("a: {x%d: 1} | {y%d: 2}\n", i, i)
	}
	return map[string]string{
		"laughs.yaml":       laughs,
		"merges.yaml":       merges,
		"self-merge.yaml":   "a: &a\n  <<: *a\n",
		"self-alias.yaml":   "a: &a [*a]\n",
		"deep-flow.yaml":    strings.Repeat("[", 9_000),
		"deeper-flow.yaml":  strings.Repeat("[", 200_000),
		"deep-map.yaml":     strings.Repeat("{a: ", 5_000),
		"deep-block.yaml":   deepBlock(600),
		"duplicates.yaml":   duplicates,
		"keys.yaml":         keys,
		"documents.yaml":    strings.Repeat("---\na: 1\n", 20_000),
		"comments.yaml":     strings.Repeat("#\n", 100_000),
		"anchors.yaml":      "a: &" + strings.Repeat("a", 200_000) + " 1\n",
		"tags.yaml":         strings.Repeat("%TAG !a! tag:x,2000:\n", 10_000) + "---\na: 1\n",
		"large.yaml":        "a: \"" + strings.Repeat("x", maxBytes) + "\"",
		"utf16.yaml":        "\xff\xfea\x00:\x00 \x001\x00",
		"binary.yaml":       "a: !!binary aGVsbG8=\n",
		"crash.yaml":        "0: [:!00 \xef",
		"colons.cue":        strings.Repeat("a:", 100_000) + "1",
		"chain.cue":         strings.Repeat("a:", 15_000) + "1",
		"sums.cue":          "a: 1" + strings.Repeat(" + 1", 60_000),
		"minus.cue":         "a: " + strings.Repeat("-", 200_000) + "1",
		"selectors.cue":     "a: b" + strings.Repeat(".b", 100_000),
		"parens.cue":        "a: " + strings.Repeat("(", 200_000),
		"interpolation.cue": "a: " + strings.Repeat(`"\(`, 50_000),
		"doubling.cue":      doubling + "spec: namespace: _a29\n",
		"structs.cue":       structs + "spec: redis: _a29\n",
		"interpolated.cue":  interpolated + "spec: namespace: _a29\n",
		"patterns.cue":      patterns,
		"disjunctions.cue":  disjunctions,
		"loops.cue":         "a: [for x in [1,2,3] for y in [1,2,3] {x}]",
		"range.cue":         "import \"list\"\na: list.Range(0, 1e9, 1)",
		"embed.cue":         "@extern(embed)\npackage a\na: _ @embed(file=\"../secret\")",
		"exponent.cue":      "a: 1e1000000",
		"cycle.cue":         "a: b\nb: a",
		"structural.cue":    "#a: {x: #a}\nspec: #a",
	}
}

func deepBlock(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// TestHostile reads files that are made to be expensive: each is refused, soon,
// with a place in the file.
func TestHostile(t *testing.T) {
	l := NewLoader()
	for name, src := range hostile() {
		t.Run(name, func(t *testing.T) {
			_, err := l.Parse(name, []byte(src))
			var all Errors
			if !errors.As(err, &all) || len(all) == 0 {
				t.Fatalf("error of type %T: %v", err, err)
			}
			for _, e := range all {
				if e.Line < 1 || e.Column < 1 || e.Message == "" || e.Kind == "" {
					t.Errorf("incomplete: %+v", e)
				}
			}
		})
	}
}

func TestLoad(t *testing.T) {
	fsys := fstest.MapFS{
		"a/quorumwright.yaml": {Data: example(t)},
		"a/broken.yaml":       {Data: []byte("kind: X\n")},
		"a/folder/x":          {},
		"huge.yaml":           {Data: make([]byte, maxBytes+1)},
	}
	d, err := Load(fsys, "a/quorumwright.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if d.Source != "a/quorumwright.yaml" || d.Name != "gravitee" || len(d.Environments) != 2 ||
		d.Environments[0].Name != "dev" || d.Environments[1].Preset != "prod" {
		t.Errorf("%+v", d)
	}
	if got := d.Environments[1].Spec.Sentinel.DownAfter.Milliseconds(); got != 5000 {
		t.Errorf("down after %d ms", got)
	}
	var all Errors
	if _, err := Load(fsys, "a/broken.yaml"); !errors.As(err, &all) || !strings.HasPrefix(all.Error(), "a/broken.yaml:1:1: ") {
		t.Errorf("error is %v", err)
	}
	var one *Error
	if !errors.As(all, &one) {
		t.Error("a single mistake cannot be had")
	}
	if _, err := Load(fsys, "huge.yaml"); !errors.As(err, &all) || all[0].Kind != KindTooLarge {
		t.Errorf("error is %v", err)
	}
	for _, name := range []string{"missing.yaml", "a/folder"} {
		if _, err := Load(fsys, name); err == nil || errors.As(err, &all) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

// TestConcurrentParse uses one Loader from several goroutines.
func TestConcurrentParse(t *testing.T) {
	l := NewLoader()
	data := example(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				if d, err := l.Parse("x.yaml", data); err != nil || len(d.Environments) != 2 {
					t.Errorf("%v %v", d, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestNoGrowth reads specs that all differ with one Loader: what it keeps does
// not grow with them.
func TestNoGrowth(t *testing.T) {
	l := NewLoader()
	parse := func(from, to int) {
		for i := from; i < to; i++ {
			src := strings.NewReplacer("gravitee-apim", fmt.Sprintf("ns-%d", i), "prod:", fmt.Sprintf("env-%d:", i), "256mb", fmt.Sprintf("%dmb", 100+i%100)).Replace(string(example(t)))
			if _, err := l.Parse("x.yaml", []byte(src)); err != nil {
				t.Fatal(err)
			}
		}
	}
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	parse(0, 20)
	before := heap()
	parse(20, 220)
	if after := heap(); after > before+1<<20 {
		t.Errorf("200 specs left %d KiB", (after-before)>>10)
	}
	runtime.KeepAlive(l)
}
