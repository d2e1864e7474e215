package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/internal/secret"
	"github.com/quorumwright/quorumwright/lint"
)

// placeholders are values that guides and examples print where the reader has
// to write his own, without blanks, hyphens and underscores and in lower case:
// Gravitee's hybrid guides (LICENSE KEY, CLOUD TOKEN, myredispassword), the
// comments of redis.conf (foobared), and what templates commonly hold.
var placeholders = []string{
	"licensekey", "mylicensekey", "cloudtoken", "mytoken", "mycloudtoken",
	"myredispassword", "redispassword", "mypassword", "mysecret", "mysecretpassword",
	"changeme", "changeit", "changethis", "pleasechangeme", "changemeplease", "replaceme", "replacethis", "tobereplaced",
	"fixme", "todo", "tbd", "placeholder", "redacted", "foobared",
}

// isAsked tells texts such as "your-strong-password" and "enter token here",
// given without what separates the words.
func isAsked(plain string) bool {
	asks := func(word string) bool { return strings.HasPrefix(plain, word) }
	names := func(word string) bool { return strings.Contains(plain, word) }
	return slices.ContainsFunc([]string{"your", "enter", "insert", "replacewith", "addyour", "putyour"}, asks) &&
		slices.ContainsFunc([]string{"password", "passwd", "secret", "token", "key", "license", "licence"}, names) &&
		strings.Trim(plain, "abcdefghijklmnopqrstuvwxyz") == ""
}

// isBracketed tells <your password>: a placeholder whatever it says. A tag of
// another language (<path:…>) is a reference instead.
func isBracketed(text string) bool {
	inner, opened := strings.CutPrefix(text, "<")
	inner, closed := strings.CutSuffix(inner, ">")
	isLetter := func(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }
	return opened && closed && !strings.ContainsAny(inner, "<>") && strings.ContainsFunc(inner, isLetter)
}

// isPlaceholderText tells whether a text is one that a guide tells its readers
// to replace.
func isPlaceholderText(text string) bool {
	text = strings.TrimSpace(text)
	if lint.IsReference(text) {
		return false
	}
	if isBracketed(text) {
		return true
	}
	plain := without(strings.ToLower(text), " -_.!")
	return slices.Contains(placeholders, plain) || isAsked(plain) || isMask(text) || isTutorial(plain)
}

// isMask tells a value that was blanked out.
func isMask(text string) bool {
	return len(text) >= 3 && strings.Trim(strings.ToLower(text), "x*.") == ""
}

// isTutorial tells the password of a tutorial that is copied as it is: known to
// everyone, and it works.
func isTutorial(plain string) bool { return plain == "averycomplexpasswordhere" }

func isPlaceholder(s secret.Value) bool { return isPlaceholderText(s.Reveal()) }

var secretPlaceholder = &lint.Rule{
	ID:       "secret/placeholder",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a value that the documentation tells people to replace",
		Why: `A value was copied from a guide or a template and not replaced. A licence or token of that kind does not work: the gateway starts without its enterprise features, or never connects to Gravitee Cloud. A password of that kind works, and everyone who has read the guide knows it.

Where the sides of one Redis hold different passwords, auth/password-mismatch tells of the placeholder instead.`,
		Fix:  `Replace the value; better, refer to a Secret, so that the value does not stand in git at all.`,
		Refs: []string{"https://documentation.gravitee.io/apim", refSecret},
	},
	Check: func(p *lint.Pass) {
		found := plainOf.Of(p.Facts)
		disagreeing := map[string]bool{} // values that the sides of a Redis do not agree on
		var all []plainSecret
		for _, s := range found.sets {
			if s.group != nil {
				if _, odd := passwordDisagreement(p.Facts, s.group); len(odd) > 0 {
					for _, t := range s.all {
						disagreeing[t.text()] = true
					}
					continue
				}
			}
			for _, t := range s.all {
				if isPlaceholder(t.value) && !isExample(t.place.File) {
					t.what = s.what
					all = append(all, t)
				}
			}
		}
		for _, side := range byText(all) {
			if !disagreeing[side[0].text()] {
				reportPlaceholder(p, side)
			}
		}
		for _, a := range unreplaced(p.Facts, found) {
			p.ReportAt(a.Place, "write the value that the documentation speaks of", "%s is still the placeholder %s of the documentation", a.Place.Resolved().Path, a.Text)
		}
	},
}

// examplePattern tells files that are meant to be copied, not applied.
var examplePattern = pattern.New(`(?i)(?:^|[._-])(?:example|sample|template|dist)s?(?:[._-]|$)`).Where(pattern.HasFold("example", "sample", "template", "dist"))

func isExample(file string) bool { return examplePattern.MatchString(path.Base(file)) }

func reportPlaceholder(p *lint.Pass, all []plainSecret) {
	slices.SortStableFunc(all, func(a, b plainSecret) int { return a.place.Compare(b.place.Span) })
	f := lint.Finding{
		Message: all[0].what + " is still the placeholder of the documentation",
		Help:    "write your own value, best into a Secret that is referred to here",
	}
	if len(all) > 1 {
		f.Help = fmt.Sprintf("write a value of your own in all %d places, best into one Secret that they refer to", len(all))
	}
	for _, s := range all {
		f.Places = append(f.Places, labeledPlace(s.place, s.label))
	}
	if len(all) == 1 {
		f.Places[0].Label = ""
	}
	// It works as it stands, and may have been changed on purpose.
	switch text := strings.TrimSpace(all[0].value.Reveal()); {
	case isMask(text):
		f.Severity = lint.Warning
		f.Message = all[0].what + " is blanked out: as it stands, these characters are the value"
	case isTutorial(without(strings.ToLower(text), " -_.!")):
		f.Severity = lint.Warning
		f.Message = all[0].what + " is that of a tutorial, which everyone knows"
	}
	p.Report(f)
}
