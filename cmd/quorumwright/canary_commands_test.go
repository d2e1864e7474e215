package main

import (
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// canaryRuns are command lines over canaryRepository that use every command,
// every flag and every format. What they write is named out.*, or lies in out.
var canaryRuns = func() []string {
	runs := []string{
		"", "help lint", "version", "completion bash", "completion zsh", "completion fish", "completion powershell",
		"completion bash --no-descriptions", "completion zsh --no-descriptions", "completion fish --no-descriptions", "completion powershell --no-descriptions",
		"init out", "rules", "rules -o text", "rules -o json", "rules -o md",
		"schema -o jsonschema", "schema -o cue", "schema -o report", "schema -o values-jsonschema --chart-version 4.9.32",
		"explain secret/plaintext", "explain spec.redis.auth",

		"generate --check", "generate --diff", "generate --diff -e prod", "generate", "generate --force -v", "generate -o out", "generate -q -f quorumwright.yaml",
		"build prod --part all", "build prod --part values", "build prod --part manifests --tree app", "build nowhere",
		"set redis.nodes=5 -e prod --dry-run", "set redis.nodes=many -e prod", "set redis.config.maxmemory=200mb --base --no-cache",
		"set image redis=7.2.6 -e prod --dry-run", "set image redis=7.2.6 --base",
		"promote dev prod --dry-run", "promote dev prod --only redis.image",
		"diff dev prod", "diff dev prod -o text --summary", "diff --against HEAD -e prod -o json", "diff --against nowhere",
		"affected --since HEAD~1 -o text", "affected --since HEAD~1 -o json --tree app", "affected --since nowhere",
		"commit --dry-run", "commit --dry-run --force -e prod -o deploy", "commit -b work -m message --signoff --no-sign --force", "commit --sign --force",
		"commit --push --force", "commit --pr --force", "commit --push --force --remote elsewhere", "commit --push --force --remote nowhere",

		"lint --color always", "lint -C app", "lint app/redis.yaml app/values.yaml", "lint app/tree --values app/values.yaml --chart-version 4.9.32",
		"lint -", "lint --exclude app --max-file-size 300 -v", "lint --baseline out.baseline --write-baseline", "lint --baseline app/values.yaml",
		"lint --diff", "lint --diff --unsafe-fixes", "lint --fix", "lint --fix --unsafe-fixes", "lint --since HEAD~1", "lint --since nowhere",
		"lint app/values.yaml --chart chart", "lint --select secret,auth --ignore auth/mismatch --fail-on info", "lint --profile strict --show-suppressed",
		"lint --config app/values.yaml", "lint --config app/redis.yaml --since HEAD~1", "lint --no-config", "check --config app/values.yaml", "check --no-config",
		"check --tree app", "check --staged", "check --select secret --ignore secret/reused --fail-on info --profile strict --show-suppressed",

		"explain --values app/values.yaml -o text", "explain --values app/values.yaml -v -o json", "explain --values app/flux/release.yaml --chart-version 4.9.32",
		"import app/redis.yaml app/values.yaml -o -", "import . -o out.spec", "import app/tree --values app/values.yaml --chart-version 4.9.32 -e live --exclude argo --force",
		"prove --manifests app/tree", "prove --manifests app/redis.yaml --values app/values.yaml --one-password --redis-server ./none",
		"prove -e prod --tree deploy --kill master --max-failover 5s --rounds 1 --seed 2 --isolation loopback --report out.md --report out.json --redis-server ./none",
	}
	formats := ""
	for _, format := range []string{"auto", "text", "concise", "json", "sarif", "github", "gitlab", "junit"} {
		formats += " -o " + format + "=out." + format
	}
	for _, command := range []string{"lint", "check"} {
		runs = append(runs, command+" -o text", command+" --no-cache -v -o concise"+formats)
	}
	return runs
}()

// TestCanaryRunsEverything fails if there is a command, a flag or a format that no
// run of canaryRuns uses.
func TestCanaryRunsEverything(t *testing.T) {
	used := map[*cobra.Command]map[string]bool{} // flags, and -o FORMAT
	root := newRoot(streams{strings.NewReader(""), io.Discard, io.Discard}, nil)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, line := range canaryRuns {
		cmd, args, err := root.Find(strings.Fields(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if err := cmd.ParseFlags(args); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if used[cmd] == nil {
			used[cmd] = map[string]bool{}
		}
		cmd.Flags().Visit(func(f *pflag.Flag) { used[cmd][f.Name] = true })
		for i, a := range args {
			if (a == "-o" || a == "--part") && i+1 < len(args) {
				format, _, _ := strings.Cut(args[i+1], "=")
				used[cmd][a+" "+format] = true
			}
		}
	}
	everywhere := map[string]bool{}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, c := range cmd.Commands() {
			if !c.Hidden {
				walk(c)
			}
		}
		if !cmd.Runnable() {
			return
		}
		name := cmd.CommandPath()
		if used[cmd] == nil {
			t.Errorf("%s: no canary runs it", name)
			return
		}
		maps.Copy(everywhere, used[cmd])
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if !used[cmd][f.Name] && f.Name != "help" && !f.Hidden {
				t.Errorf("%s: no canary uses --%s", name, f.Name)
			}
			flag := "-o"
			if f.Name == "part" {
				flag = "--part"
			}
			for _, format := range formatsOf(f) {
				if !used[cmd][flag+" "+format] {
					t.Errorf("%s: no canary uses %s %s", name, flag, format)
				}
			}
		})
	}
	walk(root)
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if !everywhere[f.Name] {
			t.Errorf("no canary uses --%s", f.Name)
		}
	})
}

