package yamledit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// A Path leads from the root of a document to a value: names of fields, and
// indexes of list items as decimal numbers in brackets.
type Path []string

// ParsePath reads a path as people write it: spec.redis.image.tag,
// annotations."example.com/name", plugins[0].
func ParsePath(text string) (Path, error) {
	var p Path
	rest := text
	for first := true; rest != ""; first = false {
		switch {
		case rest[0] == '[':
			m := index.FindString(rest)
			if m == "" || first {
				return nil, fmt.Errorf("%q is no path: write an index as name[0]", text)
			}
			p, rest = append(p, m), rest[len(m):]
			continue
		case !first && rest[0] != '.':
			return nil, fmt.Errorf("%q is no path: a dot or an index must follow %q", text, p[len(p)-1])
		case !first:
			rest = rest[1:]
		}
		if strings.HasPrefix(rest, `"`) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, fmt.Errorf("%q is no path: a quote is not closed", text)
			}
			name, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, fmt.Errorf("%q is no path: a name in quotes is not well formed", text)
			}
			p, rest = append(p, name), rest[len(quoted):]
			continue
		}
		end := strings.IndexAny(rest, ".[")
		if end < 0 {
			end = len(rest)
		}
		if end == 0 {
			return nil, fmt.Errorf("%q is no path: a name is missing", text)
		}
		p, rest = append(p, rest[:end]), rest[end:]
	}
	if len(p) == 0 {
		return nil, fmt.Errorf("the path is empty")
	}
	return p, nil
}

var (
	index = pattern.New(`^\[(0|[1-9][0-9]{0,5})\]`)
	plain = pattern.New(`^[A-Za-z0-9_/$-]+$`)
)

// String writes the path as ParsePath reads it.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		if index.MatchString(s) {
			b.WriteString(s)
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		if plain.MatchString(s) {
			b.WriteString(s)
		} else {
			b.WriteString(strconv.Quote(s))
		}
	}
	return b.String()
}

// Join returns the path with more elements behind it.
func (p Path) Join(more ...string) Path {
	return append(p[:len(p):len(p)], more...)
}

// item returns the index that an element is.
func item(s string) (int, bool) {
	if !index.MatchString(s) || !strings.HasSuffix(s, "]") {
		return 0, false
	}
	n, err := strconv.Atoi(s[1 : len(s)-1])
	return n, err == nil
}
