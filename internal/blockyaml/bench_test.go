package blockyaml

import (
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"
)

// environment returns the YAML files of a golden environment: what a person has
// for one Redis behind a gateway.
func environment(tb testing.TB) (texts []string, size int64) {
	tb.Helper()
	for _, dir := range []string{"base", "overlays/prod"} {
		names, err := filepath.Glob("../../golden/environments/deploy/" + dir + "/*.yaml")
		if err != nil || len(names) == 0 {
			tb.Fatalf("no files in %s: %v", dir, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				tb.Fatal(err)
			}
			texts = append(texts, string(data))
			size += int64(len(data))
		}
	}
	return texts, size
}

// BenchmarkParse reads an environment with this parser, BenchmarkFullParser with
// yaml.v3.
func BenchmarkParse(b *testing.B) {
	texts, size := environment(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			if _, ok := Parse(text, 1, 1); !ok {
				b.Fatal("left to the full parser")
			}
		}
	}
}

func BenchmarkFullParser(b *testing.B) {
	texts, size := environment(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			var n yaml.Node
			if err := yaml.Unmarshal([]byte(text), &n); err != nil {
				b.Fatal(err)
			}
		}
	}
}
