package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSubcommandsAlone holds what a subcommand says of itself when it is the only
// one that was made against what it says among the others.
func TestSubcommandsAlone(t *testing.T) {
	for _, c := range subcommands {
		help := func(args ...string) string {
			var said bytes.Buffer
			root := newRoot(streams{strings.NewReader(""), &said, &said}, nil, args...)
			root.SetArgs([]string{c.name, "--help"})
			if err := root.Execute(); err != nil {
				t.Fatal(err)
			}
			return said.String()
		}
		if d := cmp.Diff(help(), help(c.name)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestListFlags(t *testing.T) {
	for _, c := range []struct {
		args   []string
		split  bool
		preset []string
		want   []string
		shown  string
	}{
		{nil, true, nil, nil, ""},
		{nil, true, []string{"master"}, []string{"master"}, "[master]"},
		{[]string{"a,b", "c"}, true, []string{"master"}, []string{"a", "b", "c"}, "[a,b,c]"},
		{[]string{"", "c"}, true, nil, []string{"c"}, "[c]"},
		{[]string{""}, true, []string{"master"}, nil, ""},
		{[]string{"a,b", "c"}, false, nil, []string{"a,b", "c"}, "[a,b,c]"},
		{[]string{""}, false, nil, []string{""}, "[]"},
	} {
		got := c.preset
		flag := &listValue{to: &got, split: c.split}
		for _, arg := range c.args {
			if err := flag.Set(arg); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" || flag.String() != c.shown {
			t.Errorf("%q after %q is %s\n%s", c.args, c.preset, flag, d)
		}
	}
}
