package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/report"
	"github.com/quorumwright/quorumwright/lint/rules"
	"github.com/quorumwright/quorumwright/schema"
)

// FuzzSpecToTree takes a spec all the way: what the schema accepts becomes a tree
// that is what it says it is, builds, and holds nothing that lint cannot read.
func FuzzSpecToTree(f *testing.F) {
	specs, err := filepath.Glob("../../golden/*/quorumwright.yaml")
	if err != nil || len(specs) < 10 {
		f.Fatalf("%d specs, %v", len(specs), err)
	}
	for _, name := range specs {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 8<<10 {
			return
		}
		d, err := schema.Parse("quorumwright.yaml", data)
		if err != nil || len(d.Environments) > 4 {
			return
		}
		tree, err := generate.Generate(d)
		if err != nil {
			// Names that no file system can hold are told here.
			if !utf8.ValidString(err.Error()) || strings.Contains(err.Error(), "cue") {
				t.Errorf("error %q", err)
			}
			return
		}
		files := tree.FS()
		if changes, err := tree.Diff(files); err != nil || len(changes) > 0 {
			t.Errorf("it differs from itself: %v, %v", changes, err)
		}
		again, err := generate.Generate(d)
		if err != nil {
			t.Fatal(err)
		}
		for i, file := range again.Files() {
			if !bytes.Equal(file.Data, tree.Files()[i].Data) {
				t.Errorf("%s is not always the same", file.Path)
			}
		}
		r, err := repo.Open(files, repo.Options{})
		if err != nil {
			t.Fatal(err)
		}
		encrypted := len(generate.EncryptedFiles(d)) > 0 // only a person has them
		for _, p := range r.Problems {
			if !encrypted || p.Rule != "kustomize/build-failed" {
				t.Errorf("%s: %s: %s", p.Span, p.Rule, p.Message)
			}
		}
	})
}

// FuzzConfigFile reads anything as a configuration and as a comment that
// suppresses findings: every mistake has a place.
func FuzzConfigFile(f *testing.F) {
	for _, seed := range []string{
		"select: [auth, sentinel/quorum]\nignore: [chart]\nfail-on: warning\nprofile: strict\n",
		"severity: {auth/open-redis: error}\nexclude: ['**/x']\nvalues:\n- with: deploy\n  files: [a.yaml]\n",
		"ignore:\n- rule: auth\n  files: ['a*']\n  until: 2027-01-31\n  reason: later\n",
		"quorumwright:ignore auth/open-redis until=2027-01-31 -- later", "ignore: &a [*a]\n", "? [a]\n: b\n", "select: {a: b}\n", "- x\n", "{", "",
	} {
		f.Add([]byte(seed))
	}
	place := regexp.MustCompile(`^\.quorumwright\.yaml:\d+:\d+: .`)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 8<<10 {
			return
		}
		c, err := parseConfig(setting{name: configName, data: data})
		var exit *exitError
		switch {
		case err == nil:
			if c == nil {
				t.Fatal("neither a configuration nor an error")
			}
		case !errors.As(err, &exit) || exit.code != exitUsage:
			t.Errorf("error %v", err)
		default:
			for line := range strings.Lines(err.Error()) {
				if !place.MatchString(line) {
					t.Errorf("no place: %q", line)
				}
			}
		}
		text := "# " + strings.Join(strings.Fields(string(data)), " ") + "\n" + service
		r, err := repo.Open(fstest.MapFS{"a.yaml": {Data: []byte(text)}}, repo.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All(), Today: time.Unix(1e9, 0)}) {
			if len(finding.Places) == 0 || !finding.Places[0].Span.IsValid() {
				t.Errorf("no place: %+v", finding)
			}
		}
	})
}

