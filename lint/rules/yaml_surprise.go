package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var yamlSurprise = &lint.Rule{
	ID:       "yaml/surprise",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a value that is read as something else than it looks like",
		Why: `Without quotes YAML makes numbers and booleans of what looks like them. kubectl and Helm read YAML 1.1: yes, no, on, off are booleans, 0123 is an octal number, and a tag 4.10 is the number 4.1.

Where Kubernetes wants a text (a variable's value, an entry of a ConfigMap, a label, an argument) the API server refuses the object: "cannot unmarshal number into Go struct field EnvVar.value of type string". That is reported as an error. Where a text is made of the value, it is another text.`,
		Fix:  "Put the value in quotes.",
		Refs: []string{"https://yaml.org/type/bool.html", "https://helm.sh/docs/chart_best_practices/values/#make-types-clear"},
	},
	Check: func(p *lint.Pass) {
		s := surprises{pass: p, seen: spanSet{}}
		for _, o := range p.Env().Objects {
			s.object(o)
		}
		for _, w := range p.Facts.Workloads {
			s.workload(w)
		}
		for _, c := range p.Facts.Clients {
			s.client(c)
		}
	},
}

type surprises struct {
	pass *lint.Pass
	seen spanSet
}

// object judges the texts of the kinds that every repository has.
func (s surprises) object(o *repo.Object) {
	if o.APIVersion != "v1" && !strings.HasPrefix(o.APIVersion, "apps/") && !strings.HasPrefix(o.APIVersion, "batch/") {
		return
	}
	for _, key := range []string{"labels", "annotations"} {
		s.texts(o, o.Value.Get("metadata", key), strings.TrimSuffix(key, "s"))
	}
	switch o.Kind {
	case "ConfigMap":
		s.texts(o, o.Value.Get("data"), "an entry of a ConfigMap")
	case "Secret":
		s.texts(o, o.Value.Get("stringData"), "an entry of a Secret")
	case "Service":
		s.texts(o, o.Value.Get("spec", "selector"), "label")
	}
}

func (s surprises) workload(w *lint.Workload) {
	s.texts(w.Object, w.LabelsAt, "label")
	s.texts(w.Object, w.Selector.Get("matchLabels"), "label")
	for _, c := range w.Containers {
		for e := range c.Value.Get("env").Elements() {
			s.text(w.Object, e.Get("value"), "the value of a variable")
		}
		for _, list := range []string{"command", "args"} {
			for v := range c.Value.Get(list).Elements() {
				s.text(w.Object, v, "an argument")
			}
		}
	}
}

// client judges Helm values of the gateway: the variables, which the chart hands
// on as they are, and the tag, of which it makes a text.
func (s surprises) client(c *lint.Client) {
	if c.Values == nil {
		return
	}
	gateway := c.Values.Value.Get("gateway")
	for _, list := range []repo.Value{gateway.Get("env"), gateway.Get("deployment", "extraEnvs")} {
		for e := range list.Elements() {
			s.text(c.Object, e.Get("value"), "the value of a variable")
		}
	}
	tag := gateway.Get("image", "tag")
	if tag.IsQuoted() || !tag.IsScalar() {
		return
	}
	if read := asNumber(tag); read != "" && read != tag.Text() {
		s.pass.Report(lint.Finding{
			Severity: lint.Error,
			Message:  fmt.Sprintf("the tag %s is read as a number: the chart asks for the image %s", tag.Text(), read),
			Help:     fmt.Sprintf("write %q in quotes", tag.Text()),
			Fixes:    quote(tag, true),
			Places:   []lint.Place{lint.At(c.Object, tag, "")},
		})
	}
}

func (s surprises) texts(o *repo.Object, values repo.Value, what string) {
	for _, v := range values.Fields() {
		s.text(o, v, what)
	}
}

// text judges a value that must be a text.
func (s surprises) text(o *repo.Object, v repo.Value, what string) {
	kind := s.kind(v)
	if kind == "" {
		return
	}
	at := lint.At(o, v, "")
	if !at.IsValid() || at.Approximate || !s.seen.add(at) {
		return
	}
	if !strings.Contains(what, " ") {
		what = "the value of a " + what
		if strings.HasSuffix(what, "annotation") {
			what = "the value of an annotation"
		}
	}
	s.pass.Report(lint.Finding{
		Severity: lint.Error,
		Message:  fmt.Sprintf("%s must be a text, and this is read as %s: the API server refuses it", what, kind),
		Help:     "put it in quotes",
		Fixes:    quote(v, true),
		Places:   []lint.Place{at},
	})
}

// kind tells what a plain value is read as, "" for a text.
func (s surprises) kind(v repo.Value) string {
	if !v.IsScalar() || v.IsQuoted() {
		return ""
	}
	switch v.Tag() {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	}
	// What kustomize prints has these words in quotes.
	if !s.pass.Env().Rendered {
		switch strings.ToLower(v.Text()) {
		case "yes", "no", "on", "off", "y", "n":
			return "true or false"
		}
	}
	return ""
}

// asNumber returns what Helm makes of a plain value that is read as a number,
// "" if it is none. Helm reads every number as a floating one.
func asNumber(v repo.Value) string {
	switch v.Tag() {
	case "!!int":
		n, err := strconv.ParseInt(strings.ReplaceAll(v.Text(), "_", ""), 0, 64)
		if err != nil {
			return ""
		}
		return strconv.FormatInt(n, 10)
	case "!!float":
		f, err := strconv.ParseFloat(strings.ReplaceAll(v.Text(), "_", ""), 64)
		if err != nil {
			return ""
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return ""
}

// quote returns the fix that puts a plain value in quotes.
func quote(v repo.Value, safe bool) []lint.Fix {
	return wrapped(v, `"`, `"`, "put it in quotes", safe)
}
