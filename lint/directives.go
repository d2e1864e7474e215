package lint

import (
	"slices"
	"strings"
)

// fewDirectives is how many directives of a server are looked through faster than
// an index of them is made. People write fewer.
const fewDirectives = 64

// A directiveIndex finds those of the first directives of a server by their names.
type directiveIndex struct {
	indexed  int
	byName   map[string][]int // indices into Server.Directives, ascending
	sentinel map[string][]int // those of "sentinel sub", by sub in lower case
	// ofMaster are the last directives "sentinel sub MASTER".
	ofMaster map[[2]string]int
}

// index returns the index of all directives, nil where looking through them is
// faster. Directives are only ever added.
func (s *Server) index() *directiveIndex {
	x := &s.named
	if len(s.Directives) <= fewDirectives {
		return nil
	}
	if x.byName == nil {
		x.byName, x.sentinel, x.ofMaster = map[string][]int{}, map[string][]int{}, map[[2]string]int{}
	}
	for ; x.indexed < len(s.Directives); x.indexed++ {
		d := s.Directives[x.indexed]
		x.byName[d.Name] = append(x.byName[d.Name], x.indexed)
		if d.Name != "sentinel" || len(d.Args) == 0 {
			continue
		}
		sub := strings.ToLower(d.Args[0].Text)
		x.sentinel[sub] = append(x.sentinel[sub], x.indexed)
		if len(d.Args) > 1 {
			x.ofMaster[[2]string{sub, d.Args[1].Text}] = x.indexed
		}
	}
	return x
}

// All returns the directives of a name.
func (s *Server) All(name string) []*Directive {
	if x := s.index(); x != nil {
		return s.at(x.byName[name])
	}
	var all []*Directive
	for _, d := range s.Directives {
		if d.Name == name {
			all = append(all, d)
		}
	}
	return all
}

// at returns the directives at indices.
func (s *Server) at(indices []int) []*Directive {
	if len(indices) == 0 {
		return nil
	}
	all := make([]*Directive, len(indices))
	for i, n := range indices {
		all[i] = s.Directives[n]
	}
	return all
}

// Last returns the last directive of one of the names, which wins, or nil.
func (s *Server) Last(names ...string) *Directive {
	if x := s.index(); x != nil {
		last := -1
		for _, n := range names {
			if all := x.byName[n]; len(all) > 0 {
				last = max(last, all[len(all)-1])
			}
		}
		if last < 0 {
			return nil
		}
		return s.Directives[last]
	}
	for _, d := range slices.Backward(s.Directives) {
		if slices.Contains(names, d.Name) {
			return d
		}
	}
	return nil
}

// SentinelAll returns the directives "sentinel sub …".
func (s *Server) SentinelAll(sub string) []*Directive {
	if x := s.index(); x != nil {
		return s.at(x.sentinel[sub])
	}
	var all []*Directive
	for _, d := range s.Directives {
		if d.isSentinel(sub) {
			all = append(all, d)
		}
	}
	return all
}

// isSentinel tells a directive "sentinel sub …".
func (d *Directive) isSentinel(sub string) bool {
	return d.Name == "sentinel" && len(d.Args) > 0 && strings.EqualFold(d.Args[0].Text, sub)
}

// SentinelLast returns the last directive "sentinel sub …" for a master ("" for
// whichever), or nil. sub is in lower case.
func (s *Server) SentinelLast(sub, master string) *Directive {
	if x := s.index(); x != nil {
		if all := x.sentinel[sub]; master == "" && len(all) > 0 {
			return s.Directives[all[len(all)-1]]
		}
		if i, ok := x.ofMaster[[2]string{sub, master}]; ok && master != "" {
			return s.Directives[i]
		}
		return nil
	}
	for _, d := range slices.Backward(s.Directives) {
		if d.isSentinel(sub) && (master == "" || len(d.Args) > 1 && d.Args[1].Text == master) {
			return d
		}
	}
	return nil
}
