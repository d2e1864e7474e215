package keyfile

import (
	"strings"
	"testing"

	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
)

func TestRoundTrip(t *testing.T) {
	lines := []string{
		"a.b\tstr",
		"a.c[].d\tint|str\tkind=items\tlive=4.6.25+,4.10-4.12\tdefault@4.6-4.8={\"x\":\"a=b\"}\tdefault=null\tfallback=10\twhen@4.12=!a & b=c|d | e\twhen=f\tlands=CD\trequired\tunquoted\ttemplated\tkubernetes=[]Container\tsetting@4.12=repositories.a\tsetting=a\tnote=a = b, with @ and =",
	}
	text := strings.Join(lines, "\n") + "\n"
	records, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := Format(records); got != text {
		t.Errorf("written as\n%s", got)
	}
	for release, want := range map[string]string{"4.12.3": "!a & b=c|d | e", "4.11.0": "f"} {
		r, err := spans.ParseRelease(release)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := At(records[1].When, r); got != want {
			t.Errorf("the condition in %s is %q, want %q", release, got, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, line := range []string{"", "a", "\tstr", "a\tstr\tloud", "a\tstr\tcolour=red", "a\tstr\tlive=4", "a\tstr\tdefault@x=1"} {
		if _, err := Parse(line + "\n"); err == nil {
			t.Errorf("%q is read", line)
		} else if !strings.HasPrefix(err.Error(), "line 1: ") {
			t.Errorf("%q: the error does not name the line: %v", line, err)
		}
	}
}
