package helm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// ErrNoProgram says that there is no helm on PATH.
var ErrNoProgram = errors.New("helm is not on PATH")

// Release is what a chart is rendered for.
type Release struct {
	Name, Namespace string
	// Values are the values in YAML.
	Values []byte
}

// The bounds of one run.
const (
	timeout   = time.Minute
	maxOutput = 64 << 20
	maxErrors = 1 << 20
)

// Render returns the manifests of a release, as helm template prints them. The
// error is [ErrNoProgram], a [*Failure] if the chart does not render with these
// values, or says why helm could not be run.
func (c *Chart) Render(ctx context.Context, r Release) ([]byte, error) {
	program, err := exec.LookPath("helm")
	if err != nil {
		return nil, ErrNoProgram
	}
	values := filepath.Join(c.temp, "values.yaml")
	if err := os.WriteFile(values, r.Values, 0o600); err != nil {
		return nil, errors.New("the values cannot be written to the temporary folder")
	}
	home := filepath.Join(c.temp, "home")
	if err := os.MkdirAll(filepath.Join(home, "plugins"), 0o700); err != nil {
		return nil, errors.New("the temporary folder cannot be written to")
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	args := []string{"template", orElse(r.Name, "release"), c.dir, "--values", values, "--namespace", orElse(r.Namespace, "default")}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = home, environment(home)
	cmd.WaitDelay = 5 * time.Second
	out, fails := &bounded{max: maxOutput}, &bounded{max: maxErrors}
	cmd.Stdout, cmd.Stderr = out, fails
	err = cmd.Run()
	switch {
	case ctx.Err() == context.DeadlineExceeded:
		return nil, fmt.Errorf("helm did not end within %s", timeout)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case out.over:
		return nil, fmt.Errorf("the chart renders more than %d MiB", maxOutput>>20)
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return nil, c.failure(fails.String())
	case err != nil:
		return nil, fmt.Errorf("%s cannot be started", program)
	}
	return out.Bytes(), nil
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// environment is all that helm sees: folders of its own for what it might read
// or write, no plugins, no cluster, nothing of the person's.
func environment(home string) []string {
	in := func(name string) string { return filepath.Join(home, name) }
	return []string{
		"HOME=" + home, "TMPDIR=" + home, "LC_ALL=C",
		"HELM_CACHE_HOME=" + in("cache"), "HELM_CONFIG_HOME=" + in("config"), "HELM_DATA_HOME=" + in("data"),
		"HELM_REGISTRY_CONFIG=" + in("registry.json"), "HELM_REPOSITORY_CONFIG=" + in("repositories.yaml"),
		"HELM_REPOSITORY_CACHE=" + in("repository"), "HELM_PLUGINS=" + in("plugins"), "HELM_NO_PLUGINS=1",
		"KUBECONFIG=" + in("kubeconfig"),
		// Nothing listens there: what tries to reach the network fails at once.
		"HTTP_PROXY=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9", "NO_PROXY=",
	}
}

// bounded keeps what is written to it up to a bound.
type bounded struct {
	bytes.Buffer
	max  int
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.max {
		b.over = true
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

// A Failure is a chart that does not render with some values.
type Failure struct {
	// Template and Line are where it stopped; "" and 0 if helm does not tell.
	Template string
	Line     int
	// Cause is what helm says, without the way to it.
	Cause string
	// Missing is the sub-chart that the values switch on and that is not there.
	Missing string
}

// Error says the failure in one sentence.
func (f *Failure) Error() string {
	switch {
	case f.Missing != "":
		return fmt.Sprintf("the values switch on the sub-chart %s, which is not in its folder charts", f.Missing)
	case f.Template != "":
		return fmt.Sprintf("it fails in %s, line %d: %s", f.Template, f.Line, f.Cause)
	}
	return "it fails: " + f.Cause
}

var (
	templatePattern = pattern.New(`(?:template: |\()[^/\s:(]+/(templates/[^:\s]+):(\d+)`)
	causePattern    = pattern.New(`(?s)^.*<.*?>: (.*)$`)
	wherePattern    = pattern.New(`^execution error at \([^)]*\): `)
)

// failure reads what helm prints on an error: a chain of templates, each with
// its place, and the cause behind the last one.
func (c *Chart) failure(text string) *Failure {
	text = strings.ReplaceAll(strings.TrimSpace(text), c.dir+"/", "")
	if _, name, ok := strings.Cut(text, stubMark); ok {
		name, _, _ = strings.Cut(name, "\n")
		return &Failure{Missing: strings.TrimSpace(name)}
	}
	f := &Failure{}
	// The first line is the error; what follows is advice and warnings.
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "Error: "); ok {
			text = strings.TrimSpace(rest)
			break
		}
	}
	if all := templatePattern.FindAllStringSubmatch(text, -1); len(all) > 0 {
		last := all[len(all)-1]
		f.Template = last[1]
		fmt.Sscan(last[2], &f.Line)
	}
	f.Cause = text
	if m := causePattern.FindStringSubmatch(text); m != nil {
		f.Cause = m[1]
	}
	f.Cause, _, _ = strings.Cut(f.Cause, "\n")
	f.Cause = strings.TrimPrefix(wherePattern.ReplaceAllString(f.Cause, ""), "error calling fail: ")
	return f
}
