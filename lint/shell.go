package lint

import (
	"strings"
	"sync"
)

// A shellWord is one word of a shell command as written in a script.
type shellWord struct {
	text       string // quotes removed, $ left as it is
	start, end int    // bytes of the script
	dynamic    bool   // the shell puts something in: $VAR, $(…), `…`
}

// A shellCommand is one simple command with its redirections.
type shellCommand struct {
	words []shellWord
	// redirects are the files that the command writes to; appends says of each
	// whether it adds (>>) or replaces (>).
	redirects []shellWord
	appends   []bool
	// heredoc is the text given to the command; quoted if the shell leaves it
	// as it is.
	heredoc       string
	heredocAt     int
	heredocQuoted bool
	hasHeredoc    bool
	// input is the file that the command reads (<), piped says that it reads what
	// the command before it prints.
	input shellWord
	piped bool
	// goesOn says that & or && stands behind the command.
	goesOn bool
}

// name returns the command's base name.
func (c shellCommand) name() string {
	if len(c.words) == 0 {
		return ""
	}
	return baseName(c.words[0].text)
}

func baseName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// parseShell splits a POSIX shell script into simple commands, in order. It
// knows quoting, comments, separators, redirections and here-documents, not the
// grammar: words such as if and do are dropped from the front of a command.
// Whatever it cannot follow ends up in words that are dynamic.
//
// The commands must not be changed: overlays of one base run the same scripts, so
// they are kept.
func parseShell(script string) []shellCommand {
	parsedScripts.Lock()
	defer parsedScripts.Unlock()
	if commands, ok := parsedScripts.commands[script]; ok {
		return commands
	}
	p := &shellParser{s: script}
	p.run()
	if parsedScripts.size += len(script); parsedScripts.size > maxParsedScripts {
		parsedScripts.commands, parsedScripts.size = nil, len(script)
	}
	if parsedScripts.commands == nil {
		parsedScripts.commands = map[string][]shellCommand{}
	}
	parsedScripts.commands[script] = p.commands
	return p.commands
}

// maxParsedScripts is the number of bytes of the scripts whose commands are kept.
const maxParsedScripts = 256 << 10

var parsedScripts struct {
	sync.Mutex
	commands map[string][]shellCommand // by script
	size     int
}

type shellParser struct {
	s        string
	i        int
	commands []shellCommand
	cmd      shellCommand
	pending  []pendingHeredoc
	pipe     bool // the next command reads what the last one prints
}

type pendingHeredoc struct {
	command   int // index into commands, -1 for the one being read
	delimiter string
	quoted    bool
	strip     bool
}

func (p *shellParser) run() {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '\n':
			p.flush()
			p.i++
			p.heredocs()
		case c == ' ' || c == '\t' || c == '\r':
			p.i++
		case c == '\\' && strings.HasPrefix(p.s[p.i:], "\\\n"):
			p.i += 2
		case c == '#':
			for p.i < len(p.s) && p.s[p.i] != '\n' {
				p.i++
			}
		case c == ';' || c == '|' || c == '(' || c == ')' || c == '&':
			before := len(p.commands)
			p.flush()
			p.i++
			if c == '&' && len(p.commands) > before {
				p.commands[before].goesOn = true
			}
			if p.pipe = c == '|' && len(p.commands) > before && !strings.HasPrefix(p.s[p.i:], "|"); p.pipe {
				p.blankLines()
			}
		case c == '>' || c == '<':
			p.redirect()
		default:
			w := p.word()
			if p.i < len(p.s) && (p.s[p.i] == '>' || p.s[p.i] == '<') && isDigits(w.text) {
				continue // 2> and the like
			}
			if len(p.cmd.words) == 0 && isReserved(w.text) {
				continue
			}
			p.cmd.words = append(p.cmd.words, w)
		}
	}
	p.flush()
	p.heredocs()
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func isReserved(s string) bool {
	switch s {
	case "if", "then", "else", "elif", "fi", "do", "done", "while", "until", "{", "}", "!", "exec", "set", "time":
		return true
	}
	return false
}

func (p *shellParser) flush() {
	if len(p.cmd.words) > 0 || len(p.cmd.redirects) > 0 || p.cmd.hasHeredoc {
		for i := range p.pending {
			if p.pending[i].command < 0 {
				p.pending[i].command = len(p.commands)
			}
		}
		p.cmd.piped = p.pipe
		p.pipe = false
		p.commands = append(p.commands, p.cmd)
	}
	p.cmd = shellCommand{}
}

// blankLines skips what may stand between | and the command behind it.
func (p *shellParser) blankLines() {
	for p.i < len(p.s) {
		switch {
		case p.s[p.i] == ' ' || p.s[p.i] == '\t' || p.s[p.i] == '\r':
			p.i++
		case p.s[p.i] == '\n' && len(p.pending) == 0:
			p.i++
		case strings.HasPrefix(p.s[p.i:], "\\\n"):
			p.i += 2
		default:
			return
		}
	}
}

