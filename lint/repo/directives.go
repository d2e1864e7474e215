package repo

import (
	"bytes"
	"math/bits"
	"strings"

	"github.com/quorumwright/quorumwright/internal/spelling"
)

// lines looks at text line by line: configuration of Redis and Sentinel, shell,
// properties, YAML within YAML, URLs.
func (s *secretFinder) lines(start, end int) {
	for start < end {
		stop := end
		if i := bytes.IndexByte(s.file.data[start:end], '\n'); i >= 0 {
			stop = start + i
		}
		s.line(start, stop)
		start = stop + 1
	}
}

// directives are those of Redis and Sentinel whose argument with that number
// is a secret.
var directives = []struct {
	words []string
	arg   int
}{
	{[]string{"requirepass"}, 0},
	{[]string{"masterauth"}, 0},
	{[]string{"primaryauth"}, 0},
	{[]string{"tls-key-file-pass"}, 0},
	{[]string{"tls-client-key-file-pass"}, 0},
	{[]string{"sentinel", "auth-pass"}, 1},
	{[]string{"sentinel", "sentinel-pass"}, 0},
	{[]string{"rename-command"}, 1}, // the new name keeps people from using it
	{[]string{"auth"}, 0},
}

// means tells whether a word is a directive, or at the beginning of a line a
// misspelled one: its argument is a secret all the same.
func means(word, directive string, first bool) bool {
	if word == directive {
		return true
	}
	longer := len(word) - len(directive)
	if !first || len(directive) <= 6 || longer > 2 || longer < -2 {
		return false
	}
	// A mistake adds a letter, takes one away, or both: it costs time to find out
	// how many there are, and hardly a word is even made of these letters.
	if bits.OnesCount64(letters(word)^letters(directive)) > 4 {
		return false
	}
	return spelling.Distance(word, directive, 3) <= 2
}

// letters returns the set of the bytes that a word is made of, in which case and
// some other bits do not count.
func letters(word string) (set uint64) {
	for i := range len(word) {
		set |= 1 << (word[i] % 32)
	}
	return set
}

func (s *secretFinder) line(start, end int) {
	words := s.words(start, end)
	if len(words) < 2 {
		words = nil // nothing that a word says something about
	}
	word := func(i int) string { return strings.ToLower(string(s.file.data[words[i].start:words[i].end])) }
	for i := range words {
		w := word(i)
		bare := strings.TrimLeft(w, `"'`)
		if n := strings.LastIndex(bare, `\n`); n >= 0 {
			bare = bare[n+2:] // text in quotes, with the ends of its lines written out
		}
		for _, d := range directives {
			if !means(bare, d.words[0], i == 0 || len(bare) < len(w)) {
				continue
			}
			at := i + 1
			if len(d.words) == 2 {
				if at >= len(words) || !means(word(at), d.words[1], i == 0) {
					continue
				}
				at++
			}
			if d.words[0] == "auth" && i > 0 && !strings.HasPrefix(word(i-1), "redis-cli") {
				continue
			}
			if at += d.arg; at < len(words) {
				s.markWord(words[at].start, words[len(words)-1].end)
			}
		}
		if i+1 < len(words) && isSecretKey("", strings.Trim(w, `"'{,`)) && strings.ContainsAny(word(i + 1)[:1], `"'`) {
			s.markWord(words[i+1].start, words[i+1].end) // password "x", its colon forgotten
		}
		if isSecretOption(w) && i+1 < len(words) {
			s.markWord(words[i+1].start, words[i+1].end)
		}
		if w == "user" || w == "setuser" {
			for _, a := range words[min(i+1, len(words)):] {
				if c := s.file.data[a.start]; c == '>' || c == '<' || c == '#' || c == '!' {
					s.mark(a.start+1, a.end)
				}
			}
		}
	}
	s.assignments(start, end)
	s.userinfo(start, end)
}

