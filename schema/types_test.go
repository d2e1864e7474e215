package schema

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestTypesMirrorSchema holds the struct Spec and the definition #Spec against
// each other, both ways: the same fields of the same kind.
func TestTypesMirrorSchema(t *testing.T) {
	l := compiled(t)
	var walk func(path string, typ reflect.Type, e *entry)
	walk = func(path string, typ reflect.Type, e *entry) {
		e.open()
		wrong := func(want reflect.Kind) {
			if typ.Kind() != want {
				t.Errorf("%s is %v in Go and %s in CUE", path, typ, l.typeWords(e))
			}
		}
		switch e.form {
		case structForm:
			wrong(reflect.Struct)
			if typ.Kind() != reflect.Struct {
				return
			}
			names := e.names()
			for i := range typ.NumField() {
				name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
				if name == "" || !slices.Contains(names, name) {
					t.Errorf("%s.%s has no field in CUE", path, typ.Field(i).Name)
					continue
				}
				names = slices.DeleteFunc(names, func(s string) bool { return s == name })
				walk(join(path, name), typ.Field(i).Type, e.child(name))
			}
			if len(names) > 0 {
				t.Errorf("%s has no field in Go for %v", path, names)
			}
		case mapForm:
			wrong(reflect.Map)
			if e.elem.typ != "#DirectiveValue" { // a list of lines in Go, after Parse
				walk(path+".NAME", typ.Elem(), e.elem)
			}
		case freeForm:
			wrong(reflect.Map)
		case listForm:
			wrong(reflect.Slice)
			walk(path+"[]", typ.Elem(), e.elem)
		default:
			switch k := e.v.IncompleteKind(); {
			case k == cue.BoolKind:
				wrong(reflect.Bool)
			case k == cue.IntKind:
				wrong(reflect.Int)
			default:
				wrong(reflect.String)
			}
		}
	}
	walk("spec", reflect.TypeFor[Spec](), l.spec)
}

