package apim

import (
	"slices"
	"strings"
	"testing"

	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
)

func TestKeysFile(t *testing.T) {
	records, err := keyfile.Parse(keysText)
	if err != nil {
		t.Fatal(err)
	}
	if keyfile.Format(records) != keysText {
		t.Error("keys.txt is not in the form that the tool writes")
	}
	var paths []string
	for _, r := range records {
		paths = append(paths, r.Path)
		if _, ok := kinds[r.Kind]; !ok {
			t.Errorf("%s: unknown kind %q", r.Path, r.Kind)
		}
		for _, typ := range recordTypes(&r) {
			if typeWords[typ] == "" {
				t.Errorf("%s: unknown type %q", r.Path, typ)
			}
		}
		for _, letter := range r.Lands {
			if lands[letter] == "" {
				t.Errorf("%s: lands in %c", r.Path, letter)
			}
		}
		for _, d := range r.Default {
			decoded(decodeDefault(d.Text)) // panics when it is not JSON
		}
		for _, w := range r.When {
			for _, alternative := range parseCondition(w.Text) {
				for _, atom := range alternative {
					if Latest().walk(ParsePath(atom.Key)).node == nil {
						t.Errorf("%s: its condition tests %s, which is no key", r.Path, atom.Key)
					}
				}
			}
		}
	}
	if !slices.IsSorted(paths) || len(slices.Compact(slices.Clone(paths))) != len(paths) {
		t.Error("keys.txt is not sorted, or a key stands twice")
	}
}

// A right key must be read by some chart, a wrong one by none, except where the
// file says in which case it is read.
func TestWrongFile(t *testing.T) {
	for _, w := range wrongKeys {
		key, path := w.path, ParsePath(w.path)
		read := slices.ContainsFunc(Minors(), func(v Version) bool {
			at := Catalogue(v).walk(path)
			return at.state == Live || at.state == FreeForm
		})
		switch {
		case w.effect == "" && read:
			t.Errorf("%s is called wrong, but a chart reads it", key)
		case w.effect == "conditional" && !read:
			t.Errorf("%s is never read, its effect is not conditional", key)
		}
		for _, use := range w.use {
			if !slices.ContainsFunc(Minors(), func(v Version) bool { return Catalogue(v).walk(ParsePath(use)).state == Live }) {
				t.Errorf("%s: no chart reads %s", key, use)
			}
		}
		if w.env != "" {
			if got := EnvSetting(Version{}, w.env); got.State != EnvMatched {
				t.Errorf("%s: the gateway does not match %s", key, w.env)
			}
		}
		if len(w.use) == 0 && w.env == "" && w.why == "" {
			t.Errorf("%s: neither a right key nor a reason", key)
		}
	}
}

func TestPluginsFile(t *testing.T) {
	if !slices.IsSorted(artifacts()) {
		t.Error("plugins.txt is not sorted")
	}
	for _, artifact := range artifacts() {
		line, ok := pluginLine(artifact)
		group, changes, _ := strings.Cut(line, "\t")
		if !ok || group == "" || changes == "" {
			t.Errorf("%s: no group or no release: %q", artifact, line)
		}
		var last Version
		for change := range strings.SplitSeq(changes, " ") {
			from, state, _ := strings.Cut(change, "=")
			release, err := ParseVersion(from)
			if err != nil || last.Compare(release) >= 0 {
				t.Errorf("%s: releases are not in order at %s: %v", artifact, from, err)
			}
			last = release
			if state == "" || !strings.Contains("BDM-", state[:1]) {
				t.Errorf("%s: %q says nothing about bundling", artifact, change)
			} else if state[1:] != "" {
				if _, err := ParseVersion(state[1:]); err != nil {
					t.Errorf("%s: %v", artifact, err)
				}
			}
		}
	}
	for _, name := range []string{"", "a", "gravitee-policy-jwt2", "zz"} {
		if line, ok := pluginLine(name); ok {
			t.Errorf("%q is a plugin: %q", name, line)
		}
	}
	for artifact := range matrices {
		if _, ok := pluginLine(artifact); !ok {
			t.Errorf("a matrix for the unknown plugin %s", artifact)
		}
	}
}

// artifacts are the plugins of the data.
func artifacts() []string {
	var names []string
	for line := range strings.Lines(pluginsText) {
		name, _, _ := strings.Cut(line, "\t")
		names = append(names, name)
	}
	return names
}

func TestSettingsFile(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(settingsText, "\n"), "\n")
	if !slices.IsSorted(lines) {
		t.Error("settings.txt is not sorted")
	}
}

// Every key of every release must be found live where it is listed.
func TestEveryKeyIsFound(t *testing.T) {
	for _, minor := range Minors() {
		for _, patch := range []int{0, minor.Patch / 2, minor.Patch} {
			chart := Catalogue(Version{Major: minor.Major, Minor: minor.Minor, Patch: patch})
			keys := chart.Keys()
			if len(keys) < 300 {
				t.Errorf("chart %s has only %d keys", chart.Version, len(keys))
			}
			for _, key := range keys {
				got := chart.Lookup(ParsePath(key.Path))
				if got.State != Live && got.State != Misleading || got.State == Live && got.Key.Path != key.Path {
					t.Errorf("chart %s: %s is %s", chart.Version, key.Path, got.State)
				}
			}
		}
	}
}
