package schema

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// assign gives what encoding/json gives, for every field of a Spec.
func TestAssign(t *testing.T) {
	var want Spec
	distinct(reflect.ValueOf(&want).Elem(), new(int))
	want.Gateway.Values = map[string]any{"a": int64(1), "b": []any{1.5, nil, true, "x"}, "c": map[string]any{}}
	for _, o := range []*CSIObject{&want.Secrets.CSI.Auth, &want.Secrets.CSI.CloudToken, &want.Secrets.CSI.License} {
		o.Object = map[string]any{"n": int64(1) << 60}
	}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		t.Fatal(err)
	}
	got, err := decode(nodeOf(numbers(value), ""))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// distinct gives every field a value of its own.
func distinct(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			distinct(v.Field(i), n)
		}
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.Interface {
			return
		}
		value := reflect.New(v.Type().Elem()).Elem()
		distinct(value, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), value)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		distinct(v.Index(0), n)
		distinct(v.Index(1), n)
	case reflect.String:
		v.SetString(strings.Repeat("x", *n))
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	}
}

// numbers turns those of JSON into those of a tree.
func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = numbers(value)
		}
	case []any:
		for i, item := range v {
			v[i] = numbers(item)
		}
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	}
	return v
}

func TestAssignRefuses(t *testing.T) {
	for _, value := range []any{
		map[string]any{"more": "x"},
		map[string]any{"namespace": int64(1)},
		map[string]any{"redis": "x"},
		map[string]any{"redis": map[string]any{"nodes": 3.5}},
		map[string]any{"redis": map[string]any{"nodes": 1e30}},
		map[string]any{"redis": map[string]any{"config": map[string]any{"save": "x"}}},
		map[string]any{"gateway": map[string]any{"plugins": []any{true}}},
		"x",
	} {
		if _, err := decode(nodeOf(value, "")); err == nil || !strings.HasPrefix(err.Error(), "the schema and the type Spec differ: ") {
			t.Errorf("%v: error %v", value, err)
		}
	}
	spec, err := decode(nodeOf(map[string]any{"gateway": map[string]any{"values": nil, "plugins": []any{}}, "redis": map[string]any{"nodes": 3.0}}, ""))
	if err != nil || spec.Gateway.Values != nil || spec.Gateway.Plugins == nil || spec.Redis.Nodes != 3 {
		t.Errorf("%+v, %v", spec, err)
	}
}
