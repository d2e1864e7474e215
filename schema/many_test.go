package schema

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// manyEnvironments is a spec of n environments, each followed by more.
func manyEnvironments(n int, more string) []byte {
	var b strings.Builder
	b.WriteString("apiVersion: quorumwright.dev/v1alpha1\nkind: HybridGateway\nmetadata: {name: gravitee}\nenvironments:\n")
	for i := range n {
		fmt.Fprintf(&b, "  env-%05d:\n    preset: prod\n    spec:\n      namespace: team-%05d\n      redis: {persistence: {size: %dGi}}\n%s", i, i, 4+i%4, more)
	}
	return []byte(b.String())
}

// TestManyEnvironments reads a spec of ten thousand environments. Of each no more
// stays in memory than its Spec: the layers that it is made of do not.
func TestManyEnvironments(t *testing.T) {
	const n, most = 10_000, 8 << 10 // bytes of each
	var before, after runtime.MemStats
	l := NewLoader()
	if _, err := l.Parse("quorumwright.yaml", manyEnvironments(1, "")); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&before)
	d, err := l.Parse("quorumwright.yaml", manyEnvironments(n, ""))
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if len(d.Environments) != n || d.Environments[n-1].Spec.Redis.Persistence.Size != "7Gi" {
		t.Errorf("%d environments; the last one is %+v", len(d.Environments), d.Environments[len(d.Environments)-1])
	}
	if each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / n; each > most {
		t.Errorf("each environment keeps %d bytes, want at most %d", each, most)
	}
	runtime.KeepAlive(d)
}

// TestBounds reads specs beyond the bounds: what one environment may hold, and
// what all of them may.
func TestBounds(t *testing.T) {
	config := func(n int) string {
		var b strings.Builder
		b.WriteString("      gateway: {values: {")
		for i := range n {
			fmt.Fprintf(&b, "k%d: 1, ", i)
		}
		return b.String() + "}}\n"
	}
	for name, test := range map[string]struct {
		src  []byte
		kind string
	}{
		"a large environment": {manyEnvironments(1, config(maxNodes)), KindTooLarge},
		"many values":         {manyEnvironments(100, config(maxNodes/2)), KindTooLarge},
		"many marks":          {[]byte("a: [" + strings.Repeat(",", 2*maxTotal) + "]"), KindTooLarge},
		"many bytes":          {manyEnvironments(1, "#"+strings.Repeat("x", maxBytes)), KindTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewLoader().Parse("quorumwright.yaml", test.src)
			var all Errors
			if !errors.As(err, &all) || all[0].Kind != test.kind {
				t.Errorf("error: %.200v", err)
			}
		})
	}
}

// TestOverlayOfLargeMappings lays mappings over each other that are as large as
// they may be: the upper one wins, and the order is that of the lower one.
func TestOverlayOfLargeMappings(t *testing.T) {
	layer := func(from, to int, text string) *node {
		n := &node{kind: mapKind}
		for i := from; i < to; i++ {
			n.fields = append(n.fields, field{fmt.Sprint("k", i), &node{kind: textKind, text: text}})
		}
		return n
	}
	const n = maxNodes
	out := overlay(layer(0, n, "lower"), layer(n/2, n+n/2, "upper"))
	if len(out.fields) != n+n/2 {
		t.Fatalf("%d fields", len(out.fields))
	}
	for i, f := range out.fields {
		want := "lower"
		if i >= n/2 {
			want = "upper"
		}
		if f.name != fmt.Sprint("k", i) || f.value.text != want {
			t.Fatalf("field %d is %s: %s", i, f.name, f.value.text)
		}
	}
}
