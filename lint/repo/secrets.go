package repo

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// findSecrets returns where a file holds secrets judging by where they stand:
// under keys and behind directives that are there for secrets. It errs on the
// side of masking; what only refers to a secret stays readable.
func (f *file) findSecrets() []textRange {
	s := secretFinder{file: f}
	if f.masked {
		for i := range f.lines {
			r := f.lineRange(i + 1)
			// In key=value only the value is secret.
			if eq := bytes.IndexByte(f.data[r.start:r.end], '='); eq >= 0 && isEnvName(f.data[r.start:r.start+eq]) {
				r.start += eq + 1
			}
			s.mark(r.start, r.end)
		}
		return s.ranges
	}
	if len(f.docs) == 0 {
		s.lines(0, len(f.data))
	} else {
		for _, d := range f.docs {
			s.node(d.root, "", "", false)
		}
		for _, c := range f.comments() {
			s.lines(c.start, c.end)
		}
		for _, c := range f.unread {
			s.lines(c.start, c.end)
		}
	}
	s.pem()
	return s.ranges
}

type secretFinder struct {
	file   *file
	ranges []textRange
}

func (s *secretFinder) mark(start, end int) {
	if end > start {
		s.ranges = append(s.ranges, textRange{start, end})
	}
}

// node looks at a node below a key, which stands below another one. all says
// that every scalar below is a secret.
func (s *secretFinder) node(n *yaml.Node, parent, key string, all bool) {
	switch n.Kind {
	case yaml.MappingNode:
		s.mapping(n, key, all)
	case yaml.SequenceNode:
		s.list(n, parent, key, all)
	case yaml.ScalarNode:
		s.scalar(n, all || isSecretKey(parent, key))
	}
}

func (s *secretFinder) mapping(n *yaml.Node, name string, all bool) {
	data := all
	v := Value{node: n, src: s.file}
	if v.Get("kind").Text() == "Secret" && v.Get("apiVersion").Exists() {
		data = true
	}
	// {name: REDIS_PASSWORD, value: …}
	named := isSecretKey("", v.Get("name").Text())
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i].Value, n.Content[i+1]
		switch {
		case k == "secretGenerator":
			s.generators(c)
		case data && !all && (k == "data" || k == "stringData"):
			s.node(c, name, k, true)
		case data && !all:
			s.node(c, name, k, false)
		case named && k == "value":
			s.node(c, name, k, true)
		default:
			s.node(c, name, k, all)
		}
	}
}

// generators masks the values of the literals of a secretGenerator.
func (s *secretFinder) generators(n *yaml.Node) {
	for _, g := range (Value{node: n, src: s.file}).Items() {
		for _, l := range g.Get("literals").Items() {
			text := l.Text()
			if eq := strings.IndexByte(text, '='); eq >= 0 {
				if start, end, ok := s.file.textExtent(l.node, eq+1, len(text)); ok {
					s.mark(start, end)
					continue
				}
			}
			s.mark(s.file.extent(l.node))
		}
	}
}

func (s *secretFinder) list(n *yaml.Node, parent, key string, all bool) {
	// ["--requirepass", "x"]: the option says what the next item is.
	next := false
	for _, c := range n.Content {
		s.node(c, parent, key, all || next)
		next = c.Kind == yaml.ScalarNode && isSecretOption(c.Value)
	}
}

// isEnvName tells whether b is the name of an environment variable.
func isEnvName(b []byte) bool {
	for _, c := range b {
		if !isWordByte(c) || c >= 0x80 {
			return false
		}
	}
	return len(b) > 0
}

// isSecretOption tells options of Redis' programs whose value is a secret.
func isSecretOption(word string) bool {
	switch word {
	case "--requirepass", "--masterauth", "--pass", "--password", "-a", "--tls-key-file-pass", "--sentinel-pass":
		return true
	}
	return false
}

// scalar masks a scalar, or looks for secrets in its text.
func (s *secretFinder) scalar(n *yaml.Node, secret bool) {
	start, end := s.file.extent(n)
	if !secret {
		s.lines(start, end)
		return
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && end-start >= 2 {
		start, end = start+1, end-1
	}
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		b := s.file.blockLines(n, start)
		for i := b.first; i <= b.last; i++ {
			line := s.file.breaks[i-1]
			s.mark(min(line+b.indent, s.file.yamlLineEnd(i)), s.file.yamlLineEnd(i))
		}
		return
	}
	if !isHarmless(string(s.file.data[start:end])) {
		s.mark(start, end)
	}
}

// isHarmless tells what stands in the place of a secret without being one.
func isHarmless(s string) bool {
	switch strings.ToLower(s) {
	case "", "true", "false", "null", "~", "yes", "no", "{}", "[]":
		return true
	}
	switch {
	case strings.HasPrefix(s, "$(") && strings.HasSuffix(s, ")"),
		strings.HasPrefix(s, "${") && strings.HasSuffix(s, "}") && !strings.ContainsAny(s, ":-="),
		strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}") && !strings.ContainsAny(s, `"'`):
		return true
	}
	return false
}

// isSecretKey tells the names of keys and variables that hold secrets.
func isSecretKey(parent, key string) bool {
	k := fold(key)
	if k == "" {
		return false
	}
	for _, end := range []string{"name", "ref", "reference", "file", "path", "policy", "enabled", "rotation", "length",
		"mount", "url", "uri", "type", "expiry", "expiration", "ttl", "lifetime", "key", "keys", "version", "store", "annotations", "labels"} {
		if strings.HasSuffix(k, end) && !secretKeys[k] {
			return strings.HasSuffix(k, "accesskey") || strings.HasSuffix(k, "privatekey") || strings.HasSuffix(k, "licensekey") ||
				strings.HasSuffix(k, "apikey") || strings.HasSuffix(k, "secretkey") && !strings.Contains(k, "existing") ||
				k == "key" && fold(parent) == "license"
		}
	}
	switch k {
	case "secret", "existingsecret", "passwordsecret", "authsecret", "imagepullsecret", "imagepullsecrets", "secrets", "tlssecret":
		return false
	case "pass", "pwd", "auth", "authpass":
		return true
	}
	for _, part := range []string{"password", "passwd", "passphrase", "token", "requirepass", "masterauth", "sentinelpass",
		"apikey", "privatekey", "licensekey", "credential", "keypass"} {
		if strings.Contains(k, part) {
			return !strings.HasPrefix(k, "automount")
		}
	}
	return strings.HasSuffix(k, "secret") && !strings.HasPrefix(k, "existing")
}

// secretKeys are names that end like a reference and hold a secret.
var secretKeys = map[string]bool{"tlskeyfilepass": true}

// fold writes a name without what separates its words.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + ('a' - 'A')
		case r == '_' || r == '-' || r == '.' || r == ' ':
			return -1
		}
		return r
	}, name)
}

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
	{[]string{"auth"}, 0},
}

func (s *secretFinder) line(start, end int) {
	words := s.words(start, end)
	word := func(i int) string { return strings.ToLower(string(s.file.data[words[i].start:words[i].end])) }
	for i := range words {
		w := word(i)
		for _, d := range directives {
			if strings.TrimLeft(w, `"'`) != d.words[0] {
				continue
			}
			at := i + 1
			if len(d.words) == 2 {
				if at >= len(words) || word(at) != d.words[1] {
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
	if !isHarmless(strings.Trim(string(s.file.data[start:end]), `"'`)) {
		s.mark(start, end)
	}
}

// words returns the ranges of the words of a line.
func (s *secretFinder) words(start, end int) []textRange {
	var words []textRange
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
