package redisconf

import "strings"

// A splitError tells where and why a line has no words.
type splitError struct {
	offset  int
	message string
}

const (
	neverClosed = "unbalanced quotes: the quote opened here is never closed; close it, or quote the whole value and write \\\" for a quote inside it"
	afterQuote  = "unbalanced quotes: a closing quote must be followed by white space; quote the whole value and write \\\" for a quote inside it"
)

// split cuts a line into words by the rules of sdssplitargs, which are not
// those of a shell:
//   - white space ends a bare word, but vertical tab and form feed only separate
//     words, inside one they are ordinary;
//   - a quote opens anywhere, also in the middle of a word, and the word ends
//     with the closing quote, after which only white space may follow;
//   - double quotes know \n \r \t \b \a and \xHH, any other escaped character
//     stands for itself; single quotes know only \';
//   - a backslash outside quotes is an ordinary character.
//
// Offsets in the words are relative to line. On an error the words that were
// complete before it are returned as well.
func split(line string) ([]Word, *splitError) {
	var words []Word
	for p := 0; ; {
		for p < len(line) && isSpace(line[p]) {
			p++
		}
		if p == len(line) {
			return words, nil
		}
		w, err := nextWord(line, p)
		if err != nil {
			return words, err
		}
		if words == nil {
			words = make([]Word, 0, min(1+strings.Count(line[p:], " "), 8))
		}
		words = append(words, w)
		p = w.End
	}
}

// nextWord reads the word that begins at start.
func nextWord(line string, start int) (Word, *splitError) {
	w := Word{Offset: start}
	p := start
	for ; p < len(line) && !isTrimmed(line[p]); p++ {
		if c := line[p]; c == '"' || c == '\'' {
			quoted, end, err := readQuoted(line, p)
			if err != nil {
				return w, err
			}
			w.Text = line[start:p] + quoted
			w.End = end
			w.Quoted = true
			return w, nil
		}
	}
	w.Text = line[start:p]
	w.End = p
	return w, nil
}

// readQuoted reads from the quote at start and returns the bytes between the
// quotes and the offset after the closing one.
func readQuoted(line string, start int) (string, int, *splitError) {
	quote := line[start]
	var text []byte
	for p := start + 1; p < len(line); p++ {
		c := line[p]
		switch {
		case c == quote:
			if p+1 < len(line) && !isSpace(line[p+1]) {
				return "", 0, &splitError{offset: p + 1, message: afterQuote}
			}
			return string(text), p + 1, nil
		case c != '\\' || p+1 == len(line):
			text = append(text, c)
		case quote == '\'':
			if line[p+1] == '\'' {
				p++
			}
			text = append(text, line[p])
		case line[p+1] == 'x' && p+3 < len(line) && isHex(line[p+2]) && isHex(line[p+3]):
			text = append(text, hexDigit(line[p+2])<<4|hexDigit(line[p+3]))
			p += 3
		default:
			p++
			text = append(text, unescape(line[p]))
		}
	}
	return "", 0, &splitError{offset: start, message: neverClosed}
}

func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'b':
		return '\b'
	case 'a':
		return '\a'
	}
	return c
}

// isTrimmed reports whether c is trimmed from the ends of a line and ends a
// bare word.
func isTrimmed(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// isSpace is isspace of the C locale, which Redis skips between words.
func isSpace(c byte) bool { return isTrimmed(c) || c == '\v' || c == '\f' }

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func hexDigit(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}