// markWord masks words unless they only refer to a secret.
func (s *secretFinder) markWord(start, end int) {
	if end-start > longWord || !isHarmless(strings.Trim(string(s.file.data[start:end]), `"'`)) {
		s.mark(start, end)
	}
}

// longWord is the length in bytes from which a word is masked whatever it is:
// each of many on one long line would otherwise be read to the end of it.
const longWord = 4 << 10

// words returns the ranges of the words of a line.
func (s *secretFinder) words(start, end int) []textRange {
	words := s.space[:0]
	at := -1
	for i := start; i <= end; i++ {
		blank := i == end || isBlankOrBreak(s.file.data[i])
		switch {
		case !blank && at < 0:
			at = i
		case blank && at >= 0:
			words = append(words, textRange{at, i})
			at = -1
		}
	}
	s.space = words
	return words
}

// assignments masks the value of name=value and name: value.
func (s *secretFinder) assignments(start, end int) {
	data := s.file.data
	for i := start; i < end; i++ {
		if data[i] != '=' && (data[i] != ':' || i+1 < end && data[i+1] != ' ' && data[i+1] != '\t') {
			continue
		}
		from := i
		for from > start && (data[from-1] == '"' || data[from-1] == '\'' || data[from-1] == ' ') {
			from--
		}
		nameEnd := from
		for from > start && (isWordByte(data[from-1]) || data[from-1] == '-' || data[from-1] == '.') {
			from--
		}
		if !isSecretKey("", strings.TrimLeft(string(data[from:nameEnd]), "-.")) {
			continue
		}
		value := i + 1
		for value < end && (data[value] == ' ' || data[value] == '\t') {
			value++
		}
		stop := end
		if value < end && (data[value] == '"' || data[value] == '\'') {
			if j := closingQuote(string(data[value:end]), 0); j > 0 {
				stop = value + j
			}
			value++
		} else if data[i] == '=' {
			if j := bytes.IndexAny(data[value:end], " \t;&,"); j >= 0 {
				stop = value + j
			}
		}
		s.markWord(value, max(stop, value))
	}
}

// userinfo masks what stands before the @ in URLs.
func (s *secretFinder) userinfo(start, end int) {
	data := s.file.data[start:end]
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("://"))
		if i < 0 {
			return
		}
		from := at + i + 3
		to := from
		for to < len(data) && !isBlankOrBreak(data[to]) && strings.IndexByte("/\"'<>", data[to]) < 0 {
			to++
		}
		if j := bytes.LastIndexByte(data[from:to], '@'); j >= 0 {
			info := data[from : from+j]
			if k := bytes.IndexByte(info, ':'); k >= 0 {
				s.markWord(start+from+k+1, start+from+j)
			}
		}
		at = from
	}
}

// pem masks private keys, and anything that says it is one.
func (s *secretFinder) pem() {
	data := s.file.data
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("-----BEGIN "))
		if i < 0 {
			break
		}
		start := at + i
		lineEnd := start
		for lineEnd < len(data) && data[lineEnd] != '\n' {
			lineEnd++
		}
		at = lineEnd
		if !bytes.Contains(data[start:lineEnd], []byte("PRIVATE KEY")) {
			continue
		}
		end := len(data)
		if j := bytes.Index(data[start:], []byte("-----END ")); j >= 0 {
			end = start + j
		}
		// Line by line, so that what a snippet shows keeps its lines.
		for from := start; from < end; {
			stop := end
			if j := bytes.IndexByte(data[from:end], '\n'); j >= 0 {
				stop = from + j
			}
			s.mark(from+leadingBlanks(data[from:stop]), stop)
			from = stop + 1
		}
	}
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("AGE-SECRET-KEY-"))
		if i < 0 {
			return
		}
		start := at + i
		end := start
		for end < len(data) && isWordByte(data[end]) || end < len(data) && data[end] == '-' {
			end++
		}
		s.mark(start, end)
		at = end
	}
}
