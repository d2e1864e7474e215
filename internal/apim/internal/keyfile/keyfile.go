// Package keyfile reads and writes the line format of the chart catalogue: one
// key a line, so that a new chart version is a diff a person can review.
//
//	PATH <tab> TYPE <tab> ATTRIBUTE…
//
// An attribute is a word (required, unquoted, templated) or name=value. A name
// may carry the releases it holds for: when@4.10-4.11=…; the first that fits
// wins.
package keyfile

import (
	"fmt"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
)

// Record is one key of the catalogue as it is stored.
type Record struct {
	Path       string // gateway.servers[].port
	Type       string // str, int, num, bool, list, list:str, list:map, map; joined by | when several are accepted
	Kind       string // "" (leaf), free, map, list, items, template, object
	Live       spans.Set
	Default    []Ranged // JSON
	Fallback   string   // default of the template when the key is unset
	When       []Ranged // condition
	Lands      string   // letters of the rendered objects
	Required   bool
	Unquoted   bool
	Templated  bool
	Kubernetes string
	Setting    []Ranged // place in gravitee.yml
	Note       string
}

// Ranged is a value that holds for some releases only.
type Ranged struct {
	In   spans.Set
	Text string
}

// At is the value for a release.
func At(values []Ranged, r spans.Release) (string, bool) {
	for _, v := range values {
		if v.In.Has(r) {
			return v.Text, true
		}
	}
	return "", false
}

// Parse reads a catalogue text.
func Parse(text string) ([]Record, error) {
	records := make([]Record, 0, strings.Count(text, "\n"))
	p := parser{sets: make(map[string]spans.Set), ranged: make([]Ranged, 0, 2*cap(records))}
	number := 0
	for line := range strings.Lines(text) {
		number++
		record, err := p.line(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		records = append(records, record)
	}
	return records, nil
}

// parser remembers the sets of releases, which repeat from line to line, and
// puts values side by side.
type parser struct {
	sets   map[string]spans.Set
	ranged []Ranged
}

// with adds a value; most lists have one.
func (p *parser) with(values []Ranged, v Ranged) []Ranged {
	if values != nil || len(p.ranged) == cap(p.ranged) {
		return append(values, v)
	}
	n := len(p.ranged)
	p.ranged = append(p.ranged, v)
	return p.ranged[n : n+1 : n+1]
}

func (p *parser) set(text string) (spans.Set, error) {
	if set, ok := p.sets[text]; ok || text == "" {
		return set, nil
	}
	set, err := spans.Parse(text)
	p.sets[text] = set
	return set, err
}

func (p *parser) line(line string) (Record, error) {
	path, rest, ok := strings.Cut(line, "\t")
	if !ok || path == "" {
		return Record{}, fmt.Errorf("no type in %q", line)
	}
	kind, rest, _ := strings.Cut(rest, "\t")
	record := Record{Path: path, Type: kind}
	for rest != "" {
		var attribute string
		attribute, rest, _ = strings.Cut(rest, "\t")
		if err := p.attribute(&record, attribute); err != nil {
			return Record{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	return record, nil
}

func (p *parser) attribute(r *Record, attribute string) error {
	label, value, ok := strings.Cut(attribute, "=")
	if !ok {
		switch attribute {
		case "required":
			r.Required = true
		case "unquoted":
			r.Unquoted = true
		case "templated":
			r.Templated = true
		default:
			return fmt.Errorf("unknown attribute %q", attribute)
		}
		return nil
	}
	name, releases, _ := strings.Cut(label, "@")
	in, err := p.set(releases)
	if err != nil {
		return err
	}
	switch name {
	case "kind":
		r.Kind = value
	case "live":
		r.Live, err = p.set(value)
	case "default":
		r.Default = p.with(r.Default, Ranged{in, value})
	case "fallback":
		r.Fallback = value
	case "when":
		r.When = p.with(r.When, Ranged{in, value})
	case "lands":
		r.Lands = value
	case "kubernetes":
		r.Kubernetes = value
	case "setting":
		r.Setting = p.with(r.Setting, Ranged{in, value})
	case "note":
		r.Note = value
	default:
		return fmt.Errorf("unknown attribute %q", name)
	}
	return err
}

// Format writes records the way [Parse] reads them.
func Format(records []Record) string {
	var b strings.Builder
	for _, r := range records {
		r.write(&b)
	}
	return b.String()
}

func (r Record) write(b *strings.Builder) {
	attribute := func(name, value string) {
		if value != "" {
			b.WriteString("\t" + name + "=" + value)
		}
	}
	ranged := func(name string, values []Ranged) {
		for _, v := range values {
			label := name
			if len(v.In) > 0 {
				label += "@" + v.In.String()
			}
			attribute(label, v.Text)
		}
	}
	word := func(name string, on bool) {
		if on {
			b.WriteString("\t" + name)
		}
	}
	b.WriteString(r.Path + "\t" + r.Type)
	attribute("kind", r.Kind)
	attribute("live", r.Live.String())
	ranged("default", r.Default)
	attribute("fallback", r.Fallback)
	ranged("when", r.When)
	attribute("lands", r.Lands)
	word("required", r.Required)
	word("unquoted", r.Unquoted)
	word("templated", r.Templated)
	attribute("kubernetes", r.Kubernetes)
	ranged("setting", r.Setting)
	attribute("note", r.Note)
	b.WriteString("\n")
}
