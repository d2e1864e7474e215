package apim

import (
	"slices"
	"strings"
)

// EnvName is the environment variable of the gateway that sets a place of
// gravitee.yml: "ratelimit.redis.trustAll" is gravitee_ratelimit_redis_trustAll.
func EnvName(setting string) string { return EnvNames(setting)[0] }

// EnvNames are the names the gateway matches for a setting that a container may
// carry: as written, and in upper case. Nothing in between matches.
func EnvNames(setting string) []string {
	name := settingToVariable.Replace(setting)
	return []string{"gravitee_" + name, "GRAVITEE_" + strings.ToUpper(name)}
}

var settingToVariable = strings.NewReplacer(".", "_", "-", "", "[", "_", "]", "")

// EnvState says what the gateway does with an environment variable.
type EnvState uint8

// The states.
const (
	EnvNotGravitee EnvState = iota // not one of the gateway's
	EnvMatched                     // it sets a known setting
	EnvUnknown                     // no known setting: it may be one of a plugin
	EnvMisspelled                  // it looks like a known setting, but the gateway does not match it
	EnvWrong                       // it is matched or not, but never does what is meant
)

// EnvVerdict is the answer about one environment variable.
type EnvVerdict struct {
	State EnvState
	// Setting is the place in gravitee.yml, "" if it is not known.
	Setting string
	// Instead is the name to write, "" if there is none.
	Instead string
	// Key is a chart value to use instead, "" if there is none.
	Key string
	// Why is one sentence for a person, without a period.
	Why string
}

// envPrefixes are those that EnvironmentPropertySourceBeanProcessor of
// gravitee-node strips.
var envPrefixes = []string{"gravitee.", "gravitee_", "GRAVITEE.", "GRAVITEE_"}

// EnvSetting says which setting an environment variable of the gateway reaches
// in an image; a zero image stands for any.
//
// The gateway strips the prefix, then looks a setting up under the names of
// RelaxedPropertySource (gravitee-common): as it is, dots as underscores,
// without hyphens, [0] as .0 or _0, and then all of these in upper case.
func EnvSetting(image Version, name string) EnvVerdict {
	rest, prefixed := "", false
	for _, prefix := range envPrefixes {
		if r, ok := strings.CutPrefix(name, prefix); ok {
			rest, prefixed = r, true
		}
	}
	if !prefixed {
		return EnvVerdict{State: EnvNotGravitee, Why: misprefixed(name)}
	}
	canonical, indexes := canonicalEnv(rest)
	setting, known := settingNamed(canonical)
	if wrong, ok := wrongEnv(image, canonical); ok {
		if known {
			wrong.Setting = fill(setting, indexes)
		}
		if wrong.Instead == "" {
			return wrong
		}
		wrong.Instead = instead(wrong.Instead, canonical, indexes)
		return wrong
	}
	if !known {
		return EnvVerdict{State: EnvUnknown, Why: "no setting of that name is known"}
	}
	setting = fill(setting, indexes)
	if relaxedMatch(setting, rest) {
		return EnvVerdict{State: EnvMatched, Setting: setting}
	}
	right := EnvName(setting)
	return EnvVerdict{
		State: EnvMisspelled, Setting: setting, Instead: right,
		Why: "the gateway matches " + right + " or the same all in upper case, nothing in between",
	}
}

// misprefixed explains a name that only seems to have the gateway's prefix.
func misprefixed(name string) string {
	if len(name) > 9 && strings.EqualFold(name[:8], "gravitee") && (name[8] == '_' || name[8] == '.') {
		return "the prefix must be gravitee_ or GRAVITEE_, nothing in between"
	}
	return ""
}

// A setting is a place of gravitee.yml, and what all spellings of its variable
// have in common.
type setting struct{ canonical, place string }

// settingNamed is the place of gravitee.yml of a canonical name.
func settingNamed(canonical string) (string, bool) {
	i, ok := slices.BinarySearchFunc(settings[:], canonical, func(s setting, name string) int {
		return strings.Compare(s.canonical, name)
	})
	if !ok {
		return "", false
	}
	return settings[i].place, true
}