// formatsOf are the formats or parts that the help of a flag lists; nil for other
// flags.
func formatsOf(f *pflag.Flag) []string {
	kind, usage := pflag.UnquoteUsage(f)
	if kind = strings.TrimSuffix(kind, "[=FILE]"); kind != "FORMAT" && kind != "PART" {
		return nil
	}
	_, list, ok := strings.Cut(usage, ": ")
	if !ok {
		return []string{"(the help of the flag lists none)"}
	}
	list, _, _ = strings.Cut(list, ";")
	var formats []string
	for _, word := range regexp.MustCompile(`, or |, | or `).Split(list, -1) {
		if !strings.Contains(word, " ") { // an explanation
			formats = append(formats, word)
		}
	}
	return formats
}

// generatedSecrets are what people put into files that generate has written, and
// into one that is to be encrypted: the text goes in front of the first line that
// begins with before.
var generatedSecrets = []struct{ file, before, text string }{
	{"base/redis.conf", "dir ", "requirepass {editedconf}\nuser default on >{editeduser}\n"},
	{"base/sentinel.conf", "dir ", "sentinel auth-pass mymaster {editedsentinel}\n"},
	{"base/statefulset.yaml", "        env:", "        args: [--requirepass, \"{editedargument}\"]\n"},
	{"base/scripts/start-redis.sh", "set ", "export REDISCLI_AUTH={editedscript}\n"},
	{"overlays/prod/values.yaml", "gateway:", "license: {key: {editedlicence|base64}}\nsmtp: {password: {editedvalues}}\n"},
	{"overlays/prod/redis/kustomization.yaml", "namespace:", "secretGenerator: [{name: more, literals: [\"password={editedliteral}\"]}]\n"},
	{"overlays/prod/redis/secrets/redis-auth.yaml", "kind:", "stringData: {more: {plain}}\n"},
	{"flux/prod/gateway/helmrelease.yaml", "  valuesFrom:", "  values: {gateway: {ratelimit: {redis: {password: {editedrelease}}}}}\n"},
}

