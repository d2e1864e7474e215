package generate

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shells are those of this machine that a Redis image has as /bin/sh.
func shells(t *testing.T) [][]string {
	t.Helper()
	list := [][]string{{"sh"}}
	for _, shell := range [][]string{{"dash"}, {"busybox", "sh"}} {
		if _, err := exec.LookPath(shell[0]); err == nil {
			list = append(list, shell)
		}
	}
	return list
}

// A pod is a folder with the files of a pod, redis-1 of the smallest deployment.
type pod struct {
	dir   string
	shell []string
}

func newPod(t *testing.T, shell []string) pod {
	t.Helper()
	p := pod{t.TempDir(), shell}
	tree := mustGenerate(t, two())
	for _, f := range tree.Files() {
		if name, ok := strings.CutPrefix(f.Path, "base/"); ok {
			put(t, p.dir, name, string(f.Data))
		}
	}
	return p
}

// run sources lib.sh and runs more of the shell's language.
func (p pod) run(script string, env ...string) (stdout, stderr string, err error) {
	lib := filepath.Join(p.dir, "scripts", "lib.sh")
	cmd := exec.Command(p.shell[0], append(p.shell[1:], "-euc", ". "+lib+"\n"+script, "start-redis.sh")...)
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "POD_NAME=redis-1",
		"REDIS_ETC=" + p.dir, "REDIS_RUN=" + p.dir, "REDIS_SECRET=" + filepath.Join(p.dir, "password"),
	}, env...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// eachShell runs a test in every shell.
func eachShell(t *testing.T, test func(t *testing.T, p pod)) {
	for _, shell := range shells(t) {
		t.Run(strings.Join(shell, " "), func(t *testing.T) { test(t, newPod(t, shell)) })
	}
}

func TestScriptsAreComplete(t *testing.T) {
	names, err := fs.Glob(scripts, "scripts/*")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, name := range scriptNames {
		want = append(want, "scripts/"+name)
	}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("scriptNames is %q, the folder holds %q", want, names)
	}
}

func TestScriptSyntax(t *testing.T) {
	eachShell(t, func(t *testing.T, p pod) {
		for _, name := range scriptNames {
			cmd := exec.Command(p.shell[0], append(p.shell[1:], "-n", filepath.Join(p.dir, "scripts", name))...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s", name, err, out)
			}
		}
	})
}

func TestScriptReadsSentinelConf(t *testing.T) {
	const domain = ".redis-headless.gravitee-apim.svc.cluster.local"
	eachShell(t, func(t *testing.T, p pod) {
		got, errs, err := p.run(`echo "$master_name|$first_master|$redis_port|$sentinel_port|$self|$others|$majority|$(static dir)"`)
		if err != nil {
			t.Fatalf("%v: %s", err, errs)
		}
		want := "mymaster|redis-0" + domain + "|6379|26379|redis-1" + domain + "|redis-0" + domain + " redis-2" + domain + " |2|/data/sentinel\n"
		if got != want {
			t.Errorf("got  %swant %s", got, want)
		}
		if _, errs, err = p.run("", "POD_NAME=redis-7"); err == nil ||
			!strings.Contains(errs, "start-redis.sh: sentinel.conf does not list redis-7: change the number of nodes in the spec, do not scale the StatefulSet") {
			t.Errorf("a pod too many: %v: %s", err, errs)
		}
	})
}

func TestScriptElects(t *testing.T) {
	tests := []struct{ name, answers, agreed, newest string }{
		{"nobody answers", "", "", ""},
		{"one answers", "0 redis-0", "", "0 redis-0"},
		{"a majority", "3 redis-2\n3 redis-2\n2 redis-0", "redis-2", "3 redis-2"},
		{"a majority that is behind", "2 redis-0\n3 redis-2\n2 redis-0", "redis-0", "3 redis-2"},
		{"epochs are numbers", "9 redis-0\n10 redis-1", "", "10 redis-1"},
	}
	eachShell(t, func(t *testing.T, p pod) {
		for _, test := range tests {
			got, errs, err := p.run(fmt.Sprintf(`answers='%s'; echo "$answers" | agreed; echo /; echo "$answers" | newest`, test.answers))
			if err != nil {
				t.Fatalf("%v: %s", err, errs)
			}
			agreed, newest, _ := strings.Cut(got, "/\n")
			if strings.TrimSpace(agreed) != test.agreed || strings.TrimSpace(newest) != test.newest {
				t.Errorf("%s: agreed %q, newest %q", test.name, agreed, newest)
			}
		}
	})
}