// canonicalEnv folds what spellings of one setting have in common: lower case,
// words without separators, every index as #. It returns the indexes too.
func canonicalEnv(name string) (canonical string, indexes []string) {
	var folded [64]byte
	if n, ok := foldPlain(&folded, name); ok {
		return string(folded[:n]), nil
	}
	words := strings.FieldsFunc(name, func(r rune) bool {
		return r == '.' || r == '_' || r == '[' || r == ']'
	})
	var b strings.Builder
	for _, word := range words {
		if _, err := parseNumber(word); err == nil {
			indexes = append(indexes, word)
			word = "#"
		}
		b.WriteString(strings.ToLower(strings.ReplaceAll(word, "-", "")))
	}
	return b.String(), indexes
}

// foldPlain is canonicalEnv for a name of ASCII letters and separators, as nearly
// all are, that fits into a buffer.
func foldPlain(folded *[64]byte, name string) (n int, ok bool) {
	if len(name) > len(folded) {
		return 0, false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z':
			folded[n] = c
			n++
		case 'A' <= c && c <= 'Z':
			folded[n] = c + 'a' - 'A'
			n++
		case c != '.' && c != '_' && c != '-':
			return 0, false
		}
	}
	return n, true
}

// fill puts indexes into a setting: nodes[].host with 1 is nodes[1].host.
func fill(setting string, indexes []string) string {
	for _, index := range indexes {
		setting = strings.Replace(setting, "[]", "["+index+"]", 1)
	}
	return setting
}

// relaxedMatch says whether RelaxedPropertySource finds a setting under a name.
func relaxedMatch(setting, name string) bool {
	upper := strings.ToUpper(setting)
	return matchSpelling(setting, name) || matchSpelling(upper, name)
}

var indexToDot = strings.NewReplacer("[", ".", "]", "")

func matchSpelling(setting, name string) bool {
	underscored := strings.ReplaceAll(setting, ".", "_")
	spellings := []string{
		setting, underscored, strings.ReplaceAll(setting, "-", ""), strings.ReplaceAll(underscored, "-", ""),
	}
	if slices.Contains(spellings, name) {
		return true
	}
	if strings.Contains(setting, "[") {
		return matchSpelling(indexToDot.Replace(setting), name)
	}
	return false
}

// aliasFrom are the first images whose gravitee-plugin (4.11.0) reads ratelimit
// and repositories.ratelimit as one, by minor line.
var aliasFrom = []Version{release(7, 29), release(8, 24), release(9, 17), release(10, 12), release(11, 0), release(12, 0)}

// HasRepositoriesAlias says whether an image reads the connection settings of
// the rate-limit store under repositories.ratelimit too. All images read them
// under ratelimit.
func HasRepositoriesAlias(image Version) bool {
	for _, first := range aliasFrom {
		if first.SameMinor(image) {
			return image.Partial || image.Compare(first) >= 0
		}
	}
	return image.Compare(aliasFrom[len(aliasFrom)-1]) > 0
}

// wrongEnv knows names that do not do what they promise.
func wrongEnv(image Version, canonical string) (EnvVerdict, bool) {
	switch {
	case strings.HasPrefix(canonical, "redis"):
		return EnvVerdict{
			State: EnvWrong, Instead: "redis>ratelimitredis",
			Why: "the gateway has no setting redis: the rate limit store is ratelimit.redis",
		}, true
	case strings.HasPrefix(canonical, "repositoriesratelimitredis") && !image.IsZero() && !HasRepositoriesAlias(image):
		return EnvVerdict{
			State: EnvWrong, Instead: "repositoriesratelimitredis>ratelimitredis",
			Why: "image " + image.String() + " reads the connection only under ratelimit, not under repositories.ratelimit",
		}, true
	case canonical == "ratelimitredissentinelpassword", canonical == "repositoriesratelimitredissentinelpassword":
		return EnvVerdict{
			State: EnvWrong,
			Why:   "the client sends the Redis password to Sentinel whenever there is one: Sentinel must ask for no password or for the same one",
		}, true
	case canonical == "servicescorehttpauthenticationusersadmin":
		return EnvVerdict{
			State: EnvWrong, Key: "gateway.services.core.http.authentication.password",
			Why: "the chart's probes carry the password of the chart value and would get 401",
		}, true
	}
	return EnvVerdict{}, false
}

// instead turns a replacement of canonical prefixes into a name to write.
func instead(replacement, canonical string, indexes []string) string {
	from, to, _ := strings.Cut(replacement, ">")
	setting, ok := settingNamed(to + strings.TrimPrefix(canonical, from))
	if !ok {
		return ""
	}
	return EnvName(fill(setting, indexes))
}
