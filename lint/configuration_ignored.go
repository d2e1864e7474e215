package lint

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
)

// ignored adds the values that no template reads and the variables that the
// gateway does not match, each to the setting that it was meant for.
func (c *configurator) ignored() {
	for _, j := range c.charts.Newest().Judge(c.values) {
		v := c.values.Get(j.At...)
		if j.Deliberate || v.Deletes() {
			continue // the block is switched off beside it, or another file's value is taken away
		}
		name := apim.JoinPath(j.At)
		c.ignore(c.meant(j), name, Ignored{Name: name, Place: c.atKey(v), Why: j.Why, Help: j.Help()})
	}
	for _, entry := range c.entries {
		name := entry.Get("name")
		got := apim.EnvSetting(c.charts.Image, name.Text())
		switch {
		case got.State == apim.EnvMisspelled, got.State == apim.EnvNotGravitee && got.Why != "":
		case got.State == apim.EnvWrong && c.setting(got.Setting) == nil:
		default:
			continue
		}
		help := ""
		switch {
		case got.Instead != "":
			help = "write " + got.Instead
		case got.Key != "":
			help = "set " + got.Key
		}
		setting := strings.TrimPrefix(got.Setting, "repositories.")
		if instead := apim.EnvSetting(c.charts.Image, got.Instead); got.Instead != "" {
			setting = instead.Setting
		}
		c.ignore([]string{setting}, setting, Ignored{Name: name.Text(), Place: c.at(name), Why: got.Why, Help: help})
	}
}

// meant are the settings that a judged value was meant to set, or that keep it
// from being read.
func (c *configurator) meant(j apim.Judgement) []string {
	var names []string
	add := func(key string) {
		if got := c.charts.Newest().Lookup(apim.ParsePath(key)); got.Key != nil && got.Key.Setting != "" {
			names = append(names, strings.TrimPrefix(got.Key.Setting, "repositories."))
		}
	}
	for _, u := range j.Unmet {
		add(u.Atom.Key)
	}
	for key := range strings.SplitSeq(j.Instead, " or ") {
		if key != "" {
			add(key)
		}
	}
	return names
}

// ignore puts an ignored value to the first of some settings that is shown, or
// else to the area that one of them, or the value itself, belongs to.
func (c *configurator) ignore(settings []string, name string, i Ignored) {
	for _, s := range settings {
		if set := c.setting(s); set != nil {
			set.Ignored = append(set.Ignored, i)
			return
		}
	}
	for _, s := range append(settings, strings.TrimPrefix(name, "gateway.")) {
		if area := c.areas[areaOf(s)]; area.Name != OtherArea {
			area.Ignored = append(area.Ignored, i)
			return
		}
	}
	other := c.areas[OtherArea]
	other.Ignored = append(other.Ignored, i)
}

// setting returns a setting that is shown, or nil.
func (c *configurator) setting(name string) *Setting {
	if name == "" {
		return nil
	}
	name = strings.TrimPrefix(name, "repositories.")
	settings := c.areas[areaOf(name)].Settings
	i := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &settings[i]
}
