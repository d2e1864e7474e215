package apim

import (
	"slices"
	"strconv"
	"strings"
)

// A Variable is an environment variable of the gateway's container.
type Variable struct {
	Name string
	// Value is of kind Missing where it is not known, such as that of a Secret.
	Value Value
}

// A Setting is one place of gravitee.yml: the value that the gateway works
// with, and who sets it.
type Setting struct {
	// Name is the place, without the prefix repositories. that charts from 4.12
	// on write: ratelimit.redis.host.
	Name  string
	Value Value
	// From says who sets it; Unset if the chart writes it blank.
	From Source
	// Key is the chart value behind it, nil if there is none.
	Key []string
	// By is the variable that sets it (FromEnvironment), as an index of those
	// that were given; else -1.
	By int
	// BeatenKey says that the user's value under Key has no effect, because the
	// variable wins. BeatenVariables are variables that lose against By.
	BeatenKey       bool
	BeatenVariables []int
}

// Settings are the places of gravitee.yml that the values and the variables
// decide, sorted by name. A variable wins over the file. Of two variables for
// one place the one wins whose name the gateway tries first; of two with the
// same name Kubernetes takes the last one. With a configuration of the user's
// own (see [Effective.ExternalConfig]) only the variables are told.
func (e *Effective) Settings(image Version, variables []Variable) []Setting {
	s := settler{effective: e, index: map[string]int{}}
	if !e.ExternalConfig() {
		s.fromChart()
	}
	s.fromVariables(image, variables)
	slices.SortStableFunc(s.all, func(a, b Setting) int { return compareSettings(a.Name, b.Name) })
	return s.all
}

// compareSettings orders by name, elements of a list by number.
func compareSettings(a, b string) int {
	x, y := ParsePath(a), ParsePath(b)
	for i := range min(len(x), len(y)) {
		m, isX := listIndex(x[i])
		n, isY := listIndex(y[i])
		if isX && isY && m != n {
			return m - n
		}
		if x[i] != y[i] {
			return strings.Compare(x[i], y[i])
		}
	}
	return len(x) - len(y)
}

type settler struct {
	effective *Effective
	all       []Setting
	index     map[string]int // by name
}

func (s *settler) add(set Setting) {
	set.Name = strings.TrimPrefix(set.Name, "repositories.")
	if _, ok := s.index[set.Name]; ok {
		return
	}
	s.index[set.Name] = len(s.all)
	s.all = append(s.all, set)
}

// fromChart adds what the chart writes into gravitee.yml.
func (s *settler) fromChart() {
	chart := s.effective.chart
	for _, key := range chart.Keys() { // sorted: a block stands before what is in it
		if key.Setting != "" {
			s.expand(key, ParsePath(key.Path), nil, key.Setting)
		}
	}
	s.store()
	s.license()
	s.add(Setting{
		// The template leaves it out, and a gateway starts every reporter that is
		// not switched off.
		Name: "reporters.elasticsearch.enabled", Value: Value{Kind: Bool, Text: "true"}, From: FromGateway,
		Key: ParsePath("gateway.reporters.elasticsearch.enabled"), By: -1,
	})
}

// expand adds a key for each element of the lists on its path.
func (s *settler) expand(key *Key, rest, path []string, setting string) {
	for i, element := range rest {
		if element != "[]" {
			path = append(path, element)
			continue
		}
		list, _ := s.effective.Value(path...)
		for n := range list.Len {
			index := "[" + strconv.Itoa(n) + "]"
			s.expand(key, rest[i+1:], append(slices.Clone(path), index), strings.Replace(setting, "[]", index, 1))
		}
		return
	}
	if len(s.effective.Unmet(path...)) > 0 {
		return
	}
	value, from := s.effective.Value(path...)
	switch {
	case from == FromTemplate && !s.present(path[:len(path)-1]):
		// The template leaves the whole block out.
	case value.Kind == Map || value.Kind == List:
		s.below(key, path, setting)
	case from != Unset || slices.Contains(writtenBlank, key.Path):
		s.add(Setting{Name: setting, Value: value, From: from, Key: path, By: -1})
	}
}

// present tells whether a block holds anything.
func (s *settler) present(path []string) bool {
	value, _ := s.effective.Value(path...)
	return len(path) < 2 || value.Truthy()
}

// writtenBlank are the keys that the chart writes also when they are unset.
var writtenBlank = []string{"gateway.ratelimit.redis.host", "gateway.ratelimit.redis.port"}

// below adds what stands in a block that the chart passes through as it is.
func (s *settler) below(key *Key, path []string, setting string) {
	if key.Kind != Free && key.Kind != MapOf && key.Kind != ListOf {
		return // its keys are known, and added one by one
	}
	for _, name := range s.effective.children(path) {
		child := append(slices.Clone(path), name)
		at := s.effective.chart.walk(child)
		if at.state != FreeForm && (at.state != Live || at.record == nil || len(at.record.Setting) > 0) {
			continue // read under a condition or a name of its own
		}
		place := setting + name
		if !isIndex(name) {
			place = setting + "." + name
		}
		value, from := s.effective.Value(child...)
		if value.Kind == Map || value.Kind == List {
			s.below(key, child, place)
		} else if from != Unset {
			s.add(Setting{Name: place, Value: value, From: from, Key: child, By: -1})
		}
	}
}

