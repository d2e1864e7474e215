package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
)

// ConfigurationOptions say how configurations are shown.
type ConfigurationOptions struct {
	// Width is that of the terminal in columns; 0 means 100.
	Width int
	Color bool
	// All shows the settings of every area, not only of those around Redis.
	All bool
}

// sources are the defaults as the column FROM names them.
var sources = map[lint.Source]string{
	lint.FromChart: "chart default", lint.FromTemplate: "template default", lint.FromGateway: "gateway default",
	lint.FromNobody: "unset",
}

// WriteConfigurations shows what gateways work with as a table: the setting,
// its effective value, where it comes from, and below it what was ignored and
// why.
func WriteConfigurations(w io.Writer, all []*lint.Configuration, o ConfigurationOptions) error {
	p := &printer{out: lineWriter(w), width: o.Width, color: o.Color}
	if p.width <= 0 {
		p.width = 100
	}
	for i, c := range all {
		if i > 0 {
			p.line("")
		}
		p.configuration(c, o.All)
	}
	return p.out.Flush()
}

func (p *printer) configuration(c *lint.Configuration, all bool) {
	if of := release(c); of != "" {
		p.line(p.paint(bold, visible(of)))
	}
	for _, l := range wrap(visible(c.Store), p.width) {
		p.line(p.paint(bold, l))
	}
	for _, n := range c.Notes {
		for _, l := range wrap("("+visible(n)+")", p.width) {
			p.line(l)
		}
	}
	areas, left := shownAreas(c, all)
	name, value := 0, 0
	for _, a := range areas {
		for _, s := range a.Settings {
			name = max(name, textWidth(visible(s.Name)))
			value = max(value, textWidth(shownValue(s)))
		}
	}
	p.line("")
	p.line(p.paint(bold, "  "+pad("SETTING", name)+"  "+pad("VALUE", value)+"  FROM"))
	for _, a := range areas {
		p.line(p.paint(boldBlue, a.Name))
		for _, s := range a.Settings {
			p.line("  " + pad(visible(s.Name), name) + "  " + pad(shownValue(s), value) + "  " + origin(s))
			p.ignored("    ", s.Ignored)
		}
		p.ignored("  ", a.Ignored)
	}
	if left > 0 {
		p.line(fmt.Sprintf("(-v shows %s more)", count(left, "setting")))
	}
}

// release names the release of values that an object holds.
func release(c *lint.Configuration) string {
	if o := c.Client.Values.Object; o != nil {
		return o.ID() + ", chart " + chartText(c)
	}
	return ""
}

func chartText(c *lint.Configuration) string {
	if text := c.Client.Values.Chart.Version; text != "" {
		return text
	}
	return c.Charts.Newest().Version.String()
}

// shownAreas are the areas that have something to show, and the number of
// settings that are left out. Unless all is asked for these are the defaults of
// blocks that nobody touches, and, of the areas that have nothing to do with
// Redis, all but what a variable sets or what is ignored.
func shownAreas(c *lint.Configuration, all bool) (shown []lint.Area, left int) {
	for _, a := range c.Areas {
		var some []lint.Setting
		for _, s := range a.Settings {
			if all || a.Name == lint.OtherArea && s.From == lint.FromEnvironment || len(s.Ignored) > 0 ||
				a.Name != lint.OtherArea && (a.Name != "services" || touched(a, s)) {
				some = append(some, s)
			}
		}
		left += len(a.Settings) - len(some)
		if a.Settings = some; len(a.Settings)+len(a.Ignored) > 0 {
			shown = append(shown, a)
		}
	}
	return shown, left
}

// touched tells whether somebody sets anything in the block of a setting:
// services.metrics.
func touched(a lint.Area, s lint.Setting) bool {
	for _, other := range a.Settings {
		if other.From >= lint.FromUser && block(other.Name) == block(s.Name) {
			return true
		}
	}
	return false
}

// block is the first two elements of a name.
func block(name string) string {
	first, rest, _ := strings.Cut(name, ".")
	second, _, _ := strings.Cut(rest, ".")
	return first + "." + second
}

// maxValue is how many columns a value takes at most.
const maxValue = 44

// shownValue is a value as the table has room for it.
func shownValue(s lint.Setting) string {
	text := visible(s.Value)
	if text == "" {
		return "(blank)"
	}
	if textWidth(text) <= maxValue {
		return text
	}
	n := 0
	for i, r := range text {
		if n += runeWidth(r); n > maxValue-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// origin says where a setting comes from.
func origin(s lint.Setting) string {
	at := ""
	if s.Place.IsValid() {
		at = position(s.Place.File, s.Place.Line, 0)
	}
	if s.Variable != "" {
		return visible(s.Variable) + ", " + at
	}
	if word, ok := sources[s.From]; ok {
		return word
	}
	return at
}

// ignored shows what has no effect: where it stands, what it is, why, and what
// to write instead.
func (p *printer) ignored(indent string, all []lint.Ignored) {
	for _, i := range all {
		head := indent + "ignored: "
		text := fmt.Sprintf("%s %s: %s", position(i.Place.File, i.Place.Line, 0), visible(i.Name), visible(i.Why))
		if i.Help != "" {
			text += "; " + visible(i.Help)
		}
		for n, l := range wrap(text, max(p.width-len(head), 40)) {
			if n > 0 {
				p.line(strings.Repeat(" ", len(head)) + l)
				continue
			}
			p.line(indent + p.paint(boldYellow, "ignored:") + " " + l)
		}
	}
}

// pad fills a text up to a width.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(width-textWidth(text), 0))
}
