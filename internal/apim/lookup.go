package apim

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
)

// State is what the chart does with a key.
type State uint8

// The states. Dead, Unknown, OtherVersion, Misleading and Misshaped keys do not
// do what they seem to do.
const (
	Live         State = iota // a template reads it
	FreeForm                  // below a value that the chart passes through as it is
	Elsewhere                 // below a root of another component: not catalogued
	Dead                      // known: no template reads it
	Unknown                   // never heard of: no template reads it
	OtherVersion              // other releases of the chart read it, this one does not
	Misleading                // rendered, but without the effect it promises
	Misshaped                 // below a scalar, or of a kind that the chart cannot use
	Asleep                    // read only under a condition that the values do not meet
)

// String names the state.
func (s State) String() string {
	return [...]string{
		"live", "free-form", "elsewhere", "dead", "unknown", "other version", "misleading", "misshaped", "asleep",
	}[s]
}

// Works says whether the chart reads the key.
func (s State) Works() bool { return s <= Elsewhere }

// Verdict is the answer about one path.
type Verdict struct {
	State State
	// Path is the key that the verdict is about: the path asked for, or the
	// known wrong key above it.
	Path string
	// Key is the key of the catalogue, or the one above the path that decides;
	// nil if there is none.
	Key *Key
	// Instead is the right key, "" if there is none.
	Instead string
	// Env is an environment variable of the gateway that does what the key
	// promises, "" if there is none.
	Env string
	// Also says what has to be set beside Instead.
	Also string
	// Nearest is the live key with the smallest edit distance, for a key that is
	// likely misspelled.
	Nearest string
	// Versions are the releases that read the key (OtherVersion).
	Versions string
	// Why is one sentence for a person, without a period.
	Why string
	// Seen is where people copy the key from, "" if it is only plausible.
	Seen string
}

// Help says what to write instead, "" if there is nothing to say.
func (v Verdict) Help() string {
	var help string
	switch {
	case v.Instead != "":
		help = "write " + v.Instead
	case v.Nearest != "":
		help = "did you mean " + v.Nearest + "?"
	}
	if v.Env != "" {
		if help != "" {
			help += ", or set "
		} else {
			help = "set "
		}
		help += "the environment variable " + v.Env + " in gateway.env"
	}
	if help != "" && v.Also != "" {
		help += ", " + v.Also
	}
	return help
}

// Lookup says what the chart does with a key. Elements of a list are "[0]",
// "[1]", … or "[]". The values around the key are not considered: see
// [Chart.Judge] for its condition.
func (c *Chart) Lookup(path []string) Verdict {
	return c.judged(path, c.trail(path)).about(path)
}

// about fills in the path of a verdict on a key that works, which most callers
// do not look at.
func (v Verdict) about(path []string) Verdict {
	if v.Path == "" {
		v.Path = JoinPath(path)
	}
	return v
}

// judged says what the chart does with a key to which a trail leads.
func (c *Chart) judged(path []string, t trail) Verdict {
	place := c.place(path, t)
	wrong, wrongPath := t.wrong, path[:t.wrongAt]
	switch {
	case wrong != nil && wrong.effect == "misleading":
		return c.fromWrong(Misleading, path, wrong, wrongPath)
	case wrong != nil && place.state == Elsewhere:
		return c.fromWrong(Dead, path, wrong, wrongPath)
	case place.state.Works():
		return Verdict{State: place.state, Key: c.keyOf(place.record), Why: place.why}
	case wrong != nil && place.state != OtherVersion && wrong.effect != "conditional":
		return c.fromWrong(Dead, path, wrong, wrongPath)
	}
	verdict := Verdict{
		State: place.state, Path: JoinPath(path), Key: c.keyOf(place.record), Why: place.why, Versions: place.versions,
	}
	if wrong != nil {
		verdict.Instead, verdict.Env, verdict.Also = c.instead(path, wrong, wrongPath), wrong.env, wrong.help
		verdict.Why, verdict.Seen = wrong.why, wrong.seen
	}
	if verdict.State == Unknown {
		verdict.Nearest = c.nearestKey(path)
	}
	return verdict
}

func (c *Chart) keyOf(r *keyfile.Record) *Key {
	if r == nil {
		return nil
	}
	return c.key(r)
}

// place is where a path ends in the catalogue.
type place struct {
	state    State
	record   *keyfile.Record
	node     *node
	versions string
	why      string
}

// A trail is how far a path has been followed through the catalogue.
type trail struct {
	length     int
	node       *node           // nil once the path has left the tree of keys,
	left       int             // which it did at this element
	open, last *keyfile.Record // the last live key that accepts any child, the last live key

	wrongs  *wrongNode // nil once no known wrong key begins so
	wrong   *wrongKey  // the longest one at or above the path
	wrongAt int        // its length
}