// children are the names of what an effective map or list holds: the user's in
// his order, then those of the chart.
func (e *Effective) children(path []string) []string {
	var names []string
	if tree, ok := e.user.(Tree); ok {
		for _, name := range tree.Children(path...) {
			if e.user.Value(append(slices.Clone(path), name)...).Kind != Null {
				names = append(names, name)
			}
		}
	}
	if e.user.Value(path...).Kind == List {
		return names
	}
	for _, name := range e.chart.defaultTree().Children(path...) {
		if _, from := e.merged(append(slices.Clone(path), name)); from == FromChart {
			names = append(names, name)
		}
	}
	return names
}

// store adds the address of a rate limit store other than Redis, which the
// chart puts together from the values of the whole platform.
func (s *settler) store() {
	kind, _ := s.effective.Value("ratelimit", "type")
	switch kind.Text {
	case "mongodb":
		s.mongo()
	case "jdbc":
		for _, name := range []string{"url", "username", "password", "schema"} {
			if value, from := s.effective.Value("jdbc", name); value.Truthy() {
				s.add(Setting{Name: "ratelimit.jdbc." + name, Value: value, From: from, Key: []string{"jdbc", name}, By: -1})
			}
		}
	}
}

// mongo adds the address of MongoDB as gateway-configmap.yaml puts it together.
func (s *settler) mongo() {
	get := func(path string) (Value, Source) { return s.effective.Value(ParsePath("mongo." + path)...) }
	for _, name := range []string{"uri", "servers"} {
		if value, from := get(name); value.Truthy() {
			s.add(Setting{Name: "ratelimit.mongodb." + name, Value: value, From: from, Key: []string{"mongo", name}, By: -1})
			return
		}
	}
	text := func(path string) string { value, _ := get(path); return value.Text }
	is := func(path string) bool { value, _ := get(path); return value.Truthy() }
	uri := "mongodb://"
	if is("auth.enabled") {
		uri += text("auth.username") + ":" + text("auth.password") + "@"
	}
	uri += text("dbhost") + ":" + text("dbport") + "/" + text("dbname") + "?"
	if is("rsEnabled") {
		uri += "&replicaSet=" + text("rs")
	}
	if is("auth.enabled") {
		uri += "&authSource=" + text("auth.source")
	}
	if is("connectTimeoutMS") {
		uri += "&connectTimeoutMS=" + text("connectTimeoutMS")
	}
	key, from := []string{"mongo", "dbhost"}, FromChart
	for _, path := range []string{"dbhost", "dbport", "dbname", "rs", "auth.username"} {
		if _, source := get(path); source == FromUser {
			key, from = ParsePath("mongo."+path), FromUser
			break
		}
	}
	s.add(Setting{Name: "ratelimit.mongodb.uri", Value: Value{Kind: String, Text: uri}, From: from, Key: key, By: -1})
}

// license adds the licence that the chart mounts as a file.
func (s *settler) license() {
	if value, from := s.effective.Value("license", "key"); value.Truthy() {
		s.add(Setting{Name: "license.key", Value: value, From: from, Key: []string{"license", "key"}, By: -1})
	}
}

// fromVariables lays the environment over what is known.
func (s *settler) fromVariables(image Version, variables []Variable) {
	ranks := map[int]int{}           // by setting
	canonical := map[string]string{} // settings by the name that all spellings share
	for _, set := range s.all {
		name, _ := canonicalEnv(set.Name)
		canonical[name+indexesOf(set.Name)] = set.Name
	}
	for i, variable := range variables {
		name, rank := reached(image, variable.Name, canonical)
		if name == "" {
			continue
		}
		at, known := s.index[name]
		if !known {
			s.add(Setting{Name: name, Value: variable.Value, From: FromEnvironment, By: i})
			ranks[s.index[name]] = rank
			continue
		}
		set := &s.all[at]
		switch {
		case set.From != FromEnvironment:
			set.BeatenKey = set.From == FromUser
		case rank > ranks[at]:
			set.BeatenVariables = append(set.BeatenVariables, i)
			continue
		default:
			set.BeatenVariables = append(set.BeatenVariables, set.By)
		}
		set.Value, set.From, set.By = variable.Value, FromEnvironment, i
		ranks[at] = rank
	}
}

// reached is the setting that a variable sets, without the prefix
// repositories., and how late the gateway tries its name; "" if it sets none.
func reached(image Version, name string, canonical map[string]string) (setting string, rank int) {
	verdict := EnvSetting(image, name)
	var rest string
	for _, prefix := range envPrefixes {
		if r, ok := strings.CutPrefix(name, prefix); ok {
			rest = r
		}
	}
	switch verdict.State {
	case EnvMatched:
		setting = verdict.Setting
	case EnvWrong:
		// It is read, but not to the end that its name promises.
		if verdict.Setting == "" || verdict.Instead != "" || !relaxedMatch(verdict.Setting, rest) {
			return "", 0
		}
		setting = verdict.Setting
	case EnvUnknown:
		// A place below a block that the user fills himself.
		known, indexes := canonicalEnv(rest)
		if setting = canonical[known+strings.Join(indexes, "#")]; setting == "" || !relaxedMatch(setting, rest) {
			return "", 0
		}
	default:
		return "", 0
	}
	short := strings.TrimPrefix(setting, "repositories.")
	if short != setting {
		rank = 2 // the gateway asks for the old name first
	}
	if !matchSpelling(setting, rest) {
		rank++ // in upper case
	}
	return short, rank
}

// indexesOf are the list indexes of a setting.
func indexesOf(setting string) string {
	_, indexes := canonicalEnv(setting)
	return strings.Join(indexes, "#")
}
