package generate

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnified(t *testing.T) {
	tests := []struct {
		name       string
		have, want string
		unified    string
	}{
		{"one line", "a\nb\nc\n", "a\nx\nc\n", "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"},
		{"two places", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
			"--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n"},
		{"near places are one", "1\n2\n3\n4\n5\n", "x\n2\n3\n4\ny\n", "--- a/f\n+++ b/f\n@@ -1,5 +1,5 @@\n-1\n+x\n 2\n 3\n 4\n-5\n+y\n"},
		{"inserted", "a\n", "a\nb\n", "--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n a\n+b\n"},
		{"no newline at the end", "a", "a\n", "--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"emptied", "a\n", "", "--- a/f\n+++ b/f\n@@ -1,1 +0,0 @@\n-a\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Change{Path: "f", Kind: Edited, Have: []byte(test.have), Want: []byte(test.want)}.Unified()
			if diff := cmp.Diff(test.unified, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	missing := Change{Path: "f", Kind: Missing, Want: []byte("a\n")}.Unified()
	if want := "--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n"; missing != want {
		t.Errorf("missing: got %q", missing)
	}
	orphaned := Change{Path: "f", Kind: Orphaned, Have: []byte("a\n")}.Unified()
	if want := "--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n"; orphaned != want {
		t.Errorf("orphaned: got %q", orphaned)
	}
	if got := (Change{Path: "f", Kind: Foreign, Have: []byte("a\x00b"), Want: []byte("a\n")}).Unified(); got != "binary file f differs\n" {
		t.Errorf("binary: got %q", got)
	}
}

// What a person wrote into a generated file may be a secret.
func TestUnifiedMasks(t *testing.T) {
	const canary = "c4n4ry-value"
	for _, line := range []string{
		"      password: " + canary,
		"    - value: " + canary,
		"requirepass " + canary,
		"sentinel auth-pass mymaster " + canary,
		"key: \"" + canary + "\"  # license",
		"GRAVITEE_CLOUD_TOKEN=" + canary,
		"  auth: {password: " + canary + "}",
		"  cloudToken: {secretName: gravitee-cloud, key: token, value: " + canary + "}",
		"  secretName: gravitee-cloud # " + canary,
	} {
		got := Change{Path: "f", Kind: Edited, Have: []byte("a\n" + line + "\n"), Want: []byte("a\n")}.Unified()
		if strings.Contains(got, canary) || !strings.Contains(got, "******") {
			t.Errorf("%s: shown as\n%s", line, got)
		}
	}
	for _, shown := range []string{"a\nrequirepass ***\n", "a\n"} { // the latter is not line for line
		c := Change{Path: "f", Kind: Edited, Have: []byte("a\nuser x on >" + canary + "\n"), Shown: []byte(shown), Want: []byte("a\n")}
		if got := c.Unified(); strings.Contains(got, canary) || !strings.Contains(got, "******") {
			t.Errorf("shown as %q, it is\n%s", shown, got)
		}
	}
	harmless := Change{Path: "f", Kind: Edited, Have: []byte("replicas: 3\npassword:\n"), Want: nil}.Unified()
	if strings.Contains(harmless, "*") {
		t.Errorf("masked too much:\n%s", harmless)
	}
	// Where a secret is, is no secret.
	for _, line := range []string{
		"    auth: {secretName: redis-auth, key: password}",
		"    cloudToken: {secretName: gravitee-cloud, key: token}",
		"      secretName: redis-auth",
		"        key: password",
		"    decryptionSecret: sops-age",
	} {
		if got := (Change{Path: "f", Kind: Stale, Have: []byte(line + "\n")}).Unified(); strings.Contains(got, "*") {
			t.Errorf("%s: masked as\n%s", line, got)
		}
	}
}

// git applies what Unified shows, whatever the change.
func TestUnifiedApplies(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	lines := func() string {
		var b strings.Builder
		for range random.IntN(30) {
			fmt.Fprintf(&b, "line %d\n", random.IntN(12))
		}
		return b.String()
	}
	for range 40 {
		have, want := lines(), lines()
		if have == want || have == "" || want == "" {
			continue
		}
		dir := t.TempDir()
		file := filepath.Join(dir, "f")
		if err := os.WriteFile(file, []byte(have), 0o644); err != nil {
			t.Fatal(err)
		}
		diff := Change{Path: "f", Kind: Stale, Have: []byte(have), Want: []byte(want)}.Unified()
		cmd := exec.Command("git", "apply", "-")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_DIR="+filepath.Join(dir, "none"))
		cmd.Stdin = strings.NewReader(diff)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, diff)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Fatalf("%v\n%s", err, cmp.Diff(want, string(got)))
		}
	}
}

// A file that has nothing in common with the tree is shown whole, in bounded time.
func TestUnifiedOfHugeFile(t *testing.T) {
	have := strings.Repeat("have\nother\n", 40_000)
	want := strings.Repeat("want\n", 3_000)
	got := Change{Path: "f", Kind: Edited, Have: []byte(have), Want: []byte(want)}.Unified()
	if n := strings.Count(got, "\n"); n != 80_000+3_000+3 {
		t.Errorf("%d lines", n)
	}
}

func TestAddedLines(t *testing.T) {
	for _, c := range []struct{ older, newer, added string }{
		{"a\nb\n", "a\nb\n", "map[]"},
		{"", "a\nb\n", "map[1:true 2:true]"},
		{"a\nb\nc\n", "a\nx\nb\nc\n", "map[2:true]"},
		{"a\nb\nc\n", "b\nc\na\n", "map[3:true]"}, // moved
		{"a\na\n", "a\na\na\n", "map[3:true]"},
		{"a\nb\n", "a\n", "map[]"},
		{"a", "a\nb", "map[1:true 2:true]"},
	} {
		if got := fmt.Sprint(AddedLines([]byte(c.older), []byte(c.newer))); got != c.added {
			t.Errorf("from %q to %q: %s, want %s", c.older, c.newer, got, c.added)
		}
	}
}
