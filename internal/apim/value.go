package apim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ValueKind is the YAML kind of a value.
type ValueKind uint8

// The kinds of values. Missing is the zero kind: there is no such key.
const (
	Missing ValueKind = iota
	Null
	Bool
	Number
	String
	List
	Map
)

// String names the kind for a message.
func (k ValueKind) String() string {
	return [...]string{"nothing", "null", "a boolean", "a number", "a string", "a list", "a map"}[k]
}

func (k ValueKind) scalar() bool { return k == Bool || k == Number || k == String }

// Value is one Helm value.
type Value struct {
	Kind ValueKind
	// Text is the scalar as Helm prints it: "true", "8082", "redis".
	Text string
	// Len is the number of elements of a list or map.
	Len int
}

// Truthy is the truth of Go templates: false, 0, "", null and empty lists and
// maps are false.
func (v Value) Truthy() bool {
	switch v.Kind {
	case Bool:
		return v.Text == "true"
	case Number:
		n, err := strconv.ParseFloat(v.Text, 64)
		return err != nil || n != 0
	case String:
		return v.Text != ""
	case List, Map:
		return v.Len > 0
	default:
		return false
	}
}

// Values answers for a set of Helm values, merged as Helm merges them but
// without the chart's defaults. An element of a list is named "[0]", "[1]", ….
type Values interface {
	// Value returns the value at a path, of kind Missing if there is none.
	Value(path ...string) Value
	// Reach returns how many elements of a path there are, and the value at the
	// last of them.
	Reach(path ...string) (int, Value)
}

// Tree is a set of values that can be walked.
type Tree interface {
	Values
	// Children names what a map or list holds, in the order of the file:
	// keys of a map, "[0]", "[1]", … for a list.
	Children(path ...string) []string
}

// ValuesOf makes a Tree of decoded YAML or JSON: nested map[string]any, []any
// and scalars. Children of a map are sorted.
func ValuesOf(v any) Tree { return anyTree{v} }

type anyTree struct{ root any }

func (t anyTree) Value(path ...string) Value {
	v, ok := t.at(path)
	if !ok {
		return Value{}
	}
	return valueOf(v)
}

func (t anyTree) Reach(path ...string) (int, Value) {
	n, v := t.reach(path)
	return n, valueOf(v)
}

func (t anyTree) at(path []string) (any, bool) {
	n, v := t.reach(path)
	if n < len(path) {
		return nil, false
	}
	return v, true
}

func (t anyTree) reach(path []string) (int, any) {
	at := t.root
	for n, name := range path {
		switch node := at.(type) {
		case map[string]any:
			child, ok := node[name]
			if !ok {
				return n, at
			}
			at = decoded(child)
		case []any:
			i, ok := listIndex(name)
			if !ok || i >= len(node) {
				return n, at
			}
			at = decoded(node[i])
		default:
			return n, at
		}
	}
	return len(path), at
}

func (t anyTree) Children(path ...string) []string {
	v, _ := t.at(path)
	var names []string
	switch node := v.(type) {
	case map[string]any:
		for name := range node {
			names = append(names, name)
		}
		slices.Sort(names)
	case []any:
		for i := range node {
			names = append(names, "["+strconv.Itoa(i)+"]")
		}
	}
	return names
}

func valueOf(v any) Value {
	switch v := v.(type) {
	case nil:
		return Value{Kind: Null}
	case bool:
		return Value{Kind: Bool, Text: strconv.FormatBool(v)}
	case string:
		return Value{Kind: String, Text: v}
	case float64:
		return Value{Kind: Number, Text: strconv.FormatFloat(v, 'f', -1, 64)}
	case []any:
		return Value{Kind: List, Len: len(v)}
	case map[string]any:
		return Value{Kind: Map, Len: len(v)}
	default:
		return Value{Kind: Number, Text: fmt.Sprint(v)}
	}
}

// undecoded is a default that is not read before somebody asks for it: maps and
// lists, which need package json. Its first use costs more than all the others.
type undecoded string

// decoded is what a value of a tree stands for.
func decoded(v any) any {
	text, ok := v.(undecoded)
	if !ok {
		return v
	}
	var read any
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		panic("apim: bad default in the catalogue: " + string(text)) // a test reads every default
	}
	return read
}

// decodeDefault reads a default of the catalogue.
func decodeDefault(text string) any {
	switch n := len(text) - 1; {
	case text == "null":
		return nil
	case text == "true", text == "false":
		return text == "true"
	case n > 0 && text[0] == '"' && text[n] == '"' && !strings.ContainsAny(text[1:n], `"\`):
		return text[1:n]
	case n >= 0 && (text[0] == '-' || '0' <= text[0] && text[0] <= '9'):
		if number, err := strconv.ParseFloat(text, 64); err == nil {
			return number
		}
	}
	return undecoded(text)
}

// ParsePath splits "gateway.servers[0].port" into its elements: "gateway",
// "servers", "[0]", "port". A dot in a key is written \. as in helm --set; the
// empty index [] stands for any element of a list.
func ParsePath(text string) []string {
	if !strings.ContainsAny(text, `[\`) && !strings.Contains(text, "..") && text != "" && text[0] != '.' && text[len(text)-1] != '.' {
		return strings.Split(text, ".")
	}
	var path []string
	var element strings.Builder
	flush := func() {
		if element.Len() > 0 {
			path = append(path, element.String())
			element.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			element.WriteByte(text[i])
		case c == '.':
			flush()
		case c == '[':
			flush()
			end := strings.IndexByte(text[i:], ']')
			if end < 0 {
				element.WriteString(text[i:])
				i = len(text)
				break
			}
			path = append(path, text[i:i+end+1])
			i += end
		default:
			element.WriteByte(c)
		}
	}
	flush()
	return path
}

// JoinPath writes a path the way [ParsePath] reads it.
func JoinPath(path []string) string {
	var b strings.Builder
	for i, element := range path {
		if isIndex(element) {
			b.WriteString(element)
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(strings.ReplaceAll(element, ".", `\.`))
	}
	return b.String()
}

// isIndex says whether an element of a path names an element of a list.
func isIndex(element string) bool {
	if element == "[]" {
		return true
	}
	_, ok := listIndex(element)
	return ok
}

func listIndex(element string) (int, bool) {
	inner, ok := strings.CutPrefix(element, "[")
	if !ok {
		return 0, false
	}
	inner, ok = strings.CutSuffix(inner, "]")
	if !ok {
		return 0, false
	}
	i, err := parseNumber(inner)
	return i, err == nil
}
