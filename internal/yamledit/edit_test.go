package yamledit

import (
	"strings"
	"testing"
)

func TestSet(t *testing.T) {
	for name, c := range map[string]struct{ have, path, value, want string }{
		"plain":              {"a: 1\nb: 7.2.4 # {\"$imagepolicy\": \"flux-system:redis:tag\"}\nc: 3\n", "b", "7.2.5", "a: 1\nb: 7.2.5 # {\"$imagepolicy\": \"flux-system:redis:tag\"}\nc: 3\n"},
		"double quotes":      {"a: \"x\"  # c\n", "a", "y", "a: \"y\"  # c\n"},
		"single quotes":      {"a: 'it''s'\n", "a", `"o'k"`, "a: 'o''k'\n"},
		"number to number":   {"a:   3   # three\n", "a", "5", "a:   5   # three\n"},
		"quotes to number":   {"a: \"3\"\n", "a", "5", "a: 5\n"},
		"needs quotes":       {"a: x\n", "a", `"8"`, "a: \"8\"\n"},
		"same":               {"a: \"3\"\n", "a", `'3'`, "a: \"3\"\n"},
		"CRLF":               {"a: 1\r\nb:\r\n  c: 2 # x\r\n", "b.d", "3", "a: 1\r\nb:\r\n  c: 2 # x\r\n  d: 3\r\n"},
		"no newline":         {"a:\n  b: 1", "a.c", "2", "a:\n  b: 1\n  c: 2"},
		"byte order mark":    {"\ufeffa: 1\n", "a", "2", "\ufeffa: 2\n"},
		"insert nested":      {"prod:\n  preset: prod\n\n# end\n", "prod.spec.redis.nodes", "5", "prod:\n  preset: prod\n  spec:\n    redis:\n      nodes: 5\n\n# end\n"},
		"four spaces":        {"prod:\n    preset: prod\n", "prod.spec.redis.nodes", "5", "prod:\n    preset: prod\n    spec:\n        redis:\n            nodes: 5\n"},
		"after comment":      {"e:\n  p: 1 # keep\n  # and this\n", "e.q", "2", "e:\n  p: 1 # keep\n  q: 2\n  # and this\n"},
		"flow":               {"e: {preset: prod}\n", "e.spec.redis.nodes", "5", "e: {preset: prod, spec: {redis: {nodes: 5}}}\n"},
		"padded flow":        {"e: { preset: prod }\n", "e.spec.nodes", "5", "e: { preset: prod, spec: { nodes: 5 } }\n"},
		"flow comma":         {"e: {a: 1,}\n", "e.b", "2", "e: {a: 1, b: 2}\n"},
		"flow lines":         {"e: {\n  a: 1, # one\n  b: 2 # two\n}\n", "e.c", "3", "e: {\n  a: 1, # one\n  b: 2, c: 3 # two\n}\n"},
		"empty flow":         {"e: {}\n", "e.b", "2", "e: {b: 2}\n"},
		"flow text":          {"e: {a: x}\n", "e.a", "'b, c'", "e: {a: \"b, c\"}\n"},
		"nothing":            {"prod: # later\n  # more\ndev: 1\n", "prod.spec.x", "1", "prod: # later\n  spec:\n    x: 1\n  # more\ndev: 1\n"},
		"nothing in flow":    {"e: {prod: , dev: 1}\n", "e.prod.x", "1", "e: {prod: {x: 1} , dev: 1}\n"},
		"null":               {"prod: null # x\n", "prod.x", "1", "prod: {x: 1} # x\n"},
		"tilde":              {"prod: ~\n", "prod", "1", "prod: 1\n"},
		"value for nothing":  {"a:\nb: 1\n", "a", "x", "a: x\nb: 1\n"},
		"empty file mapping": {"{}\n", "a.b", "1", "{a: {b: 1}}\n"},
		"after literal":      {"e:\n  a: |\n    text\n\n  # c\nf: 1\n", "e.b", "2", "e:\n  a: |\n    text\n  b: 2\n\n  # c\nf: 1\n"},
		"after keep":         {"e:\n  a: |+\n    text\n\nf: 1\n", "e.b", "2", "e:\n  a: |+\n    text\n\n  b: 2\nf: 1\n"},
		"literal":            {"a: |\n  x\n  y\nb: 1\n", "a", "z", "a: z\nb: 1\n"},
		"folded plain":       {"a: one\n  two # c\nb: 1\n", "a", "z", "a: z # c\nb: 1\n"},
		"list item":          {"a:\n- x # 1\n- y # 2\n", "a[1]", "z", "a:\n- x # 1\n- z # 2\n"},
		"same length list":   {"a:\n- x # 1\n- y # 2\n", "a", "[x, z]", "a:\n- x # 1\n- z # 2\n"},
		"longer list":        {"a:\n  - x\n  - y\nb: 1\n", "a", "[x, z, w]", "a:\n  - x\n  - z\n  - w\nb: 1\n"},
		"emptied list":       {"a:\n  - x\nb: 1\n", "a", "[]", "a: []\nb: 1\n"},
		"flow list":          {"a: [x, y] # c\n", "a", "[x]", "a: [x] # c\n"},
		"insert list":        {"a: 1\nl:\n- q\n", "b", "[x, z]", "a: 1\nl:\n- q\nb:\n- x\n- z\n"},
		"block map":          {"a:\n  x: 1\n  y: 2\nb: 1\n", "a", "{x: 3, z: {w: 1}}", "a:\n  x: 3\n  z:\n    w: 1\nb: 1\n"},
		"odd key":            {"a: {}\n", `a."example.com/x y"`, "v", "a: {example.com/x y: v}\n"},
		"number key":         {"a: 1\n", `"8082"`, "v", "a: 1\n\"8082\": v\n"},
		"word of YAML 1.1":   {"a: x\n", "a", `"on"`, "a: \"on\"\n"},
		"escapes":            {"a: x\n", "a", `"b\n\u0007é"`, "a: \"b\\n\\u0007é\"\n"},
		"unused anchor":      {"a: &t 1\n", "a", "2", "a: &t 2\n"},
		"in a list":          {"l:\n- a: 1\n  b: 2\n- c\n", "l[0].d", "3", "l:\n- a: 1\n  b: 2\n  d: 3\n- c\n"},
		"line separator":     {"a: \"x\u2028y\" # c\nb: 1\n", "b", "2", "a: \"x\u2028y\" # c\nb: 2\n"},
		"document marks":     {"---\na: 1\n...\n", "b", "2", "---\na: 1\nb: 2\n...\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := set(c.have, c.path, c.value)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
		})
	}
}

