package forge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"time"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// A ProgramError says that gh or glab failed. Its text is that program's: it is
// to be cleaned before it is printed.
type ProgramError struct {
	Program string
	Text    string
}

func (e *ProgramError) Error() string { return e.Program + " could not open the request" }

// Installed returns the path of the forge's own program, "" if there is none.
func (p Place) Installed() string {
	if p.Program() == "" {
		return ""
	}
	path, err := exec.LookPath(p.Program())
	if err != nil {
		return ""
	}
	return path
}

// Open opens the request with the forge's own program, or brings the one that is
// open for the branch up to date, and returns its URL. env is the environment of
// the program.
func (p Place) Open(ctx context.Context, env []string, r Request) (string, error) {
	path := p.Installed()
	switch {
	case path == "":
		return "", errors.New(p.Program() + " is not installed")
	case p.Kind == GitHub:
		return p.github(ctx, program{path, env}, r)
	}
	return p.gitlab(ctx, program{path, env}, r)
}

func (p Place) github(ctx context.Context, gh program, r Request) (string, error) {
	repository := p.Host + "/" + p.Path
	out, err := gh.run(ctx, "", "pr", "list", "--repo", repository, "--head", r.Branch, "--state", "open", "--json", "url", "--jq", ".[].url")
	if err != nil {
		return "", err
	}
	if open := lastURL(out); open != "" {
		_, err := gh.run(ctx, r.Body, "pr", "edit", open, "--title", r.Title, "--body-file", "-")
		return open, err
	}
	out, err = gh.run(ctx, r.Body, "pr", "create", "--repo", repository, "--head", r.Branch, "--base", r.Base, "--title", r.Title, "--body-file", "-")
	return lastURL(out), err
}

func (p Place) gitlab(ctx context.Context, glab program, r Request) (string, error) {
	repository := "https://" + p.Host + "/" + p.Path
	out, err := glab.run(ctx, "", "mr", "create", "--repo", repository, "--source-branch", r.Branch, "--target-branch", r.Base,
		"--title", r.Title, "--description", r.Body, "--yes")
	var failed *ProgramError
	if errors.As(err, &failed) && strings.Contains(failed.Text, "already exists") {
		return fmt.Sprintf("%s/-/merge_requests?state=opened&source_branch=%s", repository, url.QueryEscape(r.Branch)), nil
	}
	return lastURL(out), err
}

// A program is gh or glab.
type program struct {
	path string
	env  []string
}

func (p program) run(ctx context.Context, stdin string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Env = p.env
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("%s %s did not answer: %w", args[0], args[1], ctx.Err())
		}
		return "", &ProgramError{Program: p.path[strings.LastIndexByte(p.path, '/')+1:], Text: stderr.String()}
	}
	return stdout.String(), nil
}

var links = pattern.New(`https?://[^\s"'<>]+`)

// lastURL finds the URL that a program printed.
func lastURL(out string) string {
	found := links.FindAllString(out, -1)
	if len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}
