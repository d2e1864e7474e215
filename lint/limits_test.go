package lint

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestBoundsAreDocumented holds the page for people to the bounds in force.
func TestBoundsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/untrusted.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		fmt.Sprintf("| a server | %d directives, %d files, includes %d deep |", maxServed, maxConfs, maxIncludes),
		fmt.Sprintf("| a Sentinel | %d masters |", maxMonitors),
		fmt.Sprintf("| an environment | %d servers; of their configuration %d directives, %d MiB |", maxServers, maxRead, maxReadBytes>>20),
		fmt.Sprintf("| a script | %d commands, %d places that start a server |", maxCommands, maxStarts),
		fmt.Sprintf("at most %d places", MaxPlaces),
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("docs/untrusted.md does not say %q", want)
		}
	}
}
