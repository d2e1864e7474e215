package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// configName is the file with the settings of lint, in the working directory.
const configName = ".quorumwright.yaml"

// configFlags say which configuration is in force instead of that file.
type configFlags struct {
	file string
	none bool
}

func (f *configFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.file, "config", "", "the configuration `FILE` (default "+configName+")")
	cmd.Flags().BoolVar(&f.none, "no-config", false, "go by no configuration file")
	cmd.MarkFlagsMutuallyExclusive("config", "no-config")
}

// config is what the configuration file says. Flags win over it.
type config struct {
	text                          []byte
	profile, failOn, chartVersion string
	selectIDs, ignoreIDs, exclude []string
	severity                      map[string]lint.Severity
	// with pairs folders of manifests with the Helm values deployed with them.
	with map[string][]string
	// ignore are findings that are suppressed where no comment can stand, such
	// as in generated files.
	ignore []ignoreEntry
}

// An ignoreEntry suppresses the findings of a rule, in the files and of the
// objects that it names, up to a date.
type ignoreEntry struct {
	rule, object, reason string
	files                []string
	until                time.Time
}

// load reads the configuration that is in force: the one in a folder of what
// is judged, or the one that the person names; a missing file is an empty one. What
// is compared with an earlier revision is judged by the configuration of that, see
// before.
func (f configFlags) load(fsys fs.FS, dir string, then *before) (*config, error) {
	if f.none {
		return &config{}, nil
	}
	here, err := f.read(fsys, dir)
	if err != nil {
		return nil, err
	}
	// What is wrong with the file of the change is told before it is merged.
	c, err := parseConfig(here)
	if err != nil {
		return nil, err
	}
	old, err := then.inForce(here, maxConfig)
	switch {
	case err != nil:
		return nil, err
	case !old.there && !here.there && f.file != "":
		return nil, usagef("--config %s: no such file", f.file)
	case then == nil:
		return c, nil
	}
	if c, err = parseConfig(old); err != nil {
		mistake, _, _ := strings.Cut(err.Error(), "\n")
		then.note("nothing of the configuration at %s holds: %s", git.Clean(then.rev), mistake)
		return &config{}, nil
	}
	return c, nil
}

// read reads the configuration that is there now.
func (f configFlags) read(fsys fs.FS, dir string) (setting, error) {
	s := setting{name: cmp.Or(f.file, configName)}
	var err error
	if f.file != "" {
		s.data, err = regular.ReadFile(f.file, maxConfig)
	} else {
		s.data, err = regular.ReadFS(fsys, path.Join(dir, configName), maxConfig)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return s, failedf("%s: %s", s.name, reason(err))
	}
	s.there = true
	return s, nil
}

const maxConfig = 256 << 10

// parseConfig reads a configuration and tells every mistake in it.
func parseConfig(from setting) (*config, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(from.data, &doc); err != nil {
		return nil, &exitError{exitUsage, placedError(syntaxError(from))}
	}
	p := configParser{name: from.name, c: &config{text: from.data, severity: map[string]lint.Severity{}, with: map[string][]string{}}}
	if len(doc.Content) == 1 {
		p.root(doc.Content[0])
	}
	if len(p.mistakes) > 0 {
		return nil, &exitError{exitUsage, placedError(strings.Join(p.mistakes, "\n"))}
	}
	return p.c, nil
}

