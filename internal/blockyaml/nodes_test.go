package blockyaml

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// TestNodesAreUsedAgain reads documents into memory that others had, and more than
// there is memory for.
func TestNodesAreUsedAgain(t *testing.T) {
	long := strings.Repeat("- a: 1\n", keptNodes)
	texts := []string{"a: {b: [1, 2]}\nc: d\n", "- x\n- y: null\n", "# nothing\n", long, "a: 'b'\n"}
	var memory Nodes
	for round := range 3 {
		var got, want []*yaml.Node
		for _, text := range texts {
			n, ok := memory.Parse(text, 3, 1)
			m, sure := Parse(text, 3, 1)
			if !ok || !sure {
				t.Fatalf("round %d: %.20q is not read", round, text)
			}
			got, want = append(got, n), append(want, m)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("round %d, of its own (-) and from the memory (+):\n%s", round, diff)
		}
		kept := got[0]
		memory.Reset()
		if kept.Kind != 0 || kept.Content != nil {
			t.Fatalf("round %d: a node is not empty: %+v", round, *kept)
		}
	}
}
