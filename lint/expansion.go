package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
)

// expanded drops what a shell makes of its own accord from a configuration that
// it writes: lines whose name is an expansion, lines within a $(…) that spans
// several, and lines that are odd only before the shell has read them. It tells
// whether something was dropped, so that more may be there than can be seen.
func expanded(f *redisconf.File, text string, e *edit) (more bool) {
	if e == nil {
		return false
	}
	ranges := substitutions(text)
	within := func(offset int) bool {
		for _, r := range ranges {
			if offset >= r[0] && offset < r[1] {
				return true
			}
		}
		return false
	}
	var directives []redisconf.Directive
	for _, d := range f.Directives {
		if e.changes(d.Key.Text) || e.envsubst && within(d.Key.Offset) {
			more = true
			continue
		}
		directives = append(directives, d)
	}
	var errors []redisconf.SyntaxError
	for _, s := range f.Errors {
		start := strings.LastIndexByte(text[:s.Offset], '\n') + 1
		if strings.ContainsAny(text[start:s.End], "$`\\") || within(s.Offset) {
			more = true
			continue
		}
		errors = append(errors, s)
	}
	f.Directives, f.Errors = directives, errors
	return more
}

// substitutions returns the ranges of a shell text that are $(…) or `…` over
// more than one line.
func substitutions(text string) [][2]int {
	var all [][2]int
	for i := 0; i < len(text); i++ {
		end := i
		switch {
		case text[i] == '\\':
			i++
			continue
		case strings.HasPrefix(text[i:], "$("):
			depth := 0
			for end = i + 1; end < len(text); end++ {
				if text[end] == '(' {
					depth++
				} else if text[end] == ')' {
					if depth--; depth == 0 {
						break
					}
				}
			}
		case text[i] == '`':
			n := strings.IndexByte(text[i+1:], '`')
			if n < 0 {
				return all
			}
			end = i + 1 + n
		default:
			continue
		}
		if end = min(end, len(text)); strings.Contains(text[i:end], "\n") {
			all = append(all, [2]int{i, end})
		}
		i = end
	}
	return all
}