// canaryRepository makes the working directory a git repository with secrets in
// every place: in files of people below app, and in files of generate that somebody
// has edited; some are committed, some staged. A remote has a password in its URL.
// breakIt breaks the files of people. It returns the secrets.
func canaryRepository(t *testing.T, golden string, breakIt func(file, text string) string) map[string]string {
	t.Helper()
	if err := os.CopyFS(".", os.DirFS(golden)); err != nil {
		t.Fatal(err)
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgSign=false"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %s", strings.Join(args, " "), out)
		}
	}
	git("init", "-q", "-b", "main")
	git("add", ".")
	git("commit", "-qm", "generated")
	secrets := map[string]string{}
	plant := func(name, text string) {
		t.Helper()
		writeFiles(t, ".", map[string]string{name: fillSecrets(text, secrets)})
	}
	for name, text := range secretPlaces {
		plant("app/"+name, breakIt(name, text))
	}
	for _, g := range generatedSecrets {
		name := "deploy/" + g.file
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		front, rest, ok := strings.Cut("\n"+string(text), "\n"+g.before)
		if !ok {
			t.Fatalf("%s has no line that begins with %q", name, g.before)
		}
		writeFiles(t, ".", map[string]string{name: strings.TrimPrefix(front+"\n", "\n") + fillSecrets(g.text, secrets) + g.before + rest})
	}
	plant("chart/Chart.yaml", "apiVersion: v2\nname: apim\nversion: 4.9.32\n")
	git("add", ".")
	git("commit", "-qm", "with secrets")
	plant("app/values.yaml", breakIt("values.yaml", secretPlaces["values.yaml"]+"staged: {password: {staged}}\n"))
	git("add", ".")
	plant("app/values.yaml", breakIt("values.yaml", secretPlaces["values.yaml"]+"changed: {password: {changed}}\n"))
	secrets["remote"] = "cAnArY.remote.7fQ2xW9"
	git("remote", "add", "origin", "https://user:"+secrets["remote"]+"@127.0.0.1:1/a.git")
	git("remote", "add", "elsewhere", "ssh://user:"+secrets["remote"]+"@127.0.0.1:1/a.git")
	return secrets
}

// TestNoSecretOfAnyCommand runs every command line of canaryRuns over a repository
// with secrets, and those that read it also over repositories that are broken, so
// that they end on their way.
func TestNoSecretOfAnyCommand(t *testing.T) {
	whole := func(_, text string) string { return text }
	for name, c := range map[string]struct {
		breakIt func(file, text string) string
		spec    string // instead of the spec
	}{
		"whole":         {whole, ""},
		"an open quote": {func(_, s string) string { return strings.Replace(s, "password: ", "password: \"", 1) }, ""},
		"a spec":        {whole, "namespace: gravitee\nenvironments: {prod: {preset: prod}, dev: {}}\nredis: {auth: {password: {spec}}}\n"},
		"no spec":       {whole, "redis: {auth: {password: {broken}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			golden, err := filepath.Abs("../../golden/sops")
			if err != nil {
				t.Fatal(err)
			}
			top := t.TempDir()
			t.Chdir(top)
			secrets := canaryRepository(t, golden, c.breakIt)
			if len(secrets) < 45 {
				t.Errorf("only %d secrets", len(secrets))
			}
			if c.spec != "" {
				write(t, "quorumwright.yaml", fillSecrets(c.spec, secrets))
			}
			printed := 0
			for _, line := range canaryRuns {
				args := strings.Fields(line)
				switch {
				case name == "whole":
					// Some of them write: each gets the repository as it was.
					dir := t.TempDir()
					if err := os.CopyFS(dir, os.DirFS(top)); err != nil {
						t.Fatal(err)
					}
					t.Chdir(dir)
				case len(args) == 0 || slices.Contains([]string{"completion", "help", "init", "rules", "schema", "version"}, args[0]):
					continue
				}
				printed += runCanary(t, secrets, args)
			}
			if printed < 10_000 {
				t.Errorf("%d bytes were printed in all", printed)
			}
		})
	}
}
