package apim

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
)

type jsonSchema struct {
	Description          string
	Type                 any
	Properties           map[string]*jsonSchema
	Items                *jsonSchema
	AdditionalProperties any
}

// allows says whether a path has a place in the schema.
func (s *jsonSchema) allows(path []string) bool {
	for _, name := range path {
		if isIndex(name) {
			if s.Items == nil {
				return true
			}
			s = s.Items
			continue
		}
		next, ok := s.Properties[name]
		if !ok {
			return s.AdditionalProperties != false && s.Type != nil && accepts(s.Type, "object") || s.Type == nil
		}
		s = next
	}
	return true
}

func accepts(types any, want string) bool {
	switch types := types.(type) {
	case string:
		return types == want
	case []any:
		return slices.Contains(types, any(want))
	}
	return false
}

func TestValuesSchema(t *testing.T) {
	for _, minor := range Minors() {
		text := ValuesSchema(minor)
		if !bytes.Equal(text, ValuesSchema(minor)) {
			t.Errorf("chart %s: two calls differ", minor)
		}
		var schema jsonSchema
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatalf("chart %s: %v", minor, err)
		}
		chart := Catalogue(minor)
		for _, key := range chart.Keys() {
			if !schema.allows(ParsePath(key.Path)) {
				t.Errorf("chart %s: the schema refuses %s", minor, key.Path)
			}
		}
		for _, path := range []string{"api.anything", "es.endpoints", "gateway.env[0].name", "global.storageClass", "cluster.type", "gateway.reporters.file.enabled"} {
			if !schema.allows(ParsePath(path)) {
				t.Errorf("chart %s: the schema refuses %s", minor, path)
			}
		}
		for _, path := range []string{"gateway.ratelimit.type", "gateway.redis", "redis.download", "gateway.image.digest", "nonsense", "ratelimit.redis", "gateway.reporters.elasticsearch.endpoints"} {
			if schema.allows(ParsePath(path)) {
				t.Errorf("chart %s: the schema allows %s", minor, path)
			}
		}
	}
}

func TestValuesSchemaTypes(t *testing.T) {
	var schema jsonSchema
	if err := json.Unmarshal(ValuesSchema(Version{Major: 4, Minor: 9, Patch: 32}), &schema); err != nil {
		t.Fatal(err)
	}
	at := func(path ...string) *jsonSchema {
		s := &schema
		for _, name := range path {
			s = s.Properties[name]
		}
		return s
	}
	for _, test := range []struct {
		path    []string
		yes, no string
	}{
		{[]string{"gateway", "replicaCount"}, "integer", "boolean"},
		{[]string{"gateway", "autoscaling", "enabled"}, "boolean", "string"},
		{[]string{"gateway", "extraVolumes"}, "string", "array"},
		{[]string{"gateway", "env"}, "array", "object"},
		{[]string{"gateway", "servers"}, "array", "object"},
		{[]string{"gateway", "image", "tag"}, "string", "object"},
		{[]string{"gateway", "resources"}, "object", "string"},
		{[]string{"gateway", "ingress", "hosts"}, "array", "string"},
	} {
		s := at(test.path...)
		if !accepts(s.Type, test.yes) || accepts(s.Type, test.no) || !accepts(s.Type, "null") {
			t.Errorf("%v takes %v", test.path, s.Type)
		}
	}
	if at("gateway", "ratelimit", "redis", "password").Description == "" {
		t.Error("the password is not described")
	}
}
