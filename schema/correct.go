package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cuelang.org/go/cue"
)

// correction proposes what to write instead of a wrong value. Whatever it
// proposes satisfies the schema.
func (c *checker) correction(e *entry, n *node) string {
	secret := c.loader.says(e.typ, "secret") != ""
	if e.typ == "#DirectiveValue" && n.kind == boolKind {
		return map[string]string{"true": "write yes", "false": "write no"}[n.text] + ", as redis.conf has it"
	}
	if n.kind == textKind {
		if _, ok := c.tryKind(e, n, intKind); ok && !secret {
			return fmt.Sprintf("write %s without quotes", n.text)
		}
	}
	if n.kind != mapKind && n.kind != listKind && n.kind != textKind {
		if _, ok := c.tryKind(e, n, textKind); ok {
			if secret {
				return "put it in quotes"
			}
			return fmt.Sprintf("put it in quotes: %q", n.text)
		}
	}
	if secret {
		return c.exampleHelp(e)
	}
	if words := enum(cue.Dereference(e.v)); len(words) > 0 {
		if w := nearest(n.text, words); w != "" {
			return fmt.Sprintf("did you mean %s", w)
		}
		return "write " + alternatives(words)
	}
	switch e.typ {
	case "#Switch":
		switch strings.ToLower(n.text) {
		case "yes", "on", "y", "1", "true", "enabled":
			return "write true"
		case "no", "off", "n", "0", "false", "disabled":
			return "write false"
		}
	case "#ImageRepository":
		if repository, rest := splitImage(n.text); rest != "" && c.allows(e.typ, e.v, &node{kind: textKind, text: repository}) {
			return fmt.Sprintf("write repository: %s and %s", repository, rest)
		}
	case "#ImageTag":
		if tag, digest, ok := strings.Cut(n.text, "@"); ok && c.allows(e.typ, e.v, &node{kind: textKind, text: tag}) {
			return fmt.Sprintf("write tag: %s and digest: %s", tag, digest)
		}
	}
	if better := c.firstAllowed(e.typ, e.v, corrections(e.typ, n.text)); better != "" {
		return "write " + better
	}
	return c.exampleHelp(e)
}

func (c *checker) exampleHelp(e *entry) string {
	if d := attr(e.v, "default"); d != "" && !strings.HasPrefix(d, "none") {
		return "remove it to take the default, " + d
	}
	if example := c.loader.says(e.typ, "write"); example != "" && example != "write" {
		return "write a value such as " + example
	}
	return ""
}

// tryKind asks whether the same characters would be right as another type.
func (c *checker) tryKind(e *entry, n *node, k kind) (*node, bool) {
	if k == intKind && !number().MatchString(n.text) {
		return nil, false
	}
	other := &node{kind: k, text: n.text}
	return other, c.allows(e.typ, e.v, other)
}

func (c *checker) firstAllowed(typ string, v cue.Value, texts []string) string {
	for _, s := range texts {
		k := textKind
		if v.IncompleteKind()&cue.StringKind == 0 {
			if k = intKind; !number().MatchString(s) {
				continue
			}
		}
		if c.allows(typ, v, &node{kind: k, text: s}) {
			return s
		}
	}
	return ""
}

// corrections are texts that a person may have meant, likeliest first.
func corrections(typ, s string) []string {
	s = strings.TrimSpace(s)
	out := []string{s}
	switch typ {
	case "#Memory":
		if m := sloppyBytes().FindStringSubmatch(s); m != nil {
			unit := strings.ToUpper(m[2])
			out = append(out, m[1]+unit+"i", m[1]+strings.ToLower(m[2]))
		}
	case "#Duration":
		if m := sloppyTime().FindStringSubmatch(s); m != nil {
			number, unit := m[1], strings.ToLower(m[2])
			switch {
			case unit == "" && len(number) > 3:
				out = append(out, number+"ms")
			case unit == "", strings.HasPrefix(unit, "s"):
				out = append(out, number+"s")
			case strings.HasPrefix(unit, "ms"), strings.HasPrefix(unit, "mil"):
				out = append(out, number+"ms")
			case strings.HasPrefix(unit, "m"):
				out = append(out, number+"m")
			}
		}
	case "#CPU":
		out = append(out, strings.ReplaceAll(s, ",", "."), strings.ReplaceAll(s, " ", ""))
	case "#Digest":
		out = append(out, strings.ToLower(s), "sha256:"+strings.ToLower(s))
	case "#ImageTag", "#ChartVersion":
		out = append(out, strings.TrimPrefix(s, "v"))
	case "#Percent", "#Port", "#Positive", "#Count", "#Nodes":
		out = append(out, strings.TrimSuffix(s, "%"))
	case "#Domain":
		out = append(out, strings.Trim(strings.ToLower(s), "."))
	case "#ImageRepository":
		out = append(out, strings.ToLower(s))
	default:
		out = append(out, nameCorrections(s)...)
	}
	return out
}

// nameCorrections turns a text into names that Kubernetes may allow.
func nameCorrections(s string) []string {
	lower := strings.ToLower(strings.TrimSpace(s))
	hyphens := strings.Trim(notInName().ReplaceAllString(lower, "-"), "-")
	return []string{lower, hyphens, strings.ReplaceAll(strings.TrimSpace(s), " ", "-")}
}

var (
	sloppyBytes = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^([0-9]+(?:\.[0-9]+)?) *([kmgt])i?b?(?:ytes?)?$`)
	})
	sloppyTime = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^([0-9]+) *([a-z]*)$`)
	})
	notInName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^a-z0-9]+`) })
)

// splitImage cuts an image reference into its repository and the fields that
// hold the rest, as a person would write them.
func splitImage(s string) (repository, rest string) {
	repository, digest, _ := strings.Cut(s, "@")
	var fields []string
	if i := strings.LastIndexByte(repository, ':'); i > strings.LastIndexByte(repository, '/') {
		fields = append(fields, "tag: "+repository[i+1:])
		repository = repository[:i]
	}
	if digest != "" {
		fields = append(fields, "digest: "+digest)
	}
	return repository, list(fields)
}

// enum are the words of a disjunction of words.
func enum(v cue.Value) []string {
	op, args := v.Expr()
	if op == cue.NoOp && len(args) == 1 {
		if s, err := v.String(); err == nil {
			return []string{s}
		}
		return nil
	}
	if op != cue.OrOp {
		return nil
	}
	var words []string
	for _, arg := range args {
		if s, err := arg.String(); err == nil {
			words = append(words, s)
		}
	}
	return slices.Clip(words)
}