func set(have, path, value string) (string, error) {
	p, err := ParsePath(path)
	if err != nil {
		return "", err
	}
	v, err := FromYAML(value)
	if err != nil {
		return "", err
	}
	f, err := Parse("spec.yaml", []byte(have))
	if err != nil {
		return "", err
	}
	if err := f.Set(p, v); err != nil {
		if string(f.Bytes()) != have {
			return "", &Error{Message: "the file changed although: " + err.Error()}
		}
		return "", err
	}
	return string(f.Bytes()), nil
}

func TestRefuse(t *testing.T) {
	for name, c := range map[string]struct{ have, path, value, want string }{
		"alias":           {"a: &x 1\nb: *x\n", "b", "2", "spec.yaml:2:4: b is an alias"},
		"anchor":          {"a: &x 1\nb: *x\n", "a", "2", "spec.yaml:1:4: a has an anchor"},
		"below an anchor": {"a: &x {c: 1}\nb: *x\n", "a.c", "2", "spec.yaml:1:4: a has an anchor"},
		"below an alias":  {"a: &x {c: 1}\nb: *x\n", "b.c", "2", "spec.yaml:2:4: b is an alias"},
		"holds an anchor": {"a: {c: &x 1}\nb: *x\n", "a", "2", "spec.yaml:1:4: a has an anchor"},
		"comments":        {"a:\n- x # why\n- y\n", "a", "[x]", "spec.yaml:2:1: a holds comments"},
		"no mapping":      {"a: [1]\n", "a.b", "1", "spec.yaml:1:4: a is no mapping"},
		"no item":         {"a: [1]\n", "a[1]", "1", "spec.yaml:1:4: a has no item [1]"},
		"end of text":     {"a:\n  b: |\n    x", "a.c", "1", "cannot be edited without changing more"},
		"two documents":   {"a: 1\n---\nb: 1\n", "a", "1", "more than one document"},
		"broken":          {"a: 1\nb: [\n", "a", "1", "not YAML"},
		"list":            {"- 1\n", "a", "1", "not a mapping"},
		"binary":          {"\xff\n", "a", "1", "not UTF-8"},
		"empty":           {"", "a", "1", "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := set(c.have, c.path, c.value)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q and %v, want an error with %q", got, err, c.want)
			}
		})
	}
}

func TestRemove(t *testing.T) {
	for name, c := range map[string]struct{ have, path, want string }{
		"line":         {"a: 1 # one\nb: 2\nc: 3\n", "b", "a: 1 # one\nc: 3\n"},
		"last":         {"a:\n  x: 1\n  y: 2\n", "a.y", "a:\n  x: 1\n"},
		"no newline":   {"a:\n  x: 1\n  y: 2", "a.y", "a:\n  x: 1"},
		"CRLF":         {"a: 1\r\nb: 2\r\n", "b", "a: 1\r\n"},
		"only":         {"a:\n  x: 1\nb: 2\n", "a.x", "a:\nb: 2\n"},
		"lines":        {"a:\n  x:\n    y: 1\n    z: 2\nb: 2\n", "a.x", "a:\nb: 2\n"},
		"flow first":   {"a: {x: 1, y: 2}\n", "a.x", "a: {y: 2}\n"},
		"flow last":    {"a: {x: 1, y: 2} # c\n", "a.y", "a: {x: 1} # c\n"},
		"flow only":    {"a: {x: 1}\n", "a.x", "a: {}\n"},
		"not there":    {"a: {x: 1}\n", "a.y.z", "a: {x: 1}\n"},
		"comment stay": {"# about a\na: 1\nb: 2\n", "a", "# about a\nb: 2\n"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse("spec.yaml", []byte(c.have))
			if err != nil {
				t.Fatal(err)
			}
			p, err := ParsePath(c.path)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Remove(p); err != nil {
				t.Fatal(err)
			}
			if got := string(f.Bytes()); got != c.want {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
		})
	}
	f, err := Parse("spec.yaml", []byte("l:\n- a: 1\n  b: 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Remove(Path{"l", "[0]", "a"}); err == nil {
		t.Errorf("removed the field behind a dash: %q", f.Bytes())
	}
}

func TestPath(t *testing.T) {
	for text, want := range map[string]string{
		"a.b[0].c":          "a.b[0].c",
		`a."x.y/z".b`:       `a."x.y/z".b`,
		`redis.config.save`: "redis.config.save",
		`a["b"]`:            "",
		"a..b":              "",
		"[0]":               "",
		"":                  "",
		`a."b`:              "",
		"a[01]":             "",
		`a."b"c`:            "",
	} {
		p, err := ParsePath(text)
		if (err != nil) != (want == "") || err == nil && p.String() != want {
			t.Errorf("%q: got %q and %v, want %q", text, p, err, want)
		}
	}
}
