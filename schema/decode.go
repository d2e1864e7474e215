package schema

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
)

// decode makes a Spec of a complete tree. It does what encoding/json would, with
// unknown fields refused, without the text in between; and what the schema leaves
// open keeps its integers, which JSON does not have.
func decode(full *node) (Spec, error) {
	var spec Spec
	if err := assign(reflect.ValueOf(&spec).Elem(), full); err != nil {
		return spec, fmt.Errorf("the schema and the type Spec differ: %w", err)
	}
	return spec, nil
}

// assign copies a value of the tree into one of Go. null leaves it as it is.
func assign(to reflect.Value, n *node) error {
	if n.kind == nullKind {
		return nil
	}
	switch kind := to.Kind(); {
	case kind == reflect.Struct && n.kind == mapKind:
		fields := fieldsOf(to.Type())
		for _, f := range n.fields {
			i, ok := fields[f.name]
			if !ok {
				return fmt.Errorf("%s: %s has no field %s", n.path, to.Type(), f.name)
			}
			if err := assign(to.Field(i), f.value); err != nil {
				return err
			}
		}
	case kind == reflect.Map && n.kind == mapKind:
		if to.Type().Elem().Kind() == reflect.Interface {
			to.Set(reflect.ValueOf(n.value()))
			return nil
		}
		to.Set(reflect.MakeMapWithSize(to.Type(), len(n.fields)))
		for _, f := range n.fields {
			value := reflect.New(to.Type().Elem()).Elem()
			if err := assign(value, f.value); err != nil {
				return err
			}
			to.SetMapIndex(reflect.ValueOf(f.name), value)
		}
	case kind == reflect.Slice && n.kind == listKind:
		to.Set(reflect.MakeSlice(to.Type(), len(n.items), len(n.items)))
		for i, item := range n.items {
			if err := assign(to.Index(i), item); err != nil {
				return err
			}
		}
	case kind == reflect.String && n.kind == textKind:
		to.SetString(n.text)
	case kind == reflect.Bool && n.kind == boolKind:
		to.SetBool(n.text == "true")
	case kind == reflect.Int && (n.kind == intKind || n.kind == floatKind):
		switch value := n.value().(type) {
		case int64:
			to.SetInt(value)
		case float64:
			if value != math.Trunc(value) || math.Abs(value) >= 1<<63 {
				return fmt.Errorf("%s: a whole number is needed", n.path)
			}
			to.SetInt(int64(value))
		}
	default:
		return fmt.Errorf("%s: this value cannot be a %s", n.path, to.Type())
	}
	return nil
}

// known are the fields of struct types: their numbers by the names in tags.
var known sync.Map // of reflect.Type to map[string]int

func fieldsOf(t reflect.Type) map[string]int {
	if fields, ok := known.Load(t); ok {
		return fields.(map[string]int)
	}
	fields := map[string]int{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = i
	}
	known.Store(t, fields)
	return fields
}
