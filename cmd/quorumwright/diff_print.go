package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/lint/repo"
	"go.yaml.in/yaml/v3"
)

// printDifference prints what diff found and returns the exit code.
func (g *globals) printDifference(d *difference, f diffFlags) error {
	var text string
	if f.format == "json" {
		d.Version = "1"
		if f.summary {
			for i := range d.Files {
				d.Files[i].Diff = ""
			}
		}
		data, err := json.MarshalIndent(d.complete(), "", "  ")
		if err != nil {
			return err
		}
		text = string(data) + "\n"
	} else {
		text = d.text(f.summary)
	}
	if _, err := fmt.Fprint(g.out, text); err != nil {
		return failedf("standard output: %s", reason(err))
	}
	if d.none() {
		return nil
	}
	return errFindings
}

// complete makes empty lists of those that are not there, for readers of JSON.
func (d *difference) complete() *difference {
	if d.Environments == nil {
		d.Environments = []environmentDifference{}
	}
	if d.Files == nil {
		d.Files = []fileDifference{}
	}
	for i := range d.Environments {
		e := &d.Environments[i]
		if e.Changes == nil {
			e.Changes = []fieldChange{}
		}
		for _, list := range []*[]string{&e.Restarts, &e.Recreated, &e.Notes} {
			if *list == nil {
				*list = []string{}
			}
		}
	}
	return d
}

// text is the difference for a person.
func (d *difference) text(summary bool) string {
	var b strings.Builder
	for _, e := range d.Environments {
		title := e.Environment
		if d.From != "" {
			title = d.From + " → " + d.To
		}
		switch e.Status {
		case statusAdded:
			title += ": new environment"
		case statusRemoved:
			title += ": removed environment"
		}
		b.WriteString(title + "\n")
		for _, c := range e.Changes {
			b.WriteString("  " + c.Text + "\n")
		}
		if e.Status == statusChanged {
			b.WriteString("  " + restartWords(e.Restarts) + "\n")
		}
		for _, name := range e.Recreated {
			b.WriteString("  must be deleted and made anew: " + name + " (kubectl delete --cascade=orphan keeps its pods)\n")
		}
		for _, n := range e.Notes {
			b.WriteString("  note: " + n + "\n")
		}
	}
	if summary || len(d.Files) == 0 {
		return b.String()
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	for _, f := range d.Files {
		b.WriteString(f.Diff)
	}
	return b.String()
}

func restartWords(containers []string) string {
	if len(containers) == 0 {
		return "restarts nothing"
	}
	return "restarts: " + strings.Join(containers, ", ")
}

// renderedFiles compares what a cluster gets of two environments.
func renderedFiles(tree fs.FS, from, to string) ([]fileDifference, error) {
	order, before, err := objects(tree, from)
	if err != nil {
		return nil, err
	}
	more, after, err := objects(tree, to)
	if err != nil {
		return nil, err
	}
	for _, name := range more {
		if _, ok := before[name]; !ok {
			order = append(order, name)
		}
	}
	var all []fileDifference
	for _, name := range order {
		have, was := before[name]
		want, is := after[name]
		if was == is && nameless(have, from) == nameless(want, to) {
			continue
		}
		c := generate.Change{Path: name, Kind: generate.Stale}
		if was {
			c.Have = []byte(have)
		}
		if is {
			c.Want = []byte(want)
		}
		text := strings.Replace(c.Unified(), "--- a/", "--- "+from+"/", 1)
		text = strings.Replace(text, "+++ b/", "+++ "+to+"/", 1)
		all = append(all, fileDifference{Path: name, Change: status(was, is), Diff: text})
	}
	return all, nil
}

// nameless is a text without the label that names its environment.
func nameless(text, env string) string {
	return strings.ReplaceAll(text, "quorumwright.dev/environment: "+env+"\n", "quorumwright.dev/environment:\n")
}

// objects are the rendered manifests of an environment, one text for each object,
// and its values.
func objects(tree fs.FS, env string) (order []string, texts map[string]string, err error) {
	manifests, err := repo.Build(tree, "overlays/"+env)
	if err != nil {
		return nil, nil, &exitError{exitFailed, err}
	}
	texts = map[string]string{}
	for text := range strings.SplitSeq(string(manifests), "\n---\n") {
		var o struct {
			Kind     string
			Metadata struct{ Name string }
		}
		if err := yaml.Unmarshal([]byte(text), &o); err != nil {
			return nil, nil, failedf("the rendered manifests of %s cannot be read", env)
		}
		// The hash behind a generated name follows from the content, which is shown.
		name := o.Kind + "/" + o.Metadata.Name
		if o.Kind == "ConfigMap" {
			name = o.Kind + "/" + withoutHash(o.Metadata.Name)
		}
		order = append(order, name)
		texts[name] = strings.TrimSuffix(text, "\n") + "\n"
	}
	values, err := fs.ReadFile(tree, "overlays/"+env+"/values.yaml")
	if err != nil {
		return nil, nil, &exitError{exitFailed, err}
	}
	texts["values.yaml"] = string(values)
	return append(order, "values.yaml"), texts, nil
}

// withoutHash is the name of a generated ConfigMap without what kustomize puts
// behind it: a hyphen and ten letters and digits.
func withoutHash(name string) string {
	if i := strings.LastIndexByte(name, '-'); i > 0 && len(name)-i == 11 {
		return name[:i]
	}
	return name
}
