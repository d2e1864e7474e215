package schema

import (
	"strings"
	"testing"

	"cuelang.org/go/cue"
)

// TestFields holds the documentation of the schema to its form: every field says
// what it is, every single value what it may be, and every default is allowed.
func TestFields(t *testing.T) {
	fields, err := Fields()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.Path] {
			t.Errorf("%s is listed twice", f.Path)
		}
		seen[f.Path] = true
		if f.Type == "" {
			t.Errorf("%s has no type", f.Path)
		}
		if f.Doc == "" && f.Path != "environments.NAME" {
			t.Errorf("%s has no comment", f.Path)
		}
		if f.Doc != "" && (!strings.HasSuffix(f.Doc, ".") || strings.Contains(f.Doc, "Lands in")) {
			t.Errorf("the comment of %s is no sentence: %q", f.Path, f.Doc)
		}
		single := f.Fields == nil && !strings.HasPrefix(f.Type, "mapping")
		if single && f.Constraint == "" {
			t.Errorf("%s does not say what is allowed", f.Path)
		}
		inSpec := strings.HasPrefix(f.Path, "spec.")
		none := strings.HasSuffix(f.Path, ".digest") || strings.HasSuffix(f.Path, ".reason") || strings.HasSuffix(f.Path, ".limits.cpu")
		if inSpec && single && f.Default == "" && !none {
			t.Errorf("%s has no default", f.Path)
		}
		if inSpec && single && f.Lands == "" && !strings.HasPrefix(f.Path, "spec.secrets") && !strings.HasPrefix(f.Path, "spec.delivery") {
			t.Errorf("%s does not say where it lands", f.Path)
		}
	}
}

func TestExplain(t *testing.T) {
	for _, path := range []string{
		"redis.nodes", "spec.redis.nodes", "environments.prod.spec.redis.nodes", "environments.NAME.spec.redis.nodes",
	} {
		f, ok := Explain(path)
		if !ok || f.Path != "spec.redis.nodes" || f.Type != "number" || f.Default != "3" || f.Required ||
			!strings.Contains(f.Constraint, "odd number") || !strings.Contains(f.Lands, "StatefulSet") {
			t.Errorf("%s: %v %+v", path, ok, f)
		}
	}
	for path, want := range map[string]string{
		"environments.prod":        "environments.NAME",
		"environments.prod.preset": "environments.NAME.preset",
		"environments":             "environments",
		"redis":                    "spec.redis",
		"metadata.name":            "metadata.name",
		"kind":                     "kind",
	} {
		if f, ok := Explain(path); !ok || f.Path != want {
			t.Errorf("%s explains %q, want %q", path, f.Path, want)
		}
	}
	for _, path := range []string{"", "redis.nodez", "quorum", "environments.prod.spec.x", "."} {
		if f, ok := Explain(path); ok {
			t.Errorf("%q explains %s", path, f.Path)
		}
	}
}

func TestSuggest(t *testing.T) {
	for path, want := range map[string]string{
		"redis.nodez":         "redis.nodes",
		"spec.redis.nodez":    "redis.nodes",
		"quorum":              "sentinel.quorum",
		"redis.quorum":        "sentinel.quorum",
		"gateway.replica":     "gateway.replicas",
		"metadata.nam":        "metadata.name",
		"something.else.here": "",
	} {
		if got := Suggest(path); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", path, got, want)
		}
	}
}

// TestTypesSayWhatTheyAccept asks of every scalar type for its words, and that
// its example is allowed.
func TestTypesSayWhatTheyAccept(t *testing.T) {
	l := compiled(t)
	c := &checker{loader: l, allowed: map[allowedKey]bool{}}
	it, err := l.schema.Fields(cue.Definitions(true))
	if err != nil {
		t.Fatal(err)
	}
	for it.Next() {
		name, v := it.Selector().String(), it.Value()
		e := newEntry(name, v, false)
		if !it.Selector().IsDefinition() || e.form != scalarForm || name == "#NeededCommands" {
			continue
		}
		says, example := l.says(name, "says"), l.says(name, "write")
		if says == "" {
			t.Errorf("%s has no @says", name)
		}
		if words := enum(v); example == "" && len(words) == 0 && name != "#Digest" && name != "#DirectiveValue" && name != "#Line" {
			t.Errorf("%s has no @write", name)
		}
		if example == "" {
			continue
		}
		if c.firstAllowed(name, v, []string{strings.Trim(example, `"`)}) == "" && name != "#Switch" {
			t.Errorf("the example %s of %s is not allowed", example, name)
		}
	}
}

// TestExportedCUE compiles the schema that is given to people, on its own, and
// checks the example with it.
func TestExportedCUE(t *testing.T) {
	src, err := CUE()
	if err != nil {
		t.Fatal(err)
	}
	ctx := NewModule().Context
	v := ctx.CompileBytes(src)
	if err := v.Validate(cue.Definitions(true)); err != nil {
		t.Fatal(err)
	}
	root, errs := readYAML("example.yaml", example(t))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	document := v.LookupPath(cue.ParsePath("#Document"))
	if err := document.Unify(ctx.Encode(root.value())).Validate(cue.Concrete(true)); err != nil {
		t.Error(err)
	}
	root.find("spec.redis").set("nodes", &node{kind: intKind, text: "1"})
	if document.Unify(ctx.Encode(root.value())).Validate(cue.Concrete(true)) == nil {
		t.Error("one node is accepted")
	}
}
