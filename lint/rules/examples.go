package rules

import (
	"embed"
	"strings"
)

//go:embed testdata
var examples embed.FS

// Examples returns the bad and the good example of a rule, as the files of a
// txtar archive. They are the files that the tests lint.
func Examples(id string) (bad, good string) {
	archive, err := examples.ReadFile("testdata/" + id + ".txtar")
	if err != nil {
		return "", ""
	}
	return example(string(archive), "bad/"), example(string(archive), "good/")
}

// example returns the files of an archive whose names begin with the prefix,
// without it.
func example(archive, prefix string) string {
	var b strings.Builder
	in := false
	for line := range strings.Lines(archive) {
		if name, ok := strings.CutPrefix(line, "-- "); ok && strings.HasSuffix(strings.TrimSpace(line), " --") {
			if name, in = strings.CutPrefix(name, prefix); in {
				b.WriteString("-- " + name)
			}
			continue
		}
		if in {
			b.WriteString(line)
		}
	}
	return b.String()
}
