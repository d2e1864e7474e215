package lint

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"github.com/quorumwright/quorumwright/lint/repo"
)

// A packer turns the findings of environments that are let go into few bytes
// without pointers: until all environments are judged, their findings are all that
// is kept of them.
type packer struct {
	rules []*Rule
	ids   map[*Rule]int // where a rule is in rules

	mu    sync.Mutex
	words map[string]int // where a text is in list
	list  []string
}

// maxWords bounds the texts that are kept once for all findings. Texts that are in
// many findings are in the first ones.
const maxWords = 4096

func newPacker(rules []*Rule) *packer {
	p := &packer{rules: rules, ids: make(map[*Rule]int, len(rules)), words: map[string]int{}}
	for i, r := range rules {
		p.ids[r] = i
	}
	return p
}

// word returns the number of a text that findings have in common, or -1.
func (p *packer) word(s string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	i, ok := p.words[s]
	if !ok {
		if len(p.list) == maxWords {
			return -1
		}
		s = strings.Clone(s) // not all of the file that it may be a part of
		i = len(p.list)
		p.words[s], p.list = i, append(p.list, s)
	}
	return i
}

// pack returns the findings of an environment as text.
func (p *packer) pack(env *repo.Environment, findings []*Finding) string {
	w := packing{packer: p, env: env}
	w.number(len(findings))
	places := 0
	for _, f := range findings {
		places += len(f.Places)
	}
	w.number(places)
	for _, f := range findings {
		w.number(p.ids[f.Rule])
		w.number(int(f.Severity))
		w.text(f.Message)
		w.number(len(f.Places))
		for _, at := range f.Places {
			w.span(at.Span)
			w.text(at.Label)
			w.text(at.Object)
			w.text(at.Path)
			w.flag(at.absent)
		}
		w.text(f.Help)
		w.number(len(f.Fixes))
		for _, x := range f.Fixes {
			w.text(x.Title)
			w.flag(x.Safe)
			w.number(len(x.Edits))
			for _, e := range x.Edits {
				w.span(e.Span)
				w.text(e.New)
				w.flag(e.Whole)
			}
		}
		w.number(len(f.Environments))
		for _, name := range f.Environments {
			w.text(name)
		}
		w.text(f.Cause)
		w.text(f.Suppressed)
	}
	return string(w.b)
}

// A packing is a text that is being written.
type packing struct {
	*packer
	env *repo.Environment
	b   []byte
}

func (w *packing) number(n int) { w.b = binary.AppendVarint(w.b, int64(n)) }

func (w *packing) flag(set bool) {
	if set {
		w.number(1)
	} else {
		w.number(0)
	}
}

// text writes the number of a text, or else its length and itself. A text that
// names the environment is in no other one.
func (w *packing) text(s string) {
	n := -1
	if w.env.Name == "" || !strings.Contains(s, w.env.Name) {
		n = w.word(s)
	}
	w.number(n)
	if n < 0 {
		w.number(len(s))
		w.b = append(w.b, s...)
	}
}

func (w *packing) span(s repo.Span) {
	i, ok := slices.BinarySearch(w.env.Files, s.File)
	if !ok {
		i = -1
	}
	w.number(i)
	if !ok {
		w.text(s.File)
	}
	w.number(s.Line)
	w.number(s.Column)
	w.number(s.EndLine - s.Line)
	w.number(s.EndColumn - s.Column)
	w.flag(s.Approximate)
}

// unpack is the reverse of pack. What is in no other environment stays a part of
// the text.
func (p *packer) unpack(env *repo.Environment, text string) []*Finding {
	r := unpacking{packer: p, env: env, rest: text}
	all := make([]Finding, r.number())
	places := make([]Place, r.number())
	findings := make([]*Finding, len(all))
	for i := range all {
		f := &all[i]
		findings[i] = f
		f.Rule = p.rules[r.number()]
		f.Severity = Severity(r.number())
		f.Message = r.text()
		n := r.number()
		f.Places, places = places[:n:n], places[n:]
		for j := range f.Places {
			f.Places[j] = Place{Span: r.span(), Label: r.text(), Object: r.text(), Path: r.text(), absent: r.flag()}
		}
		f.Help = r.text()
		for range r.number() {
			x := Fix{Title: r.text(), Safe: r.flag()}
			for range r.number() {
				x.Edits = append(x.Edits, Edit{Span: r.span(), New: r.text(), Whole: r.flag()})
			}
			f.Fixes = append(f.Fixes, x)
		}
		for range r.number() {
			f.Environments = append(f.Environments, r.text())
		}
		f.Cause = r.text()
		f.Suppressed = r.text()
	}
	return findings
}

// An unpacking is a text that is being read.
type unpacking struct {
	*packer
	env  *repo.Environment
	rest string
}

func (r *unpacking) number() int {
	var u uint64
	for shift, i := 0, 0; ; shift, i = shift+7, i+1 {
		c := r.rest[i]
		u |= uint64(c&0x7f) << shift
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return int(u>>1) ^ -int(u&1)
		}
	}
}

func (r *unpacking) flag() bool { return r.number() == 1 }

func (r *unpacking) text() string {
	if n := r.number(); n >= 0 {
		return r.list[n]
	}
	n := r.number()
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *unpacking) span() repo.Span {
	var s repo.Span
	if i := r.number(); i >= 0 {
		s.File = r.env.Files[i]
	} else {
		s.File = r.text()
	}
	s.Line, s.Column = r.number(), r.number()
	s.EndLine, s.EndColumn = s.Line+r.number(), s.Column+r.number()
	s.Approximate = r.flag()
	return s
}
