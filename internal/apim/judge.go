package apim

import (
	"slices"
	"strings"
)

// Judgement is what is wrong with one key of a user's values.
type Judgement struct {
	// At is the path in the user's values.
	At []string
	Verdict
	// Unmet are the failing tests of a key in state Asleep.
	Unmet []Unmet
	// Deliberate says that the user switched the block off beside the key
	// (ingress.enabled: false), so the key is only asleep.
	Deliberate bool
	// Below are the known wrong keys under an unknown one, when the key itself
	// has no right one: gateway.redis.host under gateway.redis.
	Below []Verdict
}

// Judge walks all values of a user and yields one judgement for each topmost
// key that does not do what it says, in the order of the file. Keys that work
// yield nothing. When gateway.enabled is false the gateway's keys are skipped.
// The judgements must not be changed: other values may share them.
func (c *Chart) Judge(values Tree) []Judgement {
	sketch := c.known.judged.sketch(values)
	if sketch == nil {
		return c.judgeAll(values)
	}
	all, ok := c.known.judged.of(sketch)
	if !ok {
		all = c.judgeAll(values)
		c.known.judged.keep(sketch, all)
	}
	return all
}

func (c *Chart) judgeAll(values Tree) []Judgement {
	j := &judge{chart: c, user: values, effective: c.Effective(values)}
	apiOn, _ := j.effective.Value("api", "enabled")
	j.apiOn = apiOn.Truthy()
	gatewayOn, _ := j.effective.Value("gateway", "enabled")
	var all []Judgement
	start := c.trail(nil)
	for _, name := range values.Children() {
		if name == "gateway" && !gatewayOn.Truthy() {
			continue
		}
		all = append(all, j.at([]string{name}, c.follow(start, name))...)
	}
	for i := range all {
		all[i].Deliberate = deliberate(all[i].At, all[i].Unmet)
	}
	return all
}

type judge struct {
	chart     *Chart
	user      Tree
	effective *Effective
	apiOn     bool
}

// at judges the value at a path, to which a trail leads, and what is below it.
func (j *judge) at(path []string, t trail) []Judgement {
	verdict := j.chart.judged(path, t)
	switch verdict.State {
	case Elsewhere, FreeForm: // a known wrong key may stand below
		return j.below(path, t)
	case Dead, OtherVersion:
		if j.readElsewhere(t) {
			return nil
		}
		return []Judgement{j.with(path, verdict)}
	case Unknown, Misleading, Misshaped:
		return []Judgement{j.with(path, verdict)}
	}
	value := j.user.Value(path...)
	if why := misshaped(verdict.Key, value, t.node); why != "" {
		if told := j.misleading(path); len(told) > 0 {
			return told
		}
		verdict.State, verdict.Why = Misshaped, why
		return []Judgement{{At: path, Verdict: verdict.about(path)}}
	}
	if value.Kind == Null {
		return nil // removes a default
	}
	unmet := j.effective.unmet(verdict.Key, path)
	if len(unmet) == 0 {
		return j.below(path, t)
	}
	verdict = verdict.about(path)
	if j.readElsewhere(t) {
		return nil
	}
	if verdict.Key.Kind == Free && value.Kind == Map {
		return j.asleep(path, t, verdict, unmet)
	}
	return []Judgement{j.unmet(path, verdict, unmet)}
}

// below judges the children, and lifts one reason that all of them share.
func (j *judge) below(path []string, t trail) []Judgement {
	children := j.user.Children(path...)
	var all []Judgement
	whole := len(children) > 1 && len(path) > 1
	for _, name := range children {
		child := append(path[:len(path):len(path)], name)
		found := j.at(child, j.chart.follow(t, name))
		whole = whole && len(found) == 1 && found[0].State == Asleep && len(found[0].At) == len(child)
		all = append(all, found...)
	}
	if !whole {
		return all
	}
	reason := all[0].reasons()
	for _, judgement := range all[1:] {
		if judgement.reasons() != reason {
			return all
		}
	}
	return []Judgement{j.unmet(path, j.chart.Lookup(path), all[0].Unmet)}
}

// misleading are the children of a scalar key that are known to mislead:
// gateway.websocket.enabled under the boolean gateway.websocket.
func (j *judge) misleading(path []string) []Judgement {
	var all []Judgement
	for _, name := range j.user.Children(path...) {
		child := append(slices.Clone(path), name)
		if verdict := j.chart.Lookup(child); verdict.State == Misleading {
			all = append(all, j.with(child, verdict))
		}
	}
	return all
}

// asleep judges a free-form block whose condition fails: children that are keys
// of their own may still be read.
func (j *judge) asleep(path []string, t trail, verdict Verdict, unmet []Unmet) []Judgement {
	var all []Judgement
	awake := false
	for _, name := range j.user.Children(path...) {
		child := append(slices.Clone(path), name)
		if next := j.chart.follow(t, name); j.chart.place(child, next).state == Live {
			found := j.at(child, next)
			awake = awake || len(found) == 0
			all = append(all, found...)
			continue
		}
		all = append(all, j.unmet(child, j.chart.Lookup(child), unmet))
	}
	if !awake {
		return []Judgement{j.unmet(path, verdict, unmet)}
	}
	return all
}

func (j *judge) unmet(path []string, verdict Verdict, unmet []Unmet) Judgement {
	verdict.State = Asleep
	reasons := make([]string, len(unmet))
	for i, u := range unmet {
		reasons[i] = u.String()
	}
	verdict.Why = strings.Join(reasons, " and ")
	return Judgement{At: path, Verdict: verdict, Unmet: unmet}
}

func (j Judgement) reasons() string {
	var b strings.Builder
	for _, u := range j.Unmet {
		b.WriteString(u.String() + "\n")
	}
	return b.String()
}

// with adds the right keys of what stands below a key that has none itself.
func (j *judge) with(path []string, verdict Verdict) Judgement {
	judgement := Judgement{At: path, Verdict: verdict}
	if verdict.Instead != "" || verdict.Env != "" || verdict.State == Misshaped {
		return judgement
	}
	for _, name := range j.user.Children(path...) {
		below := j.chart.Lookup(append(slices.Clone(path), name))
		if below.Instead != "" || below.Env != "" {
			judgement.Below = append(judgement.Below, below)
		}
	}
	return judgement
}

// readElsewhere says whether another component than the gateway reads a key,
// and is installed.
func (j *judge) readElsewhere(t trail) bool {
	return j.apiOn && t.wrong != nil && t.wrong.effect == "elsewhere"
}
