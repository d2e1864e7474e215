package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// releases serves a release v1.2.3 whose program is this test, which is the
// command when it is started under the command's name.
func releases(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Fatal("the recipes are tried on Linux")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	name := "quorumwright-linux-" + runtime.GOARCH
	sum := sha256.Sum256(program)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1.2.3/" + name, "/v6.6.6/" + name:
			w.Write(program)
		case "/v1.2.3/SHA256SUMS":
			w.Write([]byte(hex.EncodeToString(sum[:]) + "  " + name + "\n"))
		case "/v6.6.6/SHA256SUMS":
			w.Write([]byte(strings.Repeat("0", 64) + "  " + name + "\n"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

type actionStep struct {
	ID, Name, Shell, Run, Uses, If string
	Env                            map[string]string
}

// An actionRun is one run of the composite action.
type actionRun struct {
	code   int
	log    string
	output map[string]string
	steps  []string // the names of those that ran
}

var expression = regexp.MustCompile(`\$\{\{ *([a-z.-]+) *\}\}`)

// runAction does what the runner does with action.yml: the steps one after
// another, with the inputs in their variables. The upload is only noted.
func runAction(t *testing.T, workspace string, inputs map[string]string) actionRun {
	t.Helper()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Inputs map[string]struct {
			Default  string
			Required bool
		}
		Runs struct {
			Using string
			Steps []actionStep
		}
	}
	if err := yaml.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for name, in := range action.Inputs {
		known["inputs."+name] = in.Default
	}
	for name, value := range inputs {
		if _, ok := action.Inputs[name]; !ok {
			t.Fatalf("the action has no input %s", name)
		}
		known["inputs."+name] = value
	}
	temp := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	arch := map[string]string{"amd64": "X64", "arm64": "ARM64"}[runtime.GOARCH]
	path := os.Getenv("PATH")
	r := actionRun{output: map[string]string{}}
	for _, step := range action.Runs.Steps {
		if step.Uses != "" {
			if !regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`).MatchString(step.Uses) || !strings.Contains(string(text), step.Uses+" # v") {
				t.Errorf("%s is not pinned to a commit, with its version in a comment", step.Uses)
			}
			if r.code == 0 && (known["inputs.upload-sarif"] == "true" && r.output["exit-code"] < "2") {
				r.steps = append(r.steps, step.Name)
			}
			continue
		}
		if strings.Contains(step.Run, "${{") {
			t.Errorf("step %s: an expression within a script is a way to inject one", step.Name)
		}
		if r.code != 0 {
			break
		}
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		cmd.Dir = workspace
		cmd.Env = []string{"PATH=" + path, "HOME=" + temp, "GITHUB_ACTIONS=true", "RUNNER_OS=Linux", "RUNNER_ARCH=" + arch, "RUNNER_TEMP=" + temp,
			"GITHUB_PATH=" + filepath.Join(temp, "path"), "GITHUB_OUTPUT=" + filepath.Join(temp, "output"), "GITHUB_ACTION_PATH=" + root}
		for name, value := range step.Env {
			cmd.Env = append(cmd.Env, name+"="+expression.ReplaceAllStringFunc(value, func(e string) string {
				value, ok := known[expression.FindStringSubmatch(e)[1]]
				if !ok {
					t.Errorf("step %s: nothing is known of %s", step.Name, e)
				}
				return value
			}))
		}
		out, err := cmd.CombinedOutput()
		r.log += string(out)
		r.steps = append(r.steps, step.Name)
		if exit, ok := err.(*exec.ExitError); ok {
			r.code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		added, _ := os.ReadFile(filepath.Join(temp, "path"))
		for line := range strings.Lines(string(added)) {
			path = strings.TrimSpace(line) + ":" + path
		}
		set, _ := os.ReadFile(filepath.Join(temp, "output"))
		for line := range strings.Lines(string(set)) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			r.output[name] = value
			known["steps.lint.outputs."+name] = value
		}
	}
	return r
}

// TestAction runs the steps of action.yml as the runner does.
func TestAction(t *testing.T) {
	url := releases(t)
	workspace := t.TempDir()
	if err := os.CopyFS(workspace, os.DirFS("../../golden/broken")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(workspace, "odd name $(touch injected).yaml"), "a: 1\n")
	for _, c := range []struct {
		name   string
		inputs map[string]string
		code   int
		exit   string // what lint returns; "" if it does not run
		upload bool
		log    string
	}{
		{"findings", map[string]string{"version": "v1.2.3"}, 1, "1", true, "[sentinel/no-replica]"},
		{"never", map[string]string{"version": "v1.2.3", "fail-on": "never"}, 0, "1", true, "[sentinel/no-replica]"},
		{"paths", map[string]string{"version": "v1.2.3", "paths": "values.yaml\nodd name $(touch injected).yaml\n", "args": "--select\nauth\n--profile\nstrict"}, 0, "0", true, "::add-matcher::"},
		{"no upload", map[string]string{"version": "v1.2.3", "upload-sarif": "false"}, 1, "1", false, ""},
		{"usage", map[string]string{"version": "v1.2.3", "args": "--profil"}, 2, "2", false, "unknown flag"},
		{"not a flag", map[string]string{"version": "v1.2.3", "paths": "--fix"}, 3, "3", false, "--fix: no such file or folder"},
		{"another program", map[string]string{"version": "v6.6.6"}, 3, "", false, "is not what SHA256SUMS says"},
		{"no such release", map[string]string{"version": "v9.9.9"}, 22, "", false, "404"},
		{"not a version", map[string]string{"version": "v1.2.3; touch injected"}, 2, "", false, "version must be a release"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.inputs["download-url"] = url
			os.Remove(filepath.Join(workspace, "quorumwright.sarif"))
			r := runAction(t, workspace, c.inputs)
			uploaded := strings.Contains(strings.Join(r.steps, ","), "Upload")
			if r.code != c.code || r.output["exit-code"] != c.exit || uploaded != c.upload || !strings.Contains(r.log, c.log) {
				t.Errorf("exit %d, lint %q, upload %t:\n%s", r.code, r.output["exit-code"], uploaded, r.log)
			}
			if c.upload {
				sarif, err := os.ReadFile(filepath.Join(workspace, r.output["sarif-file"]))
				if err != nil || !bytes.Contains(sarif, []byte(`"version": "2.1.0"`)) {
					t.Errorf("no SARIF file: %v", err)
				}
			}
			if _, err := os.Stat(filepath.Join(workspace, "injected")); err == nil {
				t.Error("an input was run as a script")
			}
		})
	}
}

// TestGitLabComponent runs the script of the component as the runner of GitLab
// does, with inputs in place of their names.
func TestGitLabComponent(t *testing.T) {
	url := releases(t)
	text, err := os.ReadFile("../../templates/lint.yml")
	if err != nil {
		t.Fatal(err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var head struct {
		Spec struct {
			Inputs map[string]struct{ Default *string }
		}
	}
	if err := dec.Decode(&head); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		version, args string
		code          int
	}{{"v1.2.3", "", 1}, {"v1.2.3", "values.yaml --select auth", 0}, {"v6.6.6", "", 3}} {
		given := map[string]string{"version": c.version, "args": c.args, "download-url": url}
		filled := regexp.MustCompile(`\$\[\[ inputs\.([a-z-]+) \]\]`).ReplaceAllStringFunc(string(text), func(e string) string {
			name := strings.TrimSuffix(strings.TrimPrefix(e, "$[[ inputs."), " ]]")
			in, ok := head.Spec.Inputs[name]
			if !ok {
				t.Errorf("the component has no input %s", name)
			}
			if value, ok := given[name]; ok {
				return value
			}
			return *in.Default
		})
		dec := yaml.NewDecoder(strings.NewReader(filled))
		var spec any
		var jobs map[string]struct {
			Stage, Image string
			Variables    map[string]string
			BeforeScript []string `yaml:"before_script"`
			Script       []string
			Artifacts    struct{ Reports map[string]string }
		}
		if dec.Decode(&spec) != nil || dec.Decode(&jobs) != nil || len(jobs) != 1 {
			t.Fatalf("not a component with one job:\n%s", filled)
		}
		job := jobs["quorumwright"]
		workspace := t.TempDir()
		if err := os.CopyFS(workspace, os.DirFS("../../golden/broken")); err != nil {
			t.Fatal(err)
		}
		// The runner hands all lines to one shell that ends at the first error.
		cmd := exec.Command("sh", "-ec", strings.Join(append(job.BeforeScript, job.Script...), "\n"))
		cmd.Dir = workspace
		cmd.Env = append(os.Environ(), "GITHUB_ACTIONS=", "NO_PROXY=*", "no_proxy=*")
		for name, value := range job.Variables {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		out, err := cmd.CombinedOutput()
		code := 0
		if exit, ok := err.(*exec.ExitError); ok {
			code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if code != c.code {
			t.Errorf("%s %q: exit %d\n%s", c.version, c.args, code, out)
		}
		for kind, file := range job.Artifacts.Reports {
			if data, err := os.ReadFile(filepath.Join(workspace, file)); c.version == "v1.2.3" && (err != nil || len(data) == 0) {
				t.Errorf("no report %s: %v", kind, err)
			}
		}
	}
}

// TestContainerfile holds the image to what it promises: nothing but the program,
// which runs as nobody.
func TestContainerfile(t *testing.T) {
	text, err := os.ReadFile("../../Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	stages := strings.Split(string(text), "\nFROM ")
	last := stages[len(stages)-1]
	for _, want := range []string{"scratch\n", "\nUSER 65532:65532\n", "\nENTRYPOINT [\"/quorumwright\"]\n"} {
		if !strings.Contains(last, want) {
			t.Errorf("the last stage has no %q:\n%s", want, last)
		}
	}
	if !strings.Contains(string(text), "CGO_ENABLED=0") || strings.Contains(last, "RUN ") || strings.Count(last, "COPY ") != 1 {
		t.Errorf("not the static program alone:\n%s", text)
	}
}