// TestSpecIsADeployment asks CUE about every complete Spec: it satisfies
// #Deployment, which computes the same derived defaults, and nothing is lost on
// the way to Go. So the shortcuts of Parse change nothing.
func TestSpecIsADeployment(t *testing.T) {
	l := compiled(t)
	definition := l.schema.LookupPath(cue.ParsePath("#Deployment"))
	seen := 0
	for name, data := range goodSpecs(t) {
		d, err := l.Parse(name, data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		specs := []Spec{d.Spec}
		for _, env := range d.Environments {
			specs = append(specs, env.Spec)
		}
		for _, spec := range specs {
			seen++
			want := toAny(t, spec)
			named := definition.FillPath(cue.MakePath(cue.Def("#name")), d.Name)
			v := named.Unify(l.ctx.Encode(want))
			if err := v.Validate(cue.Concrete(true), cue.All()); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			var got any
			if err := v.Decode(&got); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if diff := cmp.Diff(want, toAny(t, got)); diff != "" {
				t.Errorf("%s: Spec and its CUE value differ (-Go +CUE):\n%s", name, diff)
			}
			// Without the derived fields CUE fills in what Parse did, unless the
			// person set them.
			derivedFrom := withoutDerived(t, spec)
			filled := l.rules.FillPath(cue.MakePath(cue.Def("#name")), d.Name).Unify(l.ctx.Encode(derivedFrom))
			if base := filled.LookupPath(cue.ParsePath("gateway.namespace")); name == "ok_smallest" {
				if s, err := base.String(); err != nil || s != spec.Gateway.Namespace {
					t.Errorf("gateway.namespace is %q in Go, %q in CUE (%v)", spec.Gateway.Namespace, s, err)
				}
				if s, err := filled.LookupPath(cue.ParsePath("gateway.releaseName")).String(); err != nil || s != spec.Gateway.ReleaseName {
					t.Errorf("gateway.releaseName is %q in Go, %q in CUE (%v)", spec.Gateway.ReleaseName, s, err)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d specs", seen)
	}
}

// TestParseAgreesWithCUE evaluates every spec of the tests as one CUE value: what
// Parse accepts satisfies #Document, and what does not satisfy it is refused.
func TestParseAgreesWithCUE(t *testing.T) {
	l := compiled(t)
	refused := 0
	for name, data := range yamlSpecs(t) {
		root, errs := readYAML(name, data)
		if len(errs) > 0 || root == nil {
			continue
		}
		dropEmpty(root)
		valid := l.document.v.Unify(l.ctx.Encode(root.value())).Validate(cue.Concrete(true)) == nil
		_, err := l.Parse(name, data)
		if !valid {
			refused++
		}
		if err == nil && !valid {
			t.Errorf("%s is accepted, but does not satisfy #Document", name)
		}
	}
	if refused < 10 {
		t.Errorf("only %d specs do not satisfy #Document", refused)
	}
}

// TestRuledFields finds every field that #Rules reads in the list of those that
// Parse gives it.
func TestRuledFields(t *testing.T) {
	l := compiled(t)
	var walk func(v cue.Value, path string)
	walk = func(v cue.Value, path string) {
		it, err := v.Fields(cue.Optional(true))
		if err != nil {
			t.Fatal(err)
		}
		for it.Next() {
			p := join(path, it.Selector().Unquoted())
			if it.Value().IncompleteKind() == cue.StructKind {
				walk(it.Value(), p)
				continue
			}
			if !slices.Contains(ruled, p) && !slices.Contains(asked, p) && !slices.Contains([]string{"namespace", "gateway.namespace", "gateway.releaseName"}, p) {
				t.Errorf("#Rules reads %s, which Parse does not give it", p)
			}
		}
	}
	walk(l.rules, "")
}

// TestOwnersMirrorSchema holds what layers drop against the tables of the rules.
func TestOwnersMirrorSchema(t *testing.T) {
	l := compiled(t)
	if diff := cmp.Diff(l.owned("#ProviderOf"), providerOf); diff != "" {
		t.Errorf("#ProviderOf and providerOf differ:\n%s", diff)
	}
	if diff := cmp.Diff(l.owned("#EngineOf"), engineOf); diff != "" {
		t.Errorf("#EngineOf and engineOf differ:\n%s", diff)
	}
}

// TestPresetsOnlySize holds presets to what they are for.
func TestPresetsOnlySize(t *testing.T) {
	l := compiled(t)
	for _, name := range enum(l.schema.LookupPath(cue.ParsePath("#Preset"))) {
		n, err := l.layer(name)
		if err != nil {
			t.Fatal(err)
		}
		var walk func(n *node, path string)
		walk = func(n *node, path string) {
			for _, f := range n.fields {
				p := join(path, f.name)
				if f.value.kind == mapKind {
					walk(f.value, p)
					continue
				}
				if !strings.Contains(p, ".resources.") && p != "redis.antiAffinity" && p != "gateway.replicas" {
					t.Errorf("preset %s sets %s, which is neither size nor place", name, p)
				}
			}
		}
		walk(n, "")
	}
}

func compiled(t *testing.T) *Loader {
	t.Helper()
	l := NewLoader()
	if err := l.compile(); err != nil {
		t.Fatal(err)
	}
	return l
}

// yamlSpecs are the YAML specs of testdata, by archive.
func yamlSpecs(t *testing.T) map[string][]byte {
	t.Helper()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	specs := map[string][]byte{}
	for _, name := range archives {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if f := txtar.Parse(data).Files[0]; f.Name == "spec.yaml" {
			specs[strings.TrimSuffix(filepath.Base(name), ".txtar")] = f.Data
		}
	}
	return specs
}

// goodSpecs are those that Parse accepts.
func goodSpecs(t *testing.T) map[string][]byte {
	t.Helper()
	specs := yamlSpecs(t)
	for name := range specs {
		if !strings.HasPrefix(name, "ok_") {
			delete(specs, name)
		}
	}
	return specs
}

// dropEmpty removes names with nothing behind them, which a spec may have and
// CUE does not allow.
func dropEmpty(n *node) {
	n.fields = slices.DeleteFunc(n.fields, func(f field) bool { return f.value.kind == nullKind })
	for _, f := range n.fields {
		dropEmpty(f.value)
	}
}

func toAny(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	dec := json.NewDecoder(strings.NewReader(string(data)))
	if err := dec.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return whole(out)
}

// whole turns numbers without a fraction into integers, as CUE tells them apart.
func whole(v any) any {
	switch v := v.(type) {
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	}
	return v
}

func withoutDerived(t *testing.T, spec Spec) any {
	t.Helper()
	m := toAny(t, spec).(map[string]any)
	gateway := m["gateway"].(map[string]any)
	delete(gateway, "namespace")
	delete(gateway, "releaseName")
	return m
}