func (c *Chart) trail(path []string) trail {
	t := trail{node: keys, wrongs: &wrongNodes[0]}
	for _, name := range path {
		t = c.follow(t, name)
	}
	return t
}

// follow goes one step further.
func (c *Chart) follow(t trail, name string) trail {
	t.length++
	if t.node != nil {
		if t.node = t.node.child(name); t.node == nil {
			t.left = t.length - 1
		} else if r := t.node.record; r != nil && r.Live.Has(c.release) {
			t.last, t.open = r, nil
			if k := kinds[r.Kind]; k == Free || k == MapOf || k == ListOf {
				t.open = r
			}
		}
	}
	if t.wrongs != nil {
		if t.wrongs = t.wrongs.child(name); t.wrongs != nil && t.wrongs.wrong != nil {
			t.wrong, t.wrongAt = t.wrongs.wrong, t.length
		}
	}
	return t
}

// walk follows a path through the tree of keys.
func (c *Chart) walk(path []string) place { return c.place(path, c.trail(path)) }

// place is where a trail along a path has led.
func (c *Chart) place(path []string, t trail) place {
	at, open := t.node, t.open
	if len(path) == 0 {
		return place{state: Live, node: at}
	}
	if at == nil {
		return c.beyond(path, t.left, open, t.last)
	}
	switch {
	case at.liveIn(c.release):
		record := at.record
		if record != nil && !record.Live.Has(c.release) {
			record = nil
		}
		return place{state: Live, record: record, node: at}
	case open != nil:
		return place{state: FreeForm, record: open}
	default:
		versions := strings.ReplaceAll(at.live.Joined(lastReleases()).String(), ",", ", ")
		return place{
			state: OtherVersion, record: at.record, versions: versions,
			why: "chart " + c.Version.String() + " does not read it; charts that do: " + versions,
		}
	}
}

// beyond decides about a path that leaves the tree at element i.
func (c *Chart) beyond(path []string, i int, open, last *keyfile.Record) place {
	switch {
	case open != nil && kinds[open.Kind] == Free:
		return place{state: FreeForm, record: open}
	case open != nil && i == len(path)-1:
		return place{state: FreeForm, record: open}
	case open != nil:
		return place{state: Misshaped, record: open, why: open.Path + " takes scalars only"}
	case last != nil && (kinds[last.Kind] == Leaf || kinds[last.Kind] == Template) && len(ParsePath(last.Path)) == i:
		return place{state: Misshaped, record: last, why: last.Path + " takes " + describeTypes(recordTypes(last)) + ", not a map"}
	}
	if r := rootNamed(path[0]); r != nil {
		return c.below(r, path)
	}
	if path[0] == "global" {
		return place{state: Elsewhere, why: "Helm hands global values to the sub-charts"}
	}
	return place{state: Unknown, why: "no template of chart " + c.Version.String() + " reads it"}
}

// below decides about a key of a root that is not catalogued further.
func (c *Chart) below(r *root, path []string) place {
	switch {
	case r.role == "dead":
		return place{state: Dead, why: r.note}
	case !r.live.Has(c.release):
		versions := r.live.String()
		return place{
			state: OtherVersion, versions: versions,
			why: "chart " + c.Version.String() + " has no component " + path[0] + "; charts that do: " + versions,
		}
	default:
		return place{state: Elsewhere, why: r.words()}
	}
}

func (r *root) words() string {
	if r.note != "" {
		return r.role + ": " + r.note
	}
	return r.role
}

// typeWords are the types of the catalogue in words.
var typeWords = map[string]string{
	"str": "a string", "int": "a whole number", "num": "a number", "bool": "true or false",
	"list": "a list", "map": "a map",
}

func describeTypes(types []string) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = typeWords[t]
	}
	return strings.Join(words, " or ")
}

func (c *Chart) fromWrong(state State, path []string, w *wrongKey, wrongPath []string) Verdict {
	verdict := Verdict{
		State: state, Path: JoinPath(path), Instead: c.instead(path, w, wrongPath),
		Env: w.env, Also: w.help, Why: w.why, Seen: w.seen,
	}
	if verdict.Why == "" {
		verdict.Why = "no template of chart " + c.Version.String() + " reads it"
	}
	return verdict
}

// instead is the right key for a path at or below a wrong key: what follows the
// wrong key is carried over when the result is a key too.
func (c *Chart) instead(path []string, w *wrongKey, wrongPath []string) string {
	var right []string
	for _, use := range w.use {
		target := ParsePath(use)
		if !c.walk(target).state.Works() {
			continue
		}
		longer := append(slices.Clone(target), path[len(wrongPath):]...)
		if len(longer) > len(target) && c.walk(longer).state.Works() {
			use = JoinPath(longer)
		}
		right = append(right, use)
	}
	return strings.Join(right, " or ")
}
