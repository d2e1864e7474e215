package rules

import (
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// strays adds the places where a password of all stands in a configuration but
// is not read: in a comment, behind a misspelled directive, in a line with
// broken quotes. Other rules tell of such lines; the password is in git all the
// same.
func strays(f *lint.Facts, c *lint.Conf, all []plainSecret) []plainSecret {
	if len(all) == 0 {
		return nil
	}
	type fileLine struct {
		file string
		line int
	}
	var values []plainSecret // each value once
	told, lines := map[string]bool{}, map[fileLine]bool{}
	for _, s := range all {
		if value := s.text(); len(value) >= 6 && !told[value] {
			told[value] = true
			values = append(values, s)
		}
		lines[fileLine{s.place.File, s.place.Line}] = true
	}
	add := func(s plainSecret, start, end int) bool {
		at := c.Place(start, end, "")
		on := fileLine{at.File, at.Line}
		if lines[on] {
			return false
		}
		lines[on] = true
		all = append(all, plainSecret{what: s.what, label: "this is written here too", place: at, value: s.value})
		return true
	}
	speaking := speakingOf(f, c)
	if len(speaking.lines)*len(values) > maxStrays {
		for _, s := range values {
			for _, at := range speaking.words()[s.text()] {
				add(s, at, at+len(s.text()))
			}
		}
		return all
	}
	for _, line := range speaking.lines {
		for _, s := range values {
			value := s.text()
			if i := strings.LastIndex(line.text, value); i > 0 && add(s, line.start+i, line.start+i+len(value)) {
				break
			}
		}
	}
	return all
}

// maxStrays is how often a line is searched for a value in one configuration.
// Where there is more to search, a value counts as a word of its line only.
const maxStrays = 5000

// speaking are the lines of a configuration that speak of passwords.
type speaking struct {
	lines []confLine
	found map[string][]int // the words of lines, without quotes
}

type confLine struct {
	text  string
	start int // within the configuration
}

// speakingLines are those of each configuration, and by where it is written.
var speakingLines = lint.Derive(func(*lint.Facts) spoken {
	return spoken{map[*lint.Conf]*speaking{}, map[confAt]*speaking{}}
})

type spoken struct {
	of map[*lint.Conf]*speaking
	at map[confAt]*speaking
}

type confAt struct {
	span repo.Span
	base int
}

func speakingOf(f *lint.Facts, c *lint.Conf) *speaking {
	known := speakingLines.Of(f)
	if s := known.of[c]; s != nil {
		return s
	}
	at := confAt{c.Text.Span(), c.Base} // several servers may read one text
	s := known.at[at]
	if s == nil {
		s = newSpeaking(c)
		known.at[at] = s
	}
	known.of[c] = s
	return s
}

func newSpeaking(c *lint.Conf) *speaking {
	s := &speaking{}
	text, start := c.Text.Text()[min(c.Base, len(c.Text.Text())):], 0
	for line := range strings.Lines(text) {
		first := ""
		for word := range strings.FieldsSeq(strings.TrimLeft(line, "# \t")) {
			first = word
			break
		}
		if first != "" && (strings.EqualFold(first, "sentinel") || nearDirective(first, "requirepass") || nearDirective(first, "masterauth")) {
			s.lines = append(s.lines, confLine{line, start})
		}
		start += len(line)
	}
	return s
}

func isSpace(r rune) bool { return strings.ContainsRune(" \t\r\n\v\f", r) }

// words returns where the words of the lines stand.
func (s *speaking) words() map[string][]int {
	if s.found != nil {
		return s.found
	}
	s.found = map[string][]int{}
	for _, line := range s.lines {
		rest, at := line.text, line.start
		for rest != "" {
			end := strings.IndexFunc(rest, isSpace)
			if end < 0 {
				end = len(rest)
			}
			word := strings.TrimLeft(rest[:end], `"'`)
			start := at + end - len(word)
			if word = strings.TrimRight(word, `"'`); word != "" {
				s.found[word] = append(s.found[word], start)
			}
			next := min(end+1, len(rest))
			rest, at = rest[next:], at+next
		}
	}
	return s.found
}
