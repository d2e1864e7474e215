package blockyaml

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// differential reads a text with both parsers. It tells whether it was for this
// one, and what differs.
func differential(text string, line, column int) (ours bool, diff string) {
	root, ok := Parse(text, line, column)
	if !ok {
		return false, ""
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(strings.Repeat(" ", column-1)+text), &doc); err != nil {
		return true, "yaml.v3 says: " + err.Error()
	}
	if doc.Kind == 0 || root == nil {
		if doc.Kind != 0 || root != nil {
			return true, "one of them finds nothing"
		}
		return true, ""
	}
	return true, compare(root, doc.Content[0], line-1, "")
}

// compare returns how two nodes differ, apart from comments.
func compare(a, b *yaml.Node, shift int, path string) string {
	same := a.Kind == b.Kind && a.Style == b.Style && a.Tag == b.Tag && a.Value == b.Value && a.Anchor == b.Anchor && a.Alias == b.Alias &&
		a.Line == b.Line+shift && a.Column == b.Column && len(a.Content) == len(b.Content) && (a.Content == nil) == (b.Content == nil)
	if !same {
		return fmt.Sprintf("%s: %+v, and yaml.v3 has %+v", path, *a, *b)
	}
	if cap(a.Content) != len(a.Content) {
		return path + ": what is appended to the content would overwrite that of a neighbour"
	}
	for i := range a.Content {
		if diff := compare(a.Content[i], b.Content[i], shift, fmt.Sprintf("%s/%d", path, i)); diff != "" {
			return diff
		}
	}
	return ""
}

func TestParseAsYAMLv3(t *testing.T) {
	for _, text := range taken {
		for _, text := range []string{text, strings.ReplaceAll(text, "\n", "\r\n"), strings.TrimSuffix(text, "\n"), "# é\n\n" + text} {
			ours, diff := differential(text, 1, 1)
			if diff != "" {
				t.Errorf("%q: %s", text, diff)
			}
			// A block without text behind its header is left over.
			if !ours && !strings.HasSuffix(text, "|") {
				t.Errorf("%q is left to the full parser", text)
			}
		}
	}
}

func TestParseLeaves(t *testing.T) {
	for _, text := range left {
		if root, ok := Parse(text, 1, 1); ok || root != nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestParsePlace holds the places of a document in the middle of a file.
func TestParsePlace(t *testing.T) {
	for _, text := range taken {
		if _, diff := differential(text, 12, 4); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	root, ok := Parse(" a: [\n  b]\n", 12, 4)
	if !ok || root.Line != 12 || root.Column != 5 {
		t.Fatalf("%v, %+v", ok, root)
	}
	if b := root.Content[1].Content[0]; b.Line != 13 || b.Column != 3 {
		t.Errorf("%+v", b)
	}
}

// TestParseFiles holds the two parsers against each other over all documents of
// this repository, and that most are for this one.
func TestParseFiles(t *testing.T) {
	all, ours := 0, 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return fs.SkipDir
		}
		switch filepath.Ext(path) {
		case ".yaml", ".yml", ".json", ".txtar":
		default:
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		// Also the files in an archive, whose names stand between dashes.
		for _, text := range strings.Split("\n"+string(data), "\n--") {
			_, text, _ = strings.Cut(text, "\n")
			mine, diff := differential(text, 1, 1)
			if diff != "" {
				t.Errorf("%s: %s", path, diff)
			}
			if filepath.Ext(path) == ".yaml" {
				all += len(text)
				if mine {
					ours += len(text)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if ours*10 < all*9 {
		t.Errorf("%d of %d bytes are for this parser, and it should be nine of ten", ours, all)
	}
}

// TestParseBounds holds what is too much for this parser.
func TestParseBounds(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("- ", n) + "a\n" }
	flow := func(n int) string { return "a: " + strings.Repeat("[", n) + strings.Repeat("]", n) + "\n" }
	wide := func(n int) string { return strings.Repeat("- a\n", n) }
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "k%d: v\n", i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name string
		text string
		want bool
	}{
		{"depth", deep(MaxDepth), true},
		{"more depth", deep(MaxDepth + 1), false},
		{"depth of flow collections", flow(MaxDepth), true},
		{"more depth of flow collections", flow(MaxDepth + 1), false},
		{"nodes", wide(MaxNodes - 1), true},
		{"more nodes", wide(MaxNodes), false},
		{"keys", keys(MaxNodes/2 - 1), true},
		{"more keys", keys(MaxNodes / 2), false},
		{"a double among many keys", keys(1000) + "k7: v\n", false},
		{"a key", strings.Repeat("k", maxKey) + ": v\n", true},
		{"a longer key", strings.Repeat("k", maxKey+1) + ": v\n", false},
	} {
		ours, diff := differential(c.text, 1, 1)
		if ours != c.want || diff != "" {
			t.Errorf("%s: taken %v %s", c.name, ours, diff)
		}
	}
}
