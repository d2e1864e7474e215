package redisconf

import (
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/internal/spelling"
)

// wrongArgs reports that the directive has not the number of arguments want.
func (j *judge) wrongArgs(want int, wording string) {
	given := len(j.d.Args)
	p := Problem{
		Kind: WrongArgs, Word: &j.d.Key, Fatal: true,
		Message: fmt.Sprintf("%s takes %s, here %s", j.d.Name, wording, count(given)),
	}
	if want < given {
		p.Word = &j.d.Args[want]
		if strings.HasPrefix(p.Word.Text, "#") && !p.Word.Quoted {
			p.Help = "a comment needs a line of its own"
		} else if want == 1 {
			p.Help = "put a value that holds white space in double quotes"
		}
	}
	j.report(p)
}

func count(n int) string {
	switch n {
	case 0:
		return "is none"
	case 1:
		return "is one"
	}
	return fmt.Sprintf("are %d", n)
}

// single judges the directives that take exactly one argument.
func (j *judge) single(s shape) {
	if s.kind == "any" {
		return
	}
	if len(j.d.Args) != 1 {
		j.wrongArgs(1, "one argument")
		return
	}
	w := &j.d.Args[0]
	text := cString(w.Text)
	switch s.kind {
	case "bool":
		j.oneOf(w, []string{"yes", "no"})
	case "enum":
		if !j.column.open {
			j.oneOf(w, s.words)
		}
	case "int":
		if n, ok := parseInteger(w.Text); !ok || n < s.lo || n > s.hi {
			j.badNumber(w, s)
		}
	case "size":
		parse := parseSize
		if j.column.legacy() {
			parse = parseSizeLegacy
		}
		if n, ok := parse(w.Text); !ok || s.lo > 0 && n < uint64(s.lo) || !s.noHi && n > uint64(s.hi) {
			j.badSize(w, s)
		} else {
			j.sizeWithoutDigits(w)
		}
	case "percent":
		if !isSizeOrPercent(w.Text) {
			j.badSize(w, s)
		}
	case "octal":
		j.octal(w)
	case "file":
		if strings.ContainsAny(text, `/\`) {
			j.fatal(BadValue, w, j.d.Name+" takes a file name without a path", "set the folder with dir")
		}
	case "hostname":
		if len(text) >= 256 || strings.Trim(text, hostCharacters) != "" {
			j.fatal(BadValue, w, j.d.Name+" takes letters, digits, hyphens and dots, at most 255", "")
		}
	case "nodename":
		if strings.ContainsAny(w.Text, "!#$%&()*+:;<>?@[]^{|}~") {
			j.fatal(BadValue, w, j.d.Name+" holds a character that Redis does not take there", "use letters, digits, '.', '_' and '-'")
		}
	case "ip4", "ip6":
		if a, err := netip.ParseAddr(text); text != "" && (err != nil || a.Zone() != "" || a.Is4() != (s.kind == "ip4")) {
			j.fatal(BadValue, w, fmt.Sprintf("%s takes an IPv%s address", j.d.Name, s.kind[2:]), "")
		}
	case "title":
		if !isTitle(text) {
			j.fatal(BadValue, w, j.d.Name+" is empty or holds an unknown variable or an unclosed brace",
				"the variables are {title} {listen-addr} {server-mode} {port} {tls-port} {unixsocket} {config-file}")
		}
	case "ignored":
		j.report(Problem{
			Kind: NoEffect, Word: &j.d.Key,
			Message: fmt.Sprintf("%s reads %s and ignores it", j.server(), j.d.Name),
			Help:    "remove the line",
		})
	}
	if s.nonEmpty && text == "" {
		j.fatal(BadValue, w, j.d.Name+" must not be empty", "")
	}
}

const hostCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."

var answers = map[string]string{
	"true": "yes", "on": "yes", "1": "yes", "y": "yes", "enable": "yes", "enabled": "yes",
	"false": "no", "off": "no", "0": "no", "n": "no", "disable": "no", "disabled": "no",
}

// oneOf reports a word that is none of the given ones in any letter case.
func (j *judge) oneOf(w *Word, words []string) bool {
	text := lower(cString(w.Text))
	if slices.Contains(words, text) {
		return true
	}
	p := Problem{Kind: BadValue, Word: w, Fatal: true}
	if len(words) == 2 && words[0] == "yes" {
		p.Message = j.d.Name + " takes yes or no"
	} else {
		p.Message = fmt.Sprintf("%s takes one of %s", j.d.Name, strings.Join(words, ", "))
	}
	if answer := answers[text]; slices.Contains(words, answer) {
		p.Suggestion = answer
	} else {
		p.Suggestion = spelling.Nearest(text, words, max(1, tolerance(len(text))))
	}
	if i := slices.IndexFunc(words, func(w string) bool { return len(w) > 3 && strings.HasPrefix(text, w) }); p.Suggestion == "" && i >= 0 {
		p.Suggestion = words[i] // everysecond
	}
	if p.Suggestion != "" {
		p.Help = "write " + p.Suggestion
	}
	j.report(p)
	return false
}

func (j *judge) badNumber(w *Word, s shape) {
	p := Problem{Kind: BadValue, Word: w, Fatal: true}
	switch {
	case s.lo == math.MinInt64 && s.noHi || s.lo == math.MinInt32:
		p.Message = j.d.Name + " takes a whole number"
	case s.noHi || s.hi == math.MaxInt32:
		p.Message = fmt.Sprintf("%s takes a whole number of at least %d", j.d.Name, s.lo)
	default:
		p.Message = fmt.Sprintf("%s takes a whole number from %d to %d", j.d.Name, s.lo, s.hi)
	}
	if _, ok := parseInteger(w.Text); !ok {
		p.Help = "write digits only, without a unit, a plus sign or a leading zero"
	}
	j.report(p)
}

func isSizeOrPercent(text string) bool {
	if n, ok := parseSize(text); ok {
		return int64(n) >= -100 // a size beyond 63 bits is taken for a percentage
	}
	digits, ok := strings.CutSuffix(text, "%")
	if !ok {
		return false
	}
	n, ok := parseInteger(digits)
	return ok && 0 <= n && n <= 100
}

func (j *judge) badSize(w *Word, s shape) {
	p := Problem{Kind: BadValue, Word: w, Fatal: true, Suggestion: sizeInstead(w.Text)}
	switch {
	case s.kind == "percent":
		p.Message = j.d.Name + " takes a size such as 256mb, or a percentage up to 100%"
	case s.lo > 1:
		p.Message = fmt.Sprintf("%s takes a size of at least %d bytes, such as 256mb", j.d.Name, s.lo)
	default:
		p.Message = j.d.Name + " takes a size such as 256mb"
	}
	if p.Suggestion != "" {
		p.Help = "write " + p.Suggestion
	} else {
		p.Help = "the units are k, kb, m, mb, g and gb, after a whole number"
	}
	j.report(p)
}

// sizeWithoutDigits reports a size that is only a unit, or empty: glibc makes it 0.
func (j *judge) sizeWithoutDigits(w *Word) {
	if text := cString(w.Text); text == "" || text[0] < '0' || text[0] > '9' {
		j.report(Problem{
			Kind: BadValue, Word: w,
			Message: j.d.Name + " has no number here, which Redis reads as 0",
			Help:    "write a size such as 256mb",
		})
	}
}

var otherSize = pattern.New(`^([0-9]{1,9}(?:\.[0-9]{1,6})?)[ ]?([kmgt])(i?)(b?)$`)

// sizeInstead writes the sizes of Kubernetes and of people (256Mi, 1.5gb, 1tb)
// as Redis reads them. It returns "" for what is no size or no whole number of
// bytes.
func sizeInstead(text string) string {
	m := otherSize.FindStringSubmatch(lower(text))
	if m == nil {
		return ""
	}
	base := int64(1000)
	if m[3] != "" || m[4] != "" {
		base = 1024
	}
	bytes, _ := new(big.Rat).SetString(m[1])
	for range strings.Index("kmgt", m[2]) + 1 {
		bytes.Mul(bytes, big.NewRat(base, 1))
	}
	if !bytes.IsInt() || !bytes.Num().IsInt64() {
		return ""
	}
	n := bytes.Num().Int64()
	units := []string{"", "kb", "mb", "gb"}
	if base == 1000 {
		units = []string{"", "k", "m", "g"}
	}
	unit := 0
	for unit < 3 && n != 0 && n%base == 0 {
		n /= base
		unit++
	}
	return fmt.Sprintf("%d%s", n, units[unit])
}

// octal judges a file mode. Redis 6.2 reads as many octal digits as there are.
func (j *judge) octal(w *Word) {
	n, rest, overflow := strtoll(w.Text, 8)
	outside := overflow || n < 0 || n > 0o777
	switch {
	case outside || rest != "" && !j.column.legacy():
		j.fatal(BadValue, w, j.d.Name+" takes an octal file mode of at most 777", "write a mode such as 700")
	case rest != "":
		j.report(Problem{
			Kind: BadValue, Word: w,
			Message: fmt.Sprintf("%s is read only up to the first character that is no octal digit", j.d.Name),
			Help:    "write a mode such as 700",
		})
	}
}

// isTitle is validateProcTitleTemplate (server.c): the result must not be empty.
func isTitle(text string) bool {
	visible := false
	for {
		plain, rest, found := strings.Cut(text, "{")
		visible = visible || strings.Trim(plain, " ") != ""
		if !found {
			return visible
		}
		if strings.HasPrefix(rest, "{") {
			visible, text = true, rest[1:]
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return false
		}
		switch name {
		case "title": // empty while the template is checked
		case "listen-addr", "server-mode", "config-file", "port", "tls-port", "unixsocket":
			visible = true
		default:
			return false
		}
		text = after
	}
}
