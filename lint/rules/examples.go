package rules

import (
	"embed"
	"strings"
)

//go:embed testdata
var examples embed.FS

// Examples returns the bad and the good example of a rule, each with a line
// "# file" before every file. They are the files that the tests lint.
func Examples(id string) (bad, good string) {
	archive, err := examples.ReadFile("testdata/" + id + ".txtar")
	if err != nil {
		return "", ""
	}
	return example(string(archive), "bad/"), example(string(archive), "good/")
}

// example joins the files of an archive in the txtar form whose names begin
// with the prefix.
func example(archive, prefix string) string {
	var b strings.Builder
	in := false
	for line := range strings.Lines(archive) {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		if name, end := strings.CutSuffix(name, " --"); ok && end {
			name, in = strings.CutPrefix(name, prefix)
			if in {
				if b.Len() > 0 {
					b.WriteByte('\n')
				}
				b.WriteString("# " + name + "\n")
			}
			continue
		}
		if in {
			b.WriteString(line)
		}
	}
	return b.String()
}
