package rules

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/internal/secret"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// A plainSecret is a secret that can be read in the repository.
type plainSecret struct {
	// what is it, for a message: "the cloud token".
	what string
	// label says what stands at the place.
	label string
	place lint.Place
	value secret.Value
	// owner is the Secret that holds it in plain text, nil if it is elsewhere.
	owner *lint.Config
}

// text is the value but for newlines at the end.
func (s plainSecret) text() string { return strings.TrimRight(s.value.Reveal(), "\r\n") }

// A plainSet are the places of one secret, or of all passwords of one Redis
// group, by position.
type plainSet struct {
	what  string
	group *lint.Group // nil if it is no password of a Redis
	all   []plainSecret
}

// byPosition sorts places; those of one position keep their order.
func byPosition(all []plainSecret) {
	slices.SortStableFunc(all, func(a, b plainSecret) int { return a.place.Compare(b.place.Span) })
}

// byText returns the places in sets of equal values, in the order of position.
func byText(all []plainSecret) [][]plainSecret {
	var sets [][]plainSecret
	index := map[string]int{}
	for _, s := range all {
		i, ok := index[s.text()]
		if !ok {
			i = len(sets)
			index[s.text()] = i
			sets = append(sets, nil)
		}
		sets[i] = append(sets[i], s)
	}
	return sets
}

// plainSecrets are the secrets of an environment that can be read in the
// repository: one set for each Redis group, then one for each other value.
type plainSecrets struct {
	sets []*plainSet
	// places are those of all secrets; byText is, for each value, the first set
	// that holds it.
	places map[repo.Span]bool
	byText map[string]*plainSet
}

var plainOf = lint.Derive(collectPlain)

// collectPlain looks for secrets by where they stand, not by how random they
// look: people choose passwords that no entropy test finds.
func collectPlain(f *lint.Facts) *plainSecrets {
	found := &plainSecrets{places: map[repo.Span]bool{}, byText: map[string]*plainSet{}}
	for _, g := range f.Groups {
		for _, part := range f.PerMaster(g) {
			if all := found.ofGroup(f, part); len(all) > 0 {
				found.open(&plainSet{what: "the Redis password", group: part}, all...)
			}
		}
	}
	for _, v := range f.Env.Values {
		found.ofValues(v)
	}
	for _, w := range f.Workloads {
		found.ofWorkload(f, w)
	}
	refs := secretKeysOf(configRefs(f))
	for _, c := range f.Configs {
		if c.Kind == "ConfigMap" {
			found.ofConfigMap(c)
		} else {
			found.ofSecret(c, refs)
		}
	}
	for _, s := range found.sets {
		byPosition(s.all)
	}
	return found
}

func (f *plainSecrets) has(p lint.Place) bool { return f.places[p.Span] }

// open adds a set with its first secrets.
func (f *plainSecrets) open(s *plainSet, all ...plainSecret) {
	f.sets = append(f.sets, s)
	for _, t := range all {
		f.put(s, t)
	}
}

func (f *plainSecrets) put(s *plainSet, t plainSecret) {
	s.all = append(s.all, t)
	f.places[t.place.Span] = true
	if f.byText[t.text()] == nil {
		f.byText[t.text()] = s
	}
}

// add puts a secret to the places of the same value.
func (f *plainSecrets) add(s plainSecret) {
	if s.value.IsEmpty() || lint.IsReference(s.value.Reveal()) || !s.place.IsValid() || f.has(s.place) {
		return
	}
	if set := f.byText[s.text()]; set != nil {
		f.put(set, s)
		return
	}
	f.open(&plainSet{what: s.what}, s)
}

// ofGroup returns where the passwords of a group are written: those of Redis,
// and those that guard the Sentinels.
func (f *plainSecrets) ofGroup(facts *lint.Facts, g *lint.Group) []plainSecret {
	var all []plainSecret
	known := spanSet{}
	add := func(label string, c lint.Credential) {
		at := c.Source
		if !c.Known || c.Secret.IsEmpty() || !at.IsValid() || f.has(at) || !known.add(at) {
			return
		}
		if c.Ref != nil {
			label = keyName(*c.Ref)
		}
		all = append(all, plainSecret{what: "the Redis password", label: label, place: at, value: c.Secret})
	}
	for _, h := range passwordHolders(facts, g) {
		add(h.says+" this", h.cred)
	}
	for _, s := range g.Sentinels {
		add("Sentinel asks for this", s.Password())
		add("a Sentinel sends this to the others", s.SentinelPass())
	}
	for _, c := range g.Clients {
		add(c.Name+" sends this", c.Password)
		add(c.Name+" has this for Sentinel", c.SentinelPassword)
	}
	for _, s := range slices.Concat(g.Redis, g.Sentinels) {
		for _, c := range s.Confs {
			all = strays(facts, c, all)
		}
	}
	byPosition(all)
	return all
}