func (p *shellParser) redirect() {
	op := p.s[p.i]
	p.i++
	if op == '<' {
		if strings.HasPrefix(p.s[p.i:], "<") {
			p.i++
			h := pendingHeredoc{command: -1}
			if strings.HasPrefix(p.s[p.i:], "-") {
				h.strip = true
				p.i++
			}
			p.blanks()
			start := p.i
			w := p.word()
			h.delimiter = w.text
			h.quoted = strings.ContainsAny(p.s[start:p.i], `'"\`)
			p.cmd.hasHeredoc = true
			p.pending = append(p.pending, h)
			return
		}
		duplicate := strings.HasPrefix(p.s[p.i:], "&")
		if duplicate {
			p.i++
		}
		p.blanks()
		if w := p.word(); !duplicate {
			p.cmd.input = w
		}
		return
	}
	add := strings.HasPrefix(p.s[p.i:], ">")
	if add || strings.HasPrefix(p.s[p.i:], "|") {
		p.i++
	}
	if strings.HasPrefix(p.s[p.i:], "&") {
		p.i++
		p.word()
		return
	}
	p.blanks()
	p.cmd.redirects = append(p.cmd.redirects, p.word())
	p.cmd.appends = append(p.cmd.appends, add)
}

func (p *shellParser) blanks() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t') {
		p.i++
	}
}

// heredocs reads the bodies of the here-documents whose commands have ended.
func (p *shellParser) heredocs() {
	for _, h := range p.pending {
		start := p.i
		end := len(p.s)
		for p.i < len(p.s) {
			lineStart := p.i
			line, _, _ := strings.Cut(p.s[p.i:], "\n")
			p.i = min(len(p.s), p.i+len(line)+1)
			line = strings.TrimSuffix(line, "\r")
			if h.strip {
				line = strings.TrimLeft(line, "\t")
			}
			if line == h.delimiter {
				end = lineStart
				break
			}
		}
		if h.command >= 0 && h.command < len(p.commands) {
			c := &p.commands[h.command]
			c.heredoc, c.heredocAt, c.heredocQuoted = p.s[start:end], start, h.quoted
		}
	}
	p.pending = nil
}

// word reads one word, with quotes removed.
func (p *shellParser) word() shellWord {
	w := shellWord{start: p.i}
	var b strings.Builder
	for p.i < len(p.s) {
		switch c := p.s[p.i]; c {
		case ' ', '\t', '\r', '\n', ';', '|', '&', '<', '>', '(', ')':
			w.text, w.end = b.String(), p.i
			if p.i == w.start {
				p.i++ // never stand still
			}
			return w
		case '\'':
			end := strings.IndexByte(p.s[p.i+1:], '\'')
			if end < 0 {
				end = len(p.s) - p.i - 1
			}
			b.WriteString(p.s[p.i+1 : p.i+1+end])
			p.i = min(len(p.s), p.i+end+2)
		case '"':
			p.i++
			for p.i < len(p.s) && p.s[p.i] != '"' {
				switch {
				case p.s[p.i] == '\\' && p.i+1 < len(p.s) && strings.IndexByte("\"\\$`", p.s[p.i+1]) >= 0:
					p.i++
					b.WriteByte(p.s[p.i])
					p.i++
				case p.s[p.i] == '$' || p.s[p.i] == '`':
					p.dollar(&b, &w)
				default:
					b.WriteByte(p.s[p.i])
					p.i++
				}
			}
			p.i++
		case '\\':
			p.i++
			if p.i < len(p.s) {
				if p.s[p.i] != '\n' {
					b.WriteByte(p.s[p.i])
				}
				p.i++
			}
		case '$', '`':
			p.dollar(&b, &w)
		default:
			b.WriteByte(c)
			p.i++
		}
	}
	p.i = min(p.i, len(p.s))
	w.text, w.end = b.String(), p.i
	return w
}

// dollar copies an expansion as it stands.
func (p *shellParser) dollar(b *strings.Builder, w *shellWord) {
	w.dynamic = true
	start := p.i
	rest := p.s[p.i:]
	switch {
	case rest[0] == '`':
		if end := strings.IndexByte(rest[1:], '`'); end >= 0 {
			p.i += end + 2
		} else {
			p.i = len(p.s)
		}
	case strings.HasPrefix(rest, "$("), strings.HasPrefix(rest, "${"):
		open, closing := rest[1], byte(')')
		if open == '{' {
			closing = '}'
		}
		depth := 0
		for p.i++; p.i < len(p.s); p.i++ {
			if p.s[p.i] == open {
				depth++
			} else if p.s[p.i] == closing {
				if depth--; depth == 0 {
					p.i++
					break
				}
			}
		}
	default:
		p.i++
		for p.i < len(p.s) && (p.s[p.i] == '_' || p.s[p.i] >= '0' && p.s[p.i] <= '9' || p.s[p.i]|0x20 >= 'a' && p.s[p.i]|0x20 <= 'z') {
			p.i++
		}
		if p.i == start+1 && p.i < len(p.s) && strings.IndexByte("@*#?$!-", p.s[p.i]) >= 0 {
			p.i++
		}
	}
	b.WriteString(p.s[start:p.i])
}