// The password is taken as it is, or refused with the reason and without being
// shown.
func TestScriptPassword(t *testing.T) {
	var printable strings.Builder
	for c := '!'; c <= '~'; c++ {
		if c != '"' && c != '\'' {
			printable.WriteRune(c)
		}
	}
	const inURI = "Az09-._~!$&()*,;=:"
	tests := []struct{ name, password, characters, reason string }{
		{"letters and digits", "s3cret", "uri", ""},
		{"every printable character", strings.ReplaceAll(printable.String(), "/", ""), "printable", ""},
		{"every character that a URI leaves alone", inURI, "uri", ""},
		{"long", strings.Repeat("x", 512), "uri", ""},
		{"empty", "", "uri", "the password is empty"},
		{"newline at the end", "canary\n", "uri", "the password ends with a newline"},
		{"newline inside", "can\nary", "uri", "white space"},
		{"blank", "can ary", "printable", "white space"},
		{"tab", "can\tary", "printable", "white space"},
		{"control character", "can\x01ary", "printable", "control character"},
		{"not ASCII", "canaryé", "printable", "beyond ASCII"},
		{"double quote", `can"ary`, "printable", "quotation mark"},
		{"single quote", "can'ary", "printable", "quotation mark"},
		{"placeholder", "can${ary}", "printable", "dollar sign before a brace"},
		{"reference", "secret://kubernetes/canary", "printable", "reference to a secret"},
		{"plus in a URI", "can+ary", "uri", "a gateway before 4.12"},
		{"percent in a URI", "can%41ary", "uri", "a gateway before 4.12"},
		{"backslash in a URI", `can\ary`, "uri", "a gateway before 4.12"},
		{"plus", "can+ary", "printable", ""},
	}
	eachShell(t, func(t *testing.T, p pod) {
		for _, test := range tests {
			put(t, p.dir, "password", test.password)
			got, errs, err := p.run(`read_secret; printf %s "$password"`, "PASSWORD_CHARACTERS="+test.characters)
			switch {
			case test.reason == "" && (err != nil || got != test.password):
				t.Errorf("%s: %q became %q, %v: %s", test.name, test.password, got, err, errs)
			case test.reason != "" && (err == nil || !strings.Contains(errs, test.reason)):
				t.Errorf("%s: error %v, told %q", test.name, err, errs)
			case test.reason != "" && (strings.Contains(errs, "canary") || strings.Contains(errs, "ary")):
				t.Errorf("%s: the reason shows the password: %s", test.name, errs)
			}
		}
		if err := os.Remove(filepath.Join(p.dir, "password")); err != nil {
			t.Fatal(err)
		}
		if _, errs, err := p.run("read_secret"); err == nil || !strings.Contains(errs, "has the Secret this key?") {
			t.Errorf("no file: %v: %s", err, errs)
		}
	})
}

// A pod stays the master only if enough Sentinels name it, in time, and none knows
// better: one that has replaced it is heard by the others a moment later.
func TestSecure(t *testing.T) {
	const self, other = "redis-1" + domain, "redis-2" + domain
	for _, test := range []struct {
		name   string
		lines  string
		secure bool
	}{
		{"a majority names it", "0 " + self + " 4000\n0 " + self + " 3000\n", true},
		{"only one does", "0 " + self + " 4000\n", false},
		{"one leaves it too little time", "0 " + self + " 4000\n0 " + self + " 2999\n", false},
		{"one is replacing it", "3 " + self + " 4000\n3 " + self + " 4000\n3 " + self + " -1\n", false},
		{"one has replaced it", "3 " + self + " 4000\n4 " + other + " 5000\n3 " + self + " 4000\n", false},
		{"one is behind", "3 " + other + " 4000\n4 " + self + " 4000\n4 " + self + " 4000\n", true},
		{"epochs are numbers", "9 " + other + " 4000\n10 " + self + " 4000\n10 " + self + " 4000\n", true},
		{"nobody answers", "\n", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachShell(t, func(t *testing.T, p pod) {
				out, errs, err := p.run("if printf %s \"$LINES_OF\" | secure 2 3000; then echo yes; else echo no; fi", "LINES_OF="+test.lines)
				if want := map[bool]string{true: "yes\n", false: "no\n"}[test.secure]; err != nil || out != want {
					t.Errorf("%q, want %q: %v %s", out, want, err, errs)
				}
			})
		})
	}
}