// secretWords are what the names of variables and values end with that hold a
// secret, written without what separates words.
var secretWords = []string{
	"password", "passwd", "passphrase", "token", "clientsecret", "apikey", "privatekey", "secretaccesskey",
	"licensekey", "licencekey", "rediscliauth",
}

// switches begin names that end like those of secrets and hold something else:
// usePassword, ALLOW_EMPTY_PASSWORD.
var switches = []string{"use", "enable", "require", "mount", "automount", "existing", "generate", "rotate", "allow", "disable"}

// isSecretName tells whether a variable or a key of values holds a secret,
// judging by its name.
func isSecretName(name string) bool {
	if !endsLikeSecret(name) {
		return false
	}
	lower := strings.ToLower(name)
	for _, s := range switches {
		// A capital or a separator behind the word ends it.
		if rest, ok := strings.CutPrefix(lower, s); ok && rest != "" {
			if next := name[len(s)]; next == '_' || 'A' <= next && next <= 'Z' && name != strings.ToUpper(name) {
				return false
			}
		}
		if strings.Contains(lower, "_"+s+"_") {
			return false
		}
	}
	plain := without(lower, "_-.")
	has := func(word string) bool { return strings.HasSuffix(plain, word) }
	return slices.ContainsFunc(secretWords, has) || strings.HasSuffix(lower, "_pass")
}

// secretEndings are the last two letters of secretWords and of _pass.
var secretEndings = sync.OnceValue(func() [][2]byte {
	var all [][2]byte
	for _, word := range append([]string{"_pass"}, secretWords...) {
		all = append(all, [2]byte([]byte(word[len(word)-2:])))
	}
	return all
})

// endsLikeSecret tells whether a name ends as that of a secret must, which few
// do. Letters beyond ASCII may be the capitals of some within.
func endsLikeSecret(name string) bool {
	var last [2]byte
	left := len(last)
	for i := len(name) - 1; i >= 0 && left > 0; i-- {
		switch c := name[i]; {
		case c == '_' || c == '-' || c == '.':
		case c >= utf8.RuneSelf:
			return true
		default:
			left--
			last[left] = c | 0x20
		}
	}
	return slices.Contains(secretEndings(), last)
}

// without returns a text without some characters.
func without(text, characters string) string {
	if !strings.ContainsAny(text, characters) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(characters, r) {
			return -1
		}
		return r
	}, text)
}

// secretValue tells whether a value can be a secret: a text, not a switch, a
// number of seconds or the name of a file.
func secretValue(v repo.Value) bool {
	if !v.IsScalar() || v.Tag() == "!!bool" || v.Tag() == "!!float" {
		return false
	}
	switch text := v.Text(); {
	case strings.HasPrefix(text, "/"), strings.EqualFold(text, "true"), strings.EqualFold(text, "false"), strings.EqualFold(text, "none"):
		return false
	}
	return true
}

// ofValues looks at Helm values: license.key, lists of environment variables,
// and every key that is named like a secret.
func (f *plainSecrets) ofValues(v *repo.Values) {
	if key := v.Value.Get("license", "key"); key.IsScalar() {
		f.add(plainSecret{what: "the licence key", label: "license.key", place: lint.At(v.Object, key, ""), value: secret.New(key.Text())})
	}
	var walk func(name string, at repo.Value)
	walk = func(name string, at repo.Value) {
		for k, e := range at.Fields() {
			if isSecretName(k) && secretValue(e) {
				f.add(plainSecret{what: e.Path().String(), label: e.Path().String(), place: lint.At(v.Object, e, ""), value: secret.New(e.Text())})
				continue
			}
			walk(k, e)
		}
		for e := range at.Elements() {
			if env := e.Get("name"); env.IsScalar() && e.Get("value").Exists() {
				f.ofEnv(v.Object, env.Text(), e.Get("value"))
				continue
			}
			walk("", e)
		}
	}
	walk("", v.Value)
}

func (f *plainSecrets) ofEnv(o *repo.Object, name string, value repo.Value) {
	if !isSecretName(name) || !secretValue(value) {
		return
	}
	f.add(plainSecret{what: envWhat(name), label: name, place: lint.At(o, value, ""), value: secret.New(value.Text())})
}

// envWhat says what a variable holds, in the words of the product where it is
// one of the gateway's.
func envWhat(name string) string {
	switch strings.ToLower(strings.ReplaceAll(name, ".", "_")) {
	case "gravitee_cloud_token":
		return "the cloud token (" + name + ")"
	case "gravitee_license_key":
		return "the licence key (" + name + ")"
	}
	return "the variable " + name
}

// ofWorkload looks at the environment of pods that run Redis or Sentinel, and
// at the gateway's own variables wherever they stand.
func (f *plainSecrets) ofWorkload(facts *lint.Facts, w *lint.Workload) {
	ours := slices.ContainsFunc(facts.Servers(), func(s *lint.Server) bool { return s.Container.Workload == w })
	for _, c := range w.Containers {
		for e := range c.Value.Get("env").Elements() {
			name := e.Get("name").Text()
			lower := strings.ToLower(name)
			if ours || strings.HasPrefix(lower, "gravitee_") || strings.HasPrefix(lower, "redis") {
				f.ofEnv(w.Object, name, e.Get("value"))
			}
		}
	}
}

