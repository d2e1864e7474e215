package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/quorumwright/quorumwright/schema"
)

// A difference is what diff found; its form is that of --output json.
type difference struct {
	Version string `json:"version"`
	// From and To are the environments that were compared.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Against is the revision.
	Against      string                  `json:"against,omitempty"`
	Environments []environmentDifference `json:"environments"`
	Files        []fileDifference        `json:"files"`
}

func (d *difference) none() bool { return len(d.Environments) == 0 && len(d.Files) == 0 }

// What became of an environment or of a file.
const (
	statusAdded   = "added"
	statusRemoved = "removed"
	statusChanged = "changed"
)

// An environmentDifference is what changes in one environment.
type environmentDifference struct {
	Environment string        `json:"environment"`
	Status      string        `json:"status"`
	Changes     []fieldChange `json:"changes"`
	// Restarts are the containers that start anew, Recreated the StatefulSets that
	// Kubernetes does not let change.
	Restarts  []string `json:"restarts"`
	Recreated []string `json:"recreated"`
	// Notes say what a person should know before.
	Notes []string `json:"notes"`
}

// A fieldChange is one field of the spec.
type fieldChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
	Text  string `json:"text"`
}

// A fileDifference is one file, or one object of the rendered manifests.
type fileDifference struct {
	Path   string `json:"path"`
	Change string `json:"change"`
	Diff   string `json:"diff"`
}

// fieldChanges says what differs between two specs: versions first, then the
// fields in the order of their paths.
func fieldChanges(from, to schema.Spec) ([]fieldChange, error) {
	before, err := fieldsOf(from)
	if err != nil {
		return nil, err
	}
	after, err := fieldsOf(to)
	if err != nil {
		return nil, err
	}
	paths := maps.Clone(before)
	maps.Copy(paths, after)
	var versions, others []fieldChange
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if before[path] == after[path] {
			continue
		}
		if path == "gateway.plugins" {
			others = append(others, pluginChanges(from.Gateway.Plugins, to.Gateway.Plugins)...)
			continue
		}
		c := fieldChange{Field: path, From: shown(path, before[path]), To: shown(path, after[path])}
		if name, ok := versionPhrases[path]; ok {
			c.Text = phrase(name, c.From, c.To)
			versions = append(versions, c)
			continue
		}
		c.Text = phrase(path, c.From, c.To)
		others = append(others, c)
	}
	return append(versions, others...), nil
}

// shown is a value as a person may see it: short, and none where a person may
// have put what nobody should read.
func shown(path, value string) string {
	if value == "" {
		return ""
	}
	if secretive.MatchString(path) && !references.MatchString(path) {
		return "(not shown)"
	}
	if first, _, more := strings.Cut(value, "\n"); more {
		value = first + " …"
	}
	const most = 60
	if r := []rune(value); len(r) > most {
		value = string(r[:most]) + "…"
	}
	return git.Clean(value)
}

// pluginChanges compares plugins by their names: a new version is one change.
func pluginChanges(from, to []string) []fieldChange {
	before, after := pluginVersions(from), pluginVersions(to)
	names := maps.Clone(before)
	maps.Copy(names, after)
	var changes []fieldChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if before[name] == after[name] {
			continue
		}
		c := fieldChange{Field: "gateway.plugins", From: before[name], To: after[name]}
		switch {
		case c.From == "":
			c.Text = "plugin " + name + " " + c.To + " added"
		default:
			c.Text = phrase("plugin "+name, c.From, c.To)
		}
		changes = append(changes, c)
	}
	if len(changes) == 0 { // the same plugins from other addresses, or in another order
		changes = append(changes, fieldChange{Field: "gateway.plugins", Text: "plugins come from other addresses, or in another order"})
	}
	return changes
}

// pluginVersions are the versions of plugins by their names.
func pluginVersions(addresses []string) map[string]string {
	versions := map[string]string{}
	for _, address := range addresses {
		p, _ := apim.ParsePluginURL(address)
		name, version := p.Artifact, p.Version.String()
		if name == "" {
			name, version = p.File, "(no version)"
		}
		if versions[name] != "" {
			version = versions[name] + ", " + version
		}
		versions[name] = version
	}
	return versions
}

// effects fills in what starts anew.
func (e *environmentDifference) effects(from, to *schema.Spec, was, is outcome) {
	e.Restarts, e.Recreated = was.restarts(is)
	// The pods of the gateway carry the version of the chart as a label.
	if from.Gateway.Chart != to.Gateway.Chart && !slices.Contains(e.Restarts, "gateway") {
		e.Restarts = append(e.Restarts, "gateway")
	}
	if from.Namespace != to.Namespace {
		e.Notes = append(e.Notes, "Redis begins empty in the namespace "+to.Namespace+": its data and its Secret stay in "+from.Namespace)
	}
	if !was.complete || !is.complete {
		e.Notes = append(e.Notes, "the manifests could not be rendered whole: other pods may restart too")
	}
}
