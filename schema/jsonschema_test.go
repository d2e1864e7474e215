package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestJSONSchema holds the JSON Schema against Parse on all specs of the tests:
// it accepts what Parse accepts, and refuses what a single field has wrong.
func TestJSONSchema(t *testing.T) {
	data, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewLoader().JSONSchema()
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("two runs differ, or %v", err)
	}
	var schema map[string]any
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	v := &validator{root: schema}

	l := compiled(t)
	refused := 0
	for name, src := range yamlSpecs(t) {
		root, errs := readYAML(name, src)
		if root == nil || len(errs) > 0 {
			continue
		}
		value := plainJSON(t, root.value())
		_, err := l.Parse(name, src)
		problem := v.check(schema, value, "")
		if err == nil && problem != "" {
			t.Errorf("%s is refused: %s", name, problem)
		}
		if problem != "" {
			refused++
			continue
		}
		var all Errors
		if list, ok := err.(Errors); ok {
			all = list
		}
		for _, e := range all {
			inOpenMap := strings.Contains(e.Path, ".values") || strings.Contains(e.Path, ".config")
			single := e.Kind == KindUnknownField || e.Kind == KindWrongType || e.Kind == KindSecretLiteral
			if single && !inOpenMap {
				t.Errorf("%s is accepted, although %s (%s)", name, e.Message, e.Path)
			}
		}
	}
	if refused < 15 {
		t.Errorf("only %d specs are refused", refused)
	}
}

// A validator checks the keywords of JSON Schema that JSONSchema writes, and
// fails on any other.
type validator struct{ root map[string]any }

func (v *validator) check(schema map[string]any, value any, path string) string {
	for keyword, arg := range schema {
		if problem := v.keyword(schema, keyword, arg, value, path); problem != "" {
			return problem
		}
	}
	return ""
}

func (v *validator) keyword(schema map[string]any, keyword string, arg, value any, path string) string {
	wrong := func() string { return fmt.Sprintf("%s: %s %v", path, keyword, arg) }
	text, isText := value.(string)
	number, isNumber := value.(float64)
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	switch keyword {
	case "$schema", "title", "description", "default", "definitions":
	case "$ref":
		name := strings.TrimPrefix(arg.(string), "#/definitions/")
		return v.check(v.root["definitions"].(map[string]any)[name].(map[string]any), value, path)
	case "type":
		types, ok := arg.([]any)
		if !ok {
			types = []any{arg}
		}
		is := map[string]bool{
			"string": isText, "object": isObject, "array": isList, "null": value == nil, "number": isNumber,
			"integer": isNumber && number == math.Trunc(number), "boolean": reflect.TypeOf(value) == reflect.TypeFor[bool](),
		}
		if !slices.ContainsFunc(types, func(t any) bool { return is[t.(string)] }) {
			return wrong()
		}
	case "const":
		if value != arg {
			return wrong()
		}
	case "enum":
		if !slices.Contains(arg.([]any), value) {
			return wrong()
		}
	case "pattern":
		if isText && !regexp.MustCompile(arg.(string)).MatchString(text) {
			return wrong()
		}
	case "maxLength":
		if isText && len([]rune(text)) > int(arg.(float64)) {
			return wrong()
		}
	case "minLength":
		if isText && len([]rune(text)) < int(arg.(float64)) {
			return wrong()
		}
	case "minimum":
		if isNumber && number < arg.(float64) {
			return wrong()
		}
	case "maximum":
		if isNumber && number > arg.(float64) {
			return wrong()
		}
	case "exclusiveMinimum":
		if isNumber && number <= arg.(float64) {
			return wrong()
		}
	case "not":
		if v.check(arg.(map[string]any), value, path) == "" {
			return wrong()
		}
	case "anyOf":
		if !slices.ContainsFunc(arg.([]any), func(s any) bool { return v.check(s.(map[string]any), value, path) == "" }) {
			return wrong()
		}
	case "allOf":
		for _, s := range arg.([]any) {
			if problem := v.check(s.(map[string]any), value, path); problem != "" {
				return problem
			}
		}
	case "items":
		for i, item := range list {
			if problem := v.check(arg.(map[string]any), item, fmt.Sprintf("%s[%d]", path, i)); problem != "" {
				return problem
			}
		}
	case "minItems":
		if isList && len(list) < int(arg.(float64)) {
			return wrong()
		}
	case "minProperties":
		if isObject && len(object) < int(arg.(float64)) {
			return wrong()
		}
	case "required":
		for _, name := range arg.([]any) {
			if _, ok := object[name.(string)]; isObject && !ok {
				return wrong()
			}
		}
	case "propertyNames":
		for name := range object {
			if problem := v.check(arg.(map[string]any), name, path+" name"); problem != "" {
				return problem
			}
		}
	case "properties":
		for name, s := range arg.(map[string]any) {
			if item, ok := object[name]; ok {
				if problem := v.check(s.(map[string]any), item, join(path, name)); problem != "" {
					return problem
				}
			}
		}
	case "additionalProperties":
		known, _ := schema["properties"].(map[string]any)
		for name, item := range object {
			if _, ok := known[name]; ok {
				continue
			}
			s, ok := arg.(map[string]any)
			if !ok {
				return path + ": additional property " + name
			}
			if problem := v.check(s, item, join(path, name)); problem != "" {
				return problem
			}
		}
	default:
		return "the test does not know the keyword " + keyword
	}
	return ""
}

func plainJSON(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