// ofConfigMap looks for the directives of redis.conf and sentinel.conf that
// hold a password, in texts that no server of the repository is seen to read.
func (f *plainSecrets) ofConfigMap(c *lint.Config) {
	for name, v := range c.All() {
		if !mayHoldPassword(v.Text()) {
			continue
		}
		conf := redisconf.Parse(v.Text())
		for _, d := range conf.Directives {
			at, ok := passwordArg(&d)
			if !ok || d.Name == "user" && !strings.HasSuffix(name, ".conf") {
				continue
			}
			span := v.TextSpan(at.Offset, at.End)
			f.add(plainSecret{
				what:  fmt.Sprintf("the password in %s of ConfigMap %s", name, c.Name),
				label: fmt.Sprintf("%s of ConfigMap %s", name, c.Name),
				place: lint.Place{Span: span, Object: c.Object.ID(), Path: v.Path().String()},
				value: secret.New(strings.TrimPrefix(at.Text, ">")),
			})
		}
	}
}

// mayHoldPassword tells whether a text holds a part of the name of every directive
// that passwordArg knows, in any case. Where quotes, escapes or letters beyond
// ASCII stand for the bytes of a name, nobody can tell without reading it.
func mayHoldPassword(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\\' || c == '"' || c == '\'' || c >= utf8.RuneSelf:
			return true
		case (c|0x20 == 'p' || c|0x20 == 'a' || c|0x20 == 'u') && len(text)-i >= 4:
			if word := text[i : i+4]; strings.EqualFold(word, "pass") || strings.EqualFold(word, "auth") || strings.EqualFold(word, "user") {
				return true
			}
		}
	}
	return false
}

// passwordArg returns the argument of a directive that is a password.
func passwordArg(d *redisconf.Directive) (*redisconf.Word, bool) {
	switch {
	case (d.Name == "requirepass" || d.Name == "masterauth" || d.Name == "primaryauth") && len(d.Args) == 1:
		return &d.Args[0], true
	case d.Name == "sentinel" && len(d.Args) == 3 && strings.EqualFold(d.Args[0].Text, "auth-pass"):
		return &d.Args[2], true
	case d.Name == "sentinel" && len(d.Args) == 2 && strings.EqualFold(d.Args[0].Text, "sentinel-pass"):
		return &d.Args[1], true
	case d.Name == "user":
		for i := range d.Args {
			if strings.HasPrefix(d.Args[i].Text, ">") && i > 0 {
				return &d.Args[i], true
			}
		}
	}
	return nil, false
}

// ofSecret takes the values of a Secret that is neither encrypted nor a
// reference, as far as they have to do with Redis or the gateway.
func (f *plainSecrets) ofSecret(c *lint.Config, refs map[secretKey]bool) {
	whole := ourWords.MatchString(c.Name) || refs[secretKey{c.Name, ""}]
	for name, v := range c.All() {
		value, ok := c.Secret(name)
		ours := whole || ourWords.MatchString(name) || refs[secretKey{c.Name, name}]
		if !ok || !ours {
			continue
		}
		f.add(plainSecret{
			what: fmt.Sprintf("key %q of Secret %q", name, c.Name), label: fmt.Sprintf("key %q of Secret %q", name, c.Name),
			place: lint.At(c.Object, v, ""), value: value, owner: c,
		})
	}
}

// A secretKey names a key of a Secret, "" for all of a volume.
type secretKey struct{ name, key string }

// secretKeysOf returns the keys of Secrets that are referred to.
func secretKeysOf(refs []configRef) map[secretKey]bool {
	all := map[secretKey]bool{}
	for _, r := range refs {
		if r.kind == "Secret" && (r.key != "" || !r.env) {
			all[secretKey{r.name, r.key}] = true
		}
	}
	return all
}

// unreplaced returns what stands in angle brackets elsewhere in the values of
// the gateway's chart, where no secret stands: a host, a tag.
func unreplaced(f *lint.Facts, found *plainSecrets) []lint.Arg {
	var all []lint.Arg
	for _, v := range f.Env.Values {
		if !slices.ContainsFunc(f.Clients, func(c *lint.Client) bool { return c.Values == v }) {
			continue
		}
		var walk func(at repo.Value)
		walk = func(at repo.Value) {
			for _, e := range at.Fields() {
				walk(e)
			}
			for e := range at.Elements() {
				walk(e)
			}
			if !at.IsScalar() || !isBracketed(at.Text()) || lint.IsReference(at.Text()) {
				return
			}
			if place := lint.At(v.Object, at, ""); !found.has(place) {
				all = append(all, lint.Arg{Text: at.Text(), Known: true, Place: place})
			}
		}
		walk(v.Value)
	}
	return all
}
