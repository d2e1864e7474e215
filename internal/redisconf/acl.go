package redisconf

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// user judges `user NAME RULE…` as ACLAppendUserForLoading does (acl.c). Names
// of commands and categories are not judged: modules bring their own.
func (j *judge) user() {
	if !j.atLeast(1, "a name and rules") {
		return
	}
	name := &j.d.Args[0]
	if strings.ContainsAny(name.Text, " \t\r\n\v\f\x00") {
		j.fatal(BadValue, name, "the name of a user must not hold white space", "")
	}
	rules, open := j.rules()
	if open != nil {
		j.fatal(BadValue, open, "the parenthesis of this selector is never closed", "")
		return
	}
	u := &aclUser{legacy: j.column.legacy()}
	for _, r := range rules {
		if reason := u.apply(r.text); reason != "" {
			j.fatal(BadValue, r.at, reason, "")
			return // Redis stops here as well, and the rules depend on each other
		}
	}
}

// rules joins the words of a selector in parentheses. It returns the opening
// word of one that is not closed.
func (j *judge) rules() (rules []value, open *Word) {
	text := ""
	for i := range j.d.Args[1:] {
		w := &j.d.Args[1+i]
		switch {
		case j.column.legacy():
			rules = append(rules, value{w.Text, w})
		case open != nil:
			text += " " + w.Text
			if strings.HasSuffix(w.Text, ")") {
				rules = append(rules, value{text, open})
				open = nil
			}
		case strings.HasPrefix(w.Text, "(") && !strings.HasSuffix(w.Text, ")"):
			text, open = w.Text, w
		default:
			rules = append(rules, value{w.Text, w})
		}
	}
	return rules, open
}

// An aclUser is what the rules of a user depend on.
type aclUser struct {
	legacy    bool
	selector  aclSelector
	passwords []string // hashed, as Redis keeps them
}

type aclSelector struct {
	allKeys, allChannels bool
}

// apply returns why Redis refuses the rule, or "".
func (u *aclUser) apply(rule string) string {
	if rule == "" {
		return ""
	}
	switch lower(rule) {
	case "on", "off", "skip-sanitize-payload", "sanitize-payload":
		return ""
	case "resetpass", "nopass":
		u.passwords = nil
		return ""
	case "reset":
		*u = aclUser{legacy: u.legacy}
		return ""
	case "clearselectors":
		if !u.legacy {
			return ""
		}
	}
	switch rule[0] {
	case '>':
		u.passwords = append(u.passwords, hash(rule[1:]))
		return ""
	case '<':
		return u.remove(hash(rule[1:]))
	case '#', '!':
		if !isHash(rule[1:]) {
			return "a hashed password is 64 hexadecimal digits in lower case"
		}
		if rule[0] == '!' {
			return u.remove(rule[1:])
		}
		u.passwords = append(u.passwords, rule[1:])
		return ""
	case '(':
		if !u.legacy {
			return applySelector(rule)
		}
	}
	return u.selector.apply(rule, u.legacy)
}

// remove takes a hashed password away and tells if there is none.
func (u *aclUser) remove(hashed string) string {
	if !slices.Contains(u.passwords, hashed) {
		return "the password to remove was not given before"
	}
	u.passwords = slices.DeleteFunc(u.passwords, func(p string) bool { return p == hashed })
	return ""
}

func hash(password string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(password)))
}

func isHash(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

func applySelector(rule string) string {
	var s aclSelector
	words, err := split(strings.Trim(rule, "()"))
	if err != nil {
		return "the quotes of this selector are unbalanced"
	}
	for _, w := range words {
		if reason := s.apply(w.Text, false); reason != "" {
			return reason
		}
	}
	return ""
}

func (s *aclSelector) apply(rule string, legacy bool) string {
	switch lower(rule) {
	case "allkeys", "~*":
		s.allKeys = true
		return ""
	case "resetkeys":
		s.allKeys = false
		return ""
	case "allchannels", "&*":
		s.allChannels = true
		return ""
	case "resetchannels":
		s.allChannels = false
		return ""
	case "allcommands", "nocommands", "":
		return ""
	}
	if rule[0] == '%' && legacy {
		return "Redis 6.2 has no key permissions, they came with Redis 7.0"
	}
	switch rule[0] {
	case '~', '%':
		if s.allKeys {
			return "a key pattern after ~* or allkeys: write resetkeys before it, or drop one of them"
		}
		pattern, ok := keyPattern(rule)
		if !ok {
			return "a key permission is written %R~, %W~ or %RW~ before the pattern"
		}
		return noBlanks(pattern)
	case '&':
		if s.allChannels {
			return "a channel pattern after &* or allchannels: write resetchannels before it, or drop one of them"
		}
		return noBlanks(rule[1:])
	case '+', '-':
		if rule[0] == '+' && strings.HasSuffix(rule, "|") {
			return "the subcommand after | is missing"
		}
		return ""
	}
	return "this is no rule for a user: rules are on, off, nopass, or begin with one of > < # ! ~ % & + - ("
}

// keyPattern cuts ~ or %RW~ off a rule.
func keyPattern(rule string) (pattern string, ok bool) {
	if rule[0] == '~' {
		return rule[1:], true
	}
	permission, pattern, _ := strings.Cut(rule[1:], "~")
	switch lower(permission) {
	case "r", "w", "rw", "wr":
		return pattern, true
	}
	return "", false
}

func noBlanks(pattern string) string {
	if strings.ContainsAny(pattern, " \t\r\n\v\f\x00") {
		return "a pattern must not hold white space"
	}
	return ""
}
