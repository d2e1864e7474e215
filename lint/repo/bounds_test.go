package repo

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestBoundsAreDocumented holds the page for people to the bounds in force.
func TestBoundsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/untrusted.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(page)), " ")
	for _, want := range []string{
		fmt.Sprintf("| a file | %s (`--max-file-size`)", size(maxFileSize)),
		fmt.Sprintf("| %d files, %s, folders %d deep |", maxFiles, size(maxTotalSize), maxDirDepth),
		fmt.Sprintf("| %d documents |", maxDocuments),
		fmt.Sprintf("| %d values, %d deep; %d commas and brackets |", maxNodes, maxDepth, maxSeparators),
		fmt.Sprintf("| %d values, %s |", maxExpanded, size(maxExpandedLen)),
		fmt.Sprintf("| %d objects, %d uses of kustomizations, %d on top of each other |", maxResources, maxVisits, maxNesting),
		fmt.Sprintf("more than %d files of a kustomization, or %s for one environment", maxSmallFiles, size(maxSmallSize)),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("docs/untrusted.md does not say %q", want)
		}
	}
}
