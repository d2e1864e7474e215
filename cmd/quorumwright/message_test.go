package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSubject(t *testing.T) {
	redis := "redis 7.2.4 → 7.2.5"
	for want, list := range map[string][]effect{
		"chore: generate anew": nil,
		"chore(prod): redis 7.2.4 → 7.2.5": {
			{environment: "prod", phrases: []string{redis}},
		},
		"chore(dev,prod): redis 7.2.4 → 7.2.5, redis.nodes 3 → 5": {
			{environment: "dev", phrases: []string{redis}},
			{environment: "prod", phrases: []string{redis, "redis.nodes 3 → 5"}},
		},
		"chore(4 environments): new environments a, b, redis 7.2.4 → 7.2.5": {
			{environment: "a", phrases: []string{added}},
			{environment: "b", phrases: []string{added}},
			{environment: "c", phrases: []string{redis}},
			{environment: "d", phrases: []string{redis}},
		},
		"chore(prod): redis 7.2.4 → 7.2.5, gateway 4.9.0 → 4.9.1 and 2 more": {
			{environment: "prod", phrases: []string{redis, "gateway 4.9.0 → 4.9.1", "gateway.replicas 2 → 3", "sentinel.downAfter 5s → 10s"}},
		},
	} {
		if got := subject(list); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestEffectLines(t *testing.T) {
	got := effectLines([]effect{
		{environment: "dev", phrases: []string{"redis 7.2.4 → 7.2.5"}, restarts: []string{"redis", "sentinel"}, known: true},
		{environment: "gone", phrases: []string{removed}},
		{environment: "prod", phrases: []string{"redis 7.2.4 → 7.2.5"}, restarts: []string{"redis", "sentinel"}, known: true},
		{environment: "qa", phrases: []string{"gateway.replicas 2 → 3"}, known: true},
		{environment: "x", known: true, recreated: []string{"statefulset/redis"}},
		{environment: "y", phrases: []string{"redis.nodes 3 → 5"}},
	})
	want := []string{
		"redis 7.2.4 → 7.2.5 in dev, prod; restarts: redis, sentinel",
		"removed environment gone",
		"gateway.replicas 2 → 3 in qa; restarts nothing",
		"generated anew in x; to be deleted and made anew: statefulset/redis",
		"redis.nodes 3 → 5 in y",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMessage(t *testing.T) {
	m := commitMessage{
		subject: "chore(prod): redis 7.2.4 → 7.2.5", environments: []string{"prod"}, input: []byte("spec\n"), merged: "quorumwright.yaml", signoff: "A <a@example.com>",
		lines: []string{strings.Repeat("word ", 20) + "end", "short"},
	}
	text := m.String()
	for line := range strings.Lines(text) {
		if n := len([]rune(line)); n > maxSubject+1 && !strings.HasPrefix(line, trailerInput) {
			t.Errorf("a line of %d letters: %s", n, line)
		}
	}
	if !isOurs(text) || !hasTrailer(text, trailerMerged) || isOurs("chore: x\n\nQuorumwright-Input: sha256:1\n\nbut not at the end\n") {
		t.Error("a message of ours is not known again, or one of somebody else is")
	}
	trailers := "\n\nQuorumwright-Environment: prod\nQuorumwright-Input: sha256:3b92cc255009c1a8541990fd00bcde181bc803a80b234f086647210c078bb7e4\nQuorumwright-Merged: quorumwright.yaml\n" +
		"Quorumwright-Version: " + version() + "\nSigned-off-by: A <a@example.com>\n"
	if !strings.HasSuffix(text, trailers) {
		t.Errorf("message\n%s\nends not with\n%s", text, trailers)
	}
}
