package repo

import (
	"slices"
	"testing"
)

// walkPaths calls check with every value below v and the way that led there.
func walkPaths(v Value, way Path, check func(Value, Path)) {
	check(v, way)
	for k, e := range v.Fields() {
		walkPaths(e, way.with(k), check)
	}
	for i, e := range v.Items() {
		walkPaths(e, way.with(IndexName(i)), check)
	}
}

func TestPathIsTheWayWalked(t *testing.T) {
	for _, text := range []string{
		"a: {b: [1, {c: d}, []], e: }\nf:\n- - x\n  - y: z\n-\n- k: v\n  l:\n    - m\ng:\n",
		"? long key\n: value\n? alone\nlast: [x, y, ~]\n",
		"a:\n  <<: {b: {c: 1}}\n  d: 2\ne: {<<: [{f: [1, 2]}, {g: 3}], h: 4}\n",
		"a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: [*x, *x]\n",
		"- !!str a\n- &n b: !!map {c: d}\n  'e': \"f\"\n- |\n  text\n",
		"\"a.b\": {\"[0]\": 1, \"\": [2]}\n",
		"---\na: 1\n---\nb: {c: [2]}\n--- {d: [e, f]}\n",
		"a: 1\na: {b: 2}\n",
	} {
		f := newFile("f.yaml", []byte(text))
		f.parse()
		if len(f.docs) == 0 {
			t.Errorf("%q: nothing was read", text)
		}
		for _, d := range f.docs {
			walkPaths(d.value(), nil, func(v Value, way Path) {
				if got := v.Path(); !slices.Equal(got, way) {
					t.Errorf("%q: the path is %q, the way was %q", text, got, way)
				}
				if len(way) > 0 && d.value().Get(way...).Exists() && !slices.Equal(d.value().Get(way...).Path(), way) {
					t.Errorf("%q: Get gives %q the path %q", text, way, d.value().Get(way...).Path())
				}
			})
		}
	}
}
