package repo

import (
	"bytes"
	"slices"
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
	}
	for _, c := range slices.Concat(f.unread, f.dropped) {
		s.lines(c.start, c.end)
		s.rough(c)
	}
	s.pem()
	return s.ranges
}

// riskyWords are what lines hold that may hold a secret.
var riskyWords = [][]byte{[]byte("pass"), []byte("pwd"), []byte("secret"), []byte("token"), []byte("auth"), []byte("cred"), []byte("key"), []byte("value"), []byte("://")}

// rough masks a document that could not be read, in which nothing is known of
// what stands where: of a line with a risky word all behind that word, of a line
// of a Secret all behind the first one.
func (s *secretFinder) rough(doc textRange) {
	text := bytes.Clone(s.file.data[doc.start:doc.end])
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			text[i] = c + ('a' - 'A')
		}
	}
	all := bytes.Contains(text, []byte("kind: secret")) || bytes.Contains(text, []byte("secretgenerator"))
	block := -1 // the indentation of a key whose text stands below it
	for start := 0; start < len(text); {
		end := len(text)
		if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		line := bytes.TrimRight(text[start:end], "\r")
		indent := leadingBlanks(line)
		if block >= 0 && indent < len(line) && indent <= block {
			block = -1
		}
		if at := riskyFrom(line, indent, all); block >= 0 {
			s.mark(doc.start+start+indent, doc.start+start+len(line))
		} else if at >= 0 && !isHarmless(string(line[at:])) {
			s.mark(doc.start+start+at, doc.start+start+len(line))
			if value := line[at:]; len(value) > 0 && (value[0] == '|' || value[0] == '>') {
				block = indent
			}
		}
		start = end + 1
	}
}

// riskyFrom returns where on a line a secret may begin, or -1.
func riskyFrom(line []byte, indent int, all bool) int {
	at := -1
	if all && !bytes.HasPrefix(line[indent:], []byte("kind:")) {
		at = indent
		for bytes.HasPrefix(line[at:], []byte("- ")) {
			at += 2
		}
	} else {
		for _, w := range riskyWords {
			if i := bytes.Index(line, w); i >= 0 && (at < 0 || i < at) {
				at = i
			}
		}
	}
	if at < 0 {
		return -1
	}
	i := bytes.IndexAny(line[at:], ":= ")
	if i < 0 {
		return -1
	}
	at += i + 1
	return at + leadingBlanks(line[at:])
}

type secretFinder struct {
	file   *file
	ranges []textRange
	space  []textRange // for the words of a line
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
	v := Value{node: n, src: s.file, top: n}
	if v.Get("kind").Text() == "Secret" && v.Get("apiVersion").Exists() {
		data = true
	}
	// {name: REDIS_PASSWORD, value: …}
	named := isSecretKey("", v.Get("name").Text())
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i].Value, n.Content[i+1]
		if word := forgottenColon(k); word != "" {
			start, end := s.file.extent(n.Content[i])
			s.mark(min(start+len(word), end), end)
		}
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

// forgottenColon returns the first word of a key that is one for secrets and
// holds more: {password "x"} is a key as long as its colon is forgotten.
func forgottenColon(key string) string {
	if word, rest, ok := strings.Cut(key, " "); ok && rest != "" && isSecretKey("", strings.Trim(word, `"'`)) {
		return word
	}
	return ""
}

// ShownKey returns a key as it may be printed.
func ShownKey(key string) string {
	if word := forgottenColon(key); word != "" {
		return word + " " + mask
	}
	return key
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
	return mayBeSecretKey(key) && saysSecret(parent, fold(key))
}

// saysSecret is isSecretKey for a name that is folded.
func saysSecret(parent, k string) bool {
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
	case "pass", "pwd", "auth", "authpass", "rediscliauth", "valkeycliauth":
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

// mayBeSecretKey tells most names apart from those of secrets, each of which has
// one of these words in it, when it is folded.
func mayBeSecretKey(key string) bool {
	var space [64]byte
	folded := space[:0]
	for i := range len(key) {
		switch c := key[i]; {
		case c >= 'A' && c <= 'Z':
			folded = append(folded, c+('a'-'A'))
		case c != '_' && c != '-' && c != '.' && c != ' ':
			folded = append(folded, c)
		}
	}
	for i, c := range folded {
		word := ""
		switch c {
		case 'a':
			word = "auth"
		case 'c':
			word = "credential"
		case 'k':
			word = "key"
		case 'p':
			if word = "pass"; bytes.HasPrefix(folded[i:], []byte("pwd")) {
				return true
			}
		case 's':
			word = "secret"
		case 't':
			word = "token"
		default:
			continue
		}
		if len(folded)-i >= len(word) && string(folded[i:i+len(word)]) == word {
			return true
		}
	}
	return false
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
