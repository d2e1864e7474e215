package lint

import (
	"strings"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A setting is one value of a client's configuration, with what is needed to
// find the places of its parts.
type setting struct {
	Arg
	object *repo.Object
	// value is the scalar that holds the text from the byte offset on; the missing
	// Value if the text is put together.
	value  repo.Value
	offset int
}

// part returns a range of bytes of a setting.
func (s setting) part(start, end int) Arg {
	a := s.Arg
	a.Text, a.Known = a.Text[start:end], a.Known && !isTemplated(a.Text[start:end])
	if s.value.Exists() && strings.HasPrefix(s.value.Text()[min(s.offset, len(s.value.Text())):], s.Text) {
		a.Place = place(s.object, s.value, s.value.TextSpan(s.offset+start, s.offset+end), "")
		a.Written = nil
	}
	return a
}

// nodes returns the hosts and ports of a list such as "a:26379, b:26379", which
// may be addresses (redis://:password@a:26379/0).
func (s setting) nodes() []Node {
	if !s.Known {
		return nil
	}
	if text := strings.TrimLeft(s.Text, " \t\r\n"); strings.HasPrefix(text, "[") && strings.ContainsAny(text, "{\"") {
		if s.value.Exists() && s.offset == 0 {
			return nodesOf(s.object, s.value.Inner())
		}
		return nil // JSON, of which the parts have no places
	}
	var all []Node
	at := 0
	for _, field := range strings.SplitAfter(s.Text, ",") {
		start, end := at, at+len(strings.TrimSuffix(field, ","))
		at += len(field)
		for _, sep := range []string{"://", "@"} {
			if i := strings.LastIndex(s.Text[start:end], sep); i >= 0 {
				start += i + len(sep)
			}
		}
		if i := strings.IndexByte(s.Text[start:end], '/'); i >= 0 {
			end = start + i
		}
		for start < end && isBlank(s.Text[start]) {
			start++
		}
		for end > start && isBlank(s.Text[end-1]) {
			end--
		}
		if start == end {
			continue
		}
		n := Node{Host: s.part(start, end)}
		if i := strings.LastIndexByte(s.Text[start:end], ':'); i >= 0 && strings.Trim(s.Text[start+i+1:end], "0123456789") == "" {
			n = Node{s.part(start, start+i), s.part(start+i+1, end)}
		}
		all = append(all, n)
	}
	return all
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// settingOf returns the setting that a scalar of an object is.
func settingOf(o *repo.Object, v repo.Value) setting {
	if !v.Exists() || v.IsNull() {
		return setting{}
	}
	return setting{Arg: Arg{Text: v.Text(), Known: v.IsScalar() && !isTemplated(v.Text()), Place: At(o, v, "")}, object: o, value: v}
}

// isTemplated tells whether something is put into a text before the program reads
// it. An address of a server (redis://…) is none of a secret here.
func isTemplated(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "${") || strings.Contains(text, "$(") || strings.HasPrefix(text, "ENC[")
}

// nodesOf returns the nodes of a list of "host:port", of mappings with host and
// port, or of one text with commas.
func nodesOf(o *repo.Object, v repo.Value) []Node {
	if !v.IsList() {
		return settingOf(o, v).nodes()
	}
	var all []Node
	for e := range v.Elements() {
		if e.IsMap() {
			if n := (Node{settingOf(o, e.Get("host")).Arg, settingOf(o, e.Get("port")).Arg}); n.Host.Exists() {
				all = append(all, n)
			}
			continue
		}
		all = append(all, settingOf(o, e).nodes()...)
	}
	return all
}

// other finishes a client that is not the gateway: what is not written here it
// may have from elsewhere.
func (f *Facts) other(name string, o *repo.Object, namespace string, password, sentinelPassword Arg) *Client {
	c := &Client{
		Name: name, Object: o, Namespace: namespace,
		Password: f.credential(password), SentinelPassword: f.credential(sentinelPassword),
	}
	if !c.Password.Place.IsValid() {
		c.Password.Given = true
	}
	return c
}
