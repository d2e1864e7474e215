package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quorumwright/quorumwright/internal/secret"
)

// TestNothingPrintsASecret tries every way a program prints a value, with the
// secret bare, in an exported field, in an unexported one, and in a slice.
func TestNothingPrintsASecret(t *testing.T) {
	const canary = "c4n4ry-0123456789"
	type holder struct {
		Shown  secret.Value
		hidden secret.Value
		many   []secret.Value
	}
	v := secret.New(canary)
	h := holder{Shown: v, hidden: v, many: []secret.Value{v}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb, v, h, &h)
	}
	for _, x := range []any{v, h, &h} {
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "x", x)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "x", x)
	}
	out.WriteString(cmp.Diff(v, secret.New("other")))
	if strings.Contains(out.String(), canary) {
		t.Errorf("the secret was printed:\n%s", out.String())
	}
}

func TestEqual(t *testing.T) {
	tests := []struct {
		v, w secret.Value
		want bool
	}{
		{secret.New("a"), secret.New("a"), true},
		{secret.New("a"), secret.New("b"), false},
		{secret.Value{}, secret.New(""), true},
		{secret.Value{}, secret.New("a"), false},
	}
	for _, tt := range tests {
		if got := tt.v.Equal(tt.w); got != tt.want {
			t.Errorf("Equal(%q, %q) = %v, want %v", tt.v.Reveal(), tt.w.Reveal(), got, tt.want)
		}
	}
}

func TestIn(t *testing.T) {
	if secret.New("").In("text") {
		t.Error("the empty secret is in a text")
	}
	if !secret.New("ex").In("text") {
		t.Error("ex is not in text")
	}
}
