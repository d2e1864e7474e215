package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed starter
var starter embed.FS

// starterFiles are what init writes, with the name in the starter folder.
var starterFiles = []struct{ name, from, does string }{
	{"quorumwright.yaml", "quorumwright.yaml", "the spec: change it, then run quorumwright generate"},
	{".pre-commit-config.yaml", "pre-commit-config.yaml", "the hook: pre-commit install makes git run it"},
	{".gitattributes", "gitattributes", "line endings, and folds deploy/ away in reviews"},
	{".prettierignore", "prettierignore", "keeps formatters off deploy/"},
}

func newInit(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a commented spec, a pre-commit configuration and ignore files",
		Long: `Write a commented spec, a pre-commit configuration and ignore files into DIR,
or into the current folder. Nothing is asked and nothing is overwritten: a file
that is there already is left as it is, and told.`,
		Example: `  quorumwright init
  quorumwright init gitops && quorumwright -C gitops generate`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return g.initialize(dir)
		},
	}
}

func (g *globals) initialize(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return failedf("%s: %s", dir, reason(err))
	}
	for _, f := range starterFiles {
		text, err := starter.ReadFile("starter/" + f.from)
		if err != nil {
			return failedf("%s: %s", f.name, reason(err))
		}
		text = []byte(strings.ReplaceAll(string(text), "VERSION", hookVersion()))
		path := filepath.Join(dir, f.name)
		err = writeNew(path, text)
		switch {
		case errors.Is(err, fs.ErrExist):
			g.note("%s: exists already, left as it is; init would have written:\n%s", path, indent(string(text)))
		case err != nil:
			return failedf("%s: %s", path, reason(err))
		default:
			g.note("%s: %s", path, f.does)
		}
	}
	return nil
}

// hookVersion is the tag that a pre-commit configuration names.
func hookVersion() string {
	if v := version(); v != "devel" && !strings.Contains(v, "-") {
		return v
	}
	return "v0.1.0"
}

// writeNew writes a file that must not exist, as a whole or not at all: what is half
// written would be left as it is by the next run.
func writeNew(path string, text []byte) error {
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	return writeBeside(path, text, 0o644, func(beside string) error {
		err := os.Link(beside, path) // which overwrites nothing
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		return os.Rename(beside, path) // there are no links on this file system
	})
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		fmt.Fprintf(&b, "    %s", line)
	}
	return strings.TrimRight(b.String(), "\n")
}
