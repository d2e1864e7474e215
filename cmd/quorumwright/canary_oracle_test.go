package main

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReportsDependOnNoSecret shows the same repository with other secrets: which of
// them are equal is told, and their length by where they end, but nothing else that
// could be compared with a guess, such as a checksum or an order.
func TestReportsDependOnNoSecret(t *testing.T) {
	said := map[string]string{} // by command line, of the first repository
	for i, secret := range []func(place string) string{
		func(place string) string { return "aBcDeF." + place + ".1a2b3c4" },
		func(place string) string { return "zYxWvU." + strings.Map(opposite, place) + ".9z8y7x6" },
	} {
		t.Chdir(t.TempDir())
		for name, text := range secretPlaces {
			text = secretPattern.ReplaceAllStringFunc(text, func(m string) string {
				found := secretPattern.FindStringSubmatch(m)
				s := secret(found[1])
				if found[2] != "" {
					return base64.StdEncoding.EncodeToString([]byte(s))
				}
				return s
			})
			writeFiles(t, ".", map[string]string{name: text})
		}
		for _, args := range lintRuns() {
			line := strings.Join(args, " ")
			all := saidBy(t, args)
			if i == 0 {
				said[line] = all
			} else if d := cmp.Diff(said[line], all); d != "" {
				t.Errorf("quorumwright %s shows one secret otherwise than another: %s", line, clipped(d))
			}
		}
	}
	if n := len(strings.Join(strings.Fields(said["lint --profile strict --show-suppressed -o json"]), "")); n < 10_000 {
		t.Errorf("only %d bytes of findings", n)
	}
}

// opposite turns the order of the alphabet round.
func opposite(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return 'a' + 'z' - r
	}
	return r
}

// saidBy runs a command line in this process and returns what it prints and writes,
// which it removes again.
func saidBy(t *testing.T, args []string) string {
	t.Helper()
	var out bytes.Buffer
	run(t.Context(), args, streams{strings.NewReader("a: b\n"), &out, &out})
	err := filepath.WalkDir(".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), "out.") {
			text, _ := os.ReadFile(name)
			out.Write(text)
			err = os.Remove(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
