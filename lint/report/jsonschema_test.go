package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// A jsonSchema checks JSON values, as far as the schemas of this package and
// the published one of SARIF (draft 4) need it. A keyword that it does not know
// is an error, so that none is passed over.
type jsonSchema struct {
	root map[string]any
	// closed refuses keys that the schema does not list, also where the
	// schema allows them.
	closed bool
}

func parseSchema(t testing.TB, text []byte) *jsonSchema {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	return &jsonSchema{root: root}
}

// check returns what is wrong with a JSON text.
func (s *jsonSchema) check(text []byte) []string {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return []string{err.Error()}
	}
	if d.More() {
		return []string{"more than one value"}
	}
	return s.value(v, s.root, "$")
}

func (s *jsonSchema) value(v any, schema map[string]any, at string) []string {
	var wrong []string
	bad := func(format string, args ...any) {
		wrong = append(wrong, at+": "+fmt.Sprintf(format, args...))
	}
	for _, key := range sortedKeys(schema) {
		arg := schema[key]
		switch key {
		case "$schema", "$id", "id", "title", "description", "default", "definitions", "$defs":
		case "$ref":
			wrong = append(wrong, s.value(v, s.resolve(arg.(string)), at)...)
		case "type":
			if !slices.ContainsFunc(list(arg), func(name any) bool { return hasType(v, name.(string)) }) {
				bad("not of type %v", arg)
			}
		case "const":
			if !reflect.DeepEqual(v, arg) {
				bad("%v is not %v", v, arg)
			}
		case "enum":
			if !slices.ContainsFunc(arg.([]any), func(e any) bool { return reflect.DeepEqual(v, e) }) {
				bad("%v is not one of %v", v, arg)
			}
		case "properties", "required", "additionalProperties":
			if o, ok := v.(map[string]any); ok {
				wrong = append(wrong, s.object(o, key, schema, at)...)
			}
		case "items", "minItems", "maxItems", "uniqueItems":
			if l, ok := v.([]any); ok {
				wrong = append(wrong, s.list(l, key, arg, at)...)
			}
		case "pattern", "minLength", "format":
			if text, ok := v.(string); ok {
				if problem := checkText(text, key, arg); problem != "" {
					bad("%q %s", text, problem)
				}
			}
		case "minimum", "maximum":
			if n, ok := v.(json.Number); ok {
				have, _ := n.Float64()
				if limit := arg.(float64); key == "minimum" && have < limit || key == "maximum" && have > limit {
					bad("%v is beyond the %s %v", n, key, limit)
				}
			}
		case "anyOf", "oneOf", "allOf":
			n := 0
			for _, sub := range arg.([]any) {
				if len(s.value(v, sub.(map[string]any), at)) == 0 {
					n++
				}
			}
			if n == 0 || key == "oneOf" && n > 1 || key == "allOf" && n < len(arg.([]any)) {
				bad("fits %d schemas of %s", n, key)
			}
		case "not":
			if len(s.value(v, arg.(map[string]any), at)) == 0 {
				bad("fits a schema that it must not")
			}
		default:
			bad("the schema has the unknown keyword %s", key)
		}
	}
	return wrong
}

func (s *jsonSchema) object(o map[string]any, key string, schema map[string]any, at string) []string {
	var wrong []string
	properties, _ := schema["properties"].(map[string]any)
	switch key {
	case "required":
		for _, name := range schema[key].([]any) {
			if _, ok := o[name.(string)]; !ok {
				wrong = append(wrong, fmt.Sprintf("%s: no %s", at, name))
			}
		}
	case "properties":
		for _, name := range sortedKeys(o) {
			sub, ok := properties[name].(map[string]any)
			if ok {
				wrong = append(wrong, s.value(o[name], sub, at+"."+name)...)
			} else if s.closed {
				wrong = append(wrong, fmt.Sprintf("%s: unknown key %s", at, name))
			}
		}
	case "additionalProperties":
		for _, name := range sortedKeys(o) {
			if _, ok := properties[name]; ok {
				continue
			}
			switch sub := schema[key].(type) {
			case bool:
				if !sub {
					wrong = append(wrong, fmt.Sprintf("%s: unknown key %s", at, name))
				}
			case map[string]any:
				wrong = append(wrong, s.value(o[name], sub, at+"."+name)...)
			}
		}
	}
	return wrong
}

func (s *jsonSchema) list(l []any, key string, arg any, at string) []string {
	var wrong []string
	switch key {
	case "items":
		for i, v := range l {
			wrong = append(wrong, s.value(v, arg.(map[string]any), fmt.Sprintf("%s[%d]", at, i))...)
		}
	case "minItems":
		if float64(len(l)) < arg.(float64) {
			wrong = append(wrong, at+": too few elements")
		}
	case "maxItems":
		if float64(len(l)) > arg.(float64) {
			wrong = append(wrong, at+": too many elements")
		}
	case "uniqueItems":
		for i := range l {
			if arg.(bool) && slices.ContainsFunc(l[:i], func(v any) bool { return reflect.DeepEqual(v, l[i]) }) {
				wrong = append(wrong, at+": equal elements")
			}
		}
	}
	return wrong
}

func checkText(text, key string, arg any) string {
	switch key {
	case "minLength":
		if float64(utf8.RuneCountInString(text)) < arg.(float64) {
			return "is too short"
		}
	case "pattern":
		if !regexp.MustCompile(arg.(string)).MatchString(text) {
			return "does not match " + arg.(string)
		}
	case "format":
		u, err := url.Parse(text)
		switch arg {
		case "uri":
			if err != nil || !u.IsAbs() {
				return "is no URI"
			}
		case "uri-reference":
			if err != nil {
				return "is no URI reference"
			}
		case "date-time":
			if _, err := time.Parse(time.RFC3339, text); err != nil {
				return "is no time"
			}
		default:
			return fmt.Sprintf("has the unknown format %v", arg)
		}
	}
	return ""
}

// resolve returns the schema that a reference #/a/b names.
func (s *jsonSchema) resolve(ref string) map[string]any {
	at := s.root
	for _, name := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		at = at[name].(map[string]any)
	}
	return at
}

func hasType(v any, name string) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case json.Number:
		_, err := v.Int64()
		return name == "number" || name == "integer" && err == nil
	}
	return false
}

func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

func sortedKeys(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