// syntaxError says where a configuration is no YAML, as lint does for other files.
func syntaxError(from setting) string {
	at, message := repo.Span{Line: 1, Column: 1}, "this is not YAML that can be read"
	if r, err := repo.Open(repo.DirFS("."), repo.Options{Paths: []string{"-"}, Stdin: from.data}); err == nil && len(r.Problems) > 0 {
		at, message = r.Problems[0].Span, r.Problems[0].Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", from.name, at.Line, at.Column, message)
}

type configParser struct {
	name     string
	c        *config
	mistakes []string
}

func (p *configParser) mistake(n *yaml.Node, format string, args ...any) {
	p.mistakes = append(p.mistakes, fmt.Sprintf("%s:%d:%d: %s", p.name, n.Line, n.Column, fmt.Sprintf(format, args...)))
}

// fields calls the reader of each key of a mapping.
func (p *configParser) fields(n *yaml.Node, what string, readers map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		p.mistake(n, "%s is a mapping", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		read, ok := readers[key.Value]
		switch {
		case seen[key.Value]:
			p.mistake(key, "%q is there twice", key.Value)
		case ok:
			read(n.Content[i+1])
		default:
			var names []string
			for name := range readers {
				names = append(names, name)
			}
			slices.Sort(names)
			if near := lint.Nearest(key.Value, names); near != "" {
				p.mistake(key, "unknown key %q: did you mean %s?", key.Value, near)
			} else {
				p.mistake(key, "unknown key %q: %s knows %s", key.Value, what, strings.Join(names, ", "))
			}
		}
		seen[key.Value] = true
	}
}

func (p *configParser) root(n *yaml.Node) {
	c := p.c
	p.fields(n, "the configuration", map[string]func(*yaml.Node){
		"profile": func(n *yaml.Node) {
			if c.profile = p.text(n); c.profile != "default" && c.profile != "strict" {
				p.mistake(n, "profile is default or strict")
			}
		},
		"failOn": func(n *yaml.Node) {
			c.failOn = p.text(n)
			if _, err := lint.ParseSeverity(c.failOn); err != nil {
				p.mistake(n, "%s", err)
			}
		},
		"chartVersion": func(n *yaml.Node) { c.chartVersion = p.text(n) },
		"select":       func(n *yaml.Node) { c.selectIDs = p.ids(n) },
		"exclude":      func(n *yaml.Node) { c.exclude = p.texts(n) },
		"severity": func(n *yaml.Node) {
			p.each(n, "severity", func(key, value *yaml.Node) {
				p.id(key)
				s, err := lint.ParseSeverity(value.Value)
				if err != nil {
					p.mistake(value, "%s", err)
				}
				c.severity[key.Value] = s
			})
		},
		"values": func(n *yaml.Node) {
			p.each(n, "values", func(key, value *yaml.Node) { c.with[path.Clean(key.Value)] = p.texts(value) })
		},
		"ignore": func(n *yaml.Node) {
			if n.Kind != yaml.SequenceNode {
				p.mistake(n, "ignore is a list")
				return
			}
			for _, e := range n.Content {
				if e.Kind == yaml.ScalarNode {
					p.id(e)
					c.ignoreIDs = append(c.ignoreIDs, e.Value)
					continue
				}
				p.ignoreEntry(e)
			}
		},
	})
}

func (p *configParser) ignoreEntry(n *yaml.Node) {
	var e ignoreEntry
	p.fields(n, "an entry of ignore", map[string]func(*yaml.Node){
		"rule":   func(n *yaml.Node) { p.id(n); e.rule = n.Value },
		"object": func(n *yaml.Node) { e.object = p.text(n) },
		"reason": func(n *yaml.Node) { e.reason = strings.TrimSpace(p.text(n)) },
		"files":  func(n *yaml.Node) { e.files = p.texts(n) },
		"until": func(n *yaml.Node) {
			t, err := time.Parse(time.DateOnly, n.Value)
			if err != nil {
				p.mistake(n, "%q is not a date: write YYYY-MM-DD", n.Value)
			}
			e.until = t
		},
	})
	switch {
	case e.rule == "":
		p.mistake(n, "an entry of ignore names its rule")
	case e.reason == "":
		p.mistake(n, "an entry of ignore gives a reason")
	}
	p.c.ignore = append(p.c.ignore, e)
}

func (p *configParser) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		p.mistake(n, "a text belongs here")
	}
	return n.Value
}

func (p *configParser) texts(n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	if n.Kind != yaml.SequenceNode {
		p.mistake(n, "a list of texts belongs here")
		return nil
	}
	var out []string
	for _, e := range n.Content {
		out = append(out, p.text(e))
	}
	return out
}

func (p *configParser) ids(n *yaml.Node) []string {
	if n.Kind == yaml.SequenceNode {
		for _, e := range n.Content {
			p.id(e)
		}
	} else {
		p.id(n)
	}
	return p.texts(n)
}

// id checks the id of a rule or the name of a family.
func (p *configParser) id(n *yaml.Node) {
	if !slices.ContainsFunc(rules.All(), func(r *lint.Rule) bool { return matches(r, n.Value) }) {
		p.mistake(n, "%s", unknownRule(n.Value))
	}
}

func (p *configParser) each(n *yaml.Node, what string, read func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		p.mistake(n, "%s is a mapping", what)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		read(n.Content[i], n.Content[i+1])
	}
}

// apply gives findings the severities of the configuration and suppresses what
// it ignores.
func (c *config) apply(findings []*lint.Finding, today time.Time) {
	for _, f := range findings {
		for _, name := range []string{f.Rule.Family(), f.Rule.ID} {
			if s, ok := c.severity[name]; ok {
				f.Severity = s
			}
		}
		for _, e := range c.ignore {
			if f.Suppressed == "" && e.covers(f, today) {
				f.Suppressed = e.reason
			}
		}
	}
}

func (e ignoreEntry) covers(f *lint.Finding, today time.Time) bool {
	switch {
	case e.rule != f.Rule.ID && e.rule != f.Rule.Family():
		return false
	case !e.until.IsZero() && today.After(e.until.AddDate(0, 0, 1)):
		return false
	case f.Rule.Family() == "yaml":
		return false
	}
	return slices.ContainsFunc(f.Places, func(p lint.Place) bool {
		if e.object != "" && p.Object != e.object {
			return false
		}
		return len(e.files) == 0 || slices.ContainsFunc(e.files, func(glob string) bool { return repo.MatchPath(glob, p.File) })
	})
}
