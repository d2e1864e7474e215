package report

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A jsonSchema checks JSON texts, with every format that it names asserted.
type jsonSchema struct{ *jsonschema.Schema }

// compileSchema reads a schema. A closed one refuses keys that it does not list,
// also where the text allows them.
func compileSchema(t testing.TB, text []byte, closed bool) jsonSchema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if closed {
		closeObjects(doc)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	const name = "schema.json"
	if err := compiler.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return jsonSchema{schema}
}

// closeObjects closes each schema that lists properties.
func closeObjects(doc any) {
	switch doc := doc.(type) {
	case map[string]any:
		for _, v := range doc {
			closeObjects(v)
		}
		if _, lists := doc["properties"].(map[string]any); lists {
			doc["additionalProperties"] = false
		}
	case []any:
		for _, v := range doc {
			closeObjects(v)
		}
	}
}

// check returns an error that names all that is wrong with a JSON text.
func (s jsonSchema) check(text []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}
