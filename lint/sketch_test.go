package lint

import (
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/lint/repo"
	"golang.org/x/tools/txtar"
)

// unsketched hides that values can be sketched, so that they are judged.
type unsketched struct{ apim.Tree }

// TestSketch judges values by themselves, and by the sketch that they may share
// with others: those of the rules' examples, and the same with other values in
// one place.
func TestSketch(t *testing.T) {
	archives, err := filepath.Glob("rules/testdata/*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	line := regexp.MustCompile(`(?m)^([ -]*[\w.-]+:) [^|>&*#\n]+$`)
	others := []string{"redis", "mongodb", "NodePort", "true", "false", "0", "1", `""`, "null", "{}", "[]", "{enabled: true}", "!!null {enabled: true}", "[{name: a, value: b}]"}
	told := 0
	for _, name := range archives {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range ar.Files {
			text := string(f.Data)
			if !strings.Contains(text, "gateway:") || !strings.HasSuffix(f.Name, ".yaml") {
				continue
			}
			told += judgeBothWays(t, text)
			lines := line.FindAllStringSubmatchIndex(text, -1)
			if len(lines) == 0 {
				continue
			}
			for range 2 {
				at := lines[random.IntN(len(lines))]
				for _, other := range others {
					told += judgeBothWays(t, text[:at[3]]+" "+other+text[at[1]:])
				}
			}
		}
	}
	if told < 1000 {
		t.Errorf("only %d judgements", told)
	}
}

func judgeBothWays(t *testing.T, text string) (told int) {
	t.Helper()
	r, err := repo.Open(fstest.MapFS{"values.yaml": {Data: []byte(text)}}, repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, env := range r.Environments {
		for _, values := range env.Values {
			tree := ChartValues{Root: values.Value}
			for _, minor := range apim.Minors() {
				want, got := apim.Catalogue(minor).Judge(unsketched{tree}), apim.Catalogue(minor).Judge(tree)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("chart %s judges otherwise by the sketch (-want +got):\n%s\n%s", minor, diff, text)
				}
				told += len(got)
			}
		}
	}
	return told
}
