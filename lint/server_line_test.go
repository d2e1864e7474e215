package lint

import (
	"testing"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// TestWordsOfALine compares the places that follow from that of a directive with
// those of its words by themselves.
func TestWordsOfALine(t *testing.T) {
	texts := []string{
		"conf: |\n  port 6379\n  sentinel monitor m redis-0 6379 2\n",
		"conf: |\n  requirepass \"a b\" # said\n  user größe on >x\n  é 1 ü\n",
		"conf: \"port 6379\\nsave 900 1\\trdb\\nlog\\u0066ile x\"\n",
		"conf: \"dir \\\"/da ta\\\"\\nmaxmemory    1gb\"\n",
		"conf: 'dir ''/da ta''\n\n  port   1'\n",
		"conf: >\n  port 6379\n  save\n  900 1\n\n  dir /x\n",
		"conf: dir   /data\n",
		"conf: dir\n  /data\n",
		"conf: |-\r\n  port 6379\r\n  dir \"/\\x41b\"\r\n",
	}
	words, even := 0, 0
	for _, text := range texts {
		text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n" + text
		r, err := repo.Open(fstest.MapFS{"c.yaml": {Data: []byte(text)}}, repo.Options{})
		if err != nil || len(r.Problems) > 0 {
			t.Fatalf("%q: %v %v", text, r.Problems, err)
		}
		root := r.Environments[0].Objects[0].Value
		c := &Conf{File: redisconf.Parse(root.Get("conf").Text()), Text: root.Get("conf")}
		for i := range c.Directives {
			d := &c.Directives[i]
			line := c.lineOf(d)
			if line.even {
				even++
			}
			for j := range len(d.Args) + 1 {
				w := &d.Key
				if j > 0 {
					w = &d.Args[j-1]
				}
				words++
				if got, want := line.place(w), c.Place(w.Offset, w.End, ""); got != want {
					t.Errorf("%q: %q is at %+v, want %+v", text, w.Text, got.Span, want.Span)
				}
			}
		}
	}
	if words < 25 || even < 6 {
		t.Errorf("%d words, %d lines of which the places follow", words, even)
	}
}
