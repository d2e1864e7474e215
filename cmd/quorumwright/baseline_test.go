package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLargeBaseline lints with a baseline of a stranger: each entry costs the same,
// however many there are, and what is told of them ends.
func TestLargeBaseline(t *testing.T) {
	redis, err := os.ReadFile("../../golden/broken/redis.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"redis.yaml": string(redis)})
	args := []string{"lint", "--no-cache", "--baseline", "baseline.json", "--output", "concise"}
	if r := inside(t, dir, append(args, "--write-baseline")...); r.code != exitClean {
		t.Fatal(r.all())
	}
	at := filepath.Join(dir, "baseline.json")
	written, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	var entries strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&entries, "    {\"rule\": \"auth/\\\"%d\\\"\", \"file\": \"a.yaml\", \"fingerprint\": \"%d\"},\n", i, i)
	}
	text := strings.Replace(string(written), "\"entries\": [\n", "\"entries\": [\n"+entries.String(), 1)
	if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r := inside(t, dir, args...)
	r.orderly(t)
	if n := strings.Count(r.stdout, "\n"); r.code != exitClean || n != maxStale+1 {
		t.Errorf("exit %d with %d lines: %s", r.code, n, clipped(r.all()))
	}
	for _, want := range []string{
		"baseline.json:1:1: warning: nothing matches 49000 more entries of the baseline [lint/stale-baseline]\n",
		"baseline.json:4:62: warning: nothing matches this entry of the baseline any more: auth/\"0\" in a.yaml [lint/stale-baseline]\n",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("it does not print %q: %s", want, clipped(r.all()))
		}
	}
	if err := os.WriteFile(at, []byte(string(written)+"{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := inside(t, dir, args...); r.code != exitUsage || !strings.Contains(r.stderr, "baseline.json: it is not a baseline") {
		t.Errorf("something behind it: exit %d, %s", r.code, r.all())
	}
}