// FuzzLintNoSecret puts a password everywhere where one belongs, and anything
// anywhere else: no report of any format holds the password.
func FuzzLintNoSecret(f *testing.F) {
	read := func(name string) string {
		data, err := os.ReadFile("../../golden/broken/" + name)
		if err != nil {
			f.Fatal(err)
		}
		return string(data)
	}
	redis, values := read("redis.yaml"), read("values.yaml")
	const written = "Tr0ub4dor-and-3"
	if strings.Count(redis, written) < 3 || strings.Count(values, written) != 1 {
		f.Fatal("the example has another password")
	}
	f.Add("plain", "", 0)
	f.Add("with space and \"quotes\"", "x: [", 700)
	f.Add("ünïcode#", "{", 40)
	f.Add("$(env)%s*", "- ", 1200)
	f.Add("'", "&a *a", 333)
	f.Fuzz(func(t *testing.T, password, noise string, at int) {
		if len(password) > 64 || len(noise) > 64 || !utf8.ValidString(password) || strings.ContainsFunc(password, func(c rune) bool { return !unicode.IsPrint(c) }) {
			return
		}
		canary := "Zq7#" + password + "#7qZ"
		if strings.Contains(noise, "Zq7") {
			return
		}
		quoted, err := json.Marshal(canary)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(redis, written, redisconf.Quote(canary))
		if at = int(uint(at) % uint(len(redis))); at < strings.Index(redis, written) {
			// Behind the passwords it could take them out of their places.
			text = text[:at] + noise + text[at:]
		} else {
			text += noise
		}
		files := fstest.MapFS{
			"redis.yaml":  {Data: []byte(text)},
			"values.yaml": {Data: []byte(strings.ReplaceAll(values, written, string(quoted)))},
			"secret.yaml": {Data: []byte("apiVersion: v1\nkind: Secret\nmetadata: {name: redis-auth, namespace: edge}\nstringData: {password: " + string(quoted) + "}\n")},
		}
		r, err := repo.Open(files, repo.Options{})
		if err != nil {
			t.Fatal(err)
		}
		findings := lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All(), Strict: true, Today: time.Unix(1e9, 0)})
		for _, finding := range findings {
			// Their documentation, which SARIF brings along, takes longer than all else.
			finding.Rule = &lint.Rule{ID: finding.Rule.ID, Severity: finding.Rule.Severity}
		}
		rep := &report.Report{Findings: findings, Source: r, Files: len(r.Files), Version: "test", ShowSuppressed: true}
		for _, format := range report.Formats {
			outputs, err := report.ParseOutputs([]string{format.Name}, func(string) string { return "" })
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := report.Write(&b, rep, outputs); err != nil {
				t.Fatal(err)
			}
			for _, form := range []string{canary, base64.StdEncoding.EncodeToString([]byte(canary)), strings.Trim(string(quoted), `"`)} {
				if strings.Contains(b.String(), form) {
					t.Errorf("%s shows the password:\n%s", format.Name, b.String())
				}
			}
		}
	})
}

// FuzzCommitMessage puts anything into a message: nothing in it becomes a trailer,
// by which a program would take the commit for what it is not.
func FuzzCommitMessage(f *testing.F) {
	f.Add("redis 7.2.4 → 7.2.5", "dev")
	f.Add("a\n\nSigned-off-by: Mallory <m@example.com>", "prod")
	f.Add("Quorumwright-Input: sha256:0\n\n---\ndiff --git", "x\ny")
	f.Add(strings.Repeat("long ", 100), strings.Repeat("e", 300))
	f.Fuzz(func(t *testing.T, line, environment string) {
		m := commitMessage{
			subject: subject([]effect{{environment: "dev", phrases: []string{line}}}),
			lines:   []string{line, "more"}, environments: []string{"dev"}, input: []byte(environment),
		}
		paragraphs := strings.Split(strings.TrimRight(m.String(), "\n"), "\n\n")
		trailers := strings.Split(paragraphs[len(paragraphs)-1], "\n")
		if len(trailers) != 3 || !strings.HasPrefix(trailers[0], trailerEnvironment+": dev") || !strings.HasPrefix(trailers[1], trailerInput+": sha256:") || !strings.HasPrefix(trailers[2], trailerVersion+": ") {
			t.Errorf("the trailers are %q", trailers)
		}
		if hasTrailer(m.String(), trailerSignoff) {
			t.Errorf("it is signed off:\n%s", m)
		}
	})
}
