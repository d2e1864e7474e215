package blockyaml

import "go.yaml.in/yaml/v3"

// Nodes is memory for the nodes of documents that are let go together: who reads
// many folders one after the other need not allocate for each, nor wait for the
// collector to find out. The zero Nodes is ready; nil stands for none.
type Nodes struct {
	nodes    []yaml.Node
	pointers []*yaml.Node
	used     int
}

// keptNodes is how many nodes there is memory for, 300 KiB. A document that finds
// no room any more gets memory of its own.
const keptNodes = 2048

// Reset lets all documents go that were read into the memory. Nobody must use one
// of their nodes any more; the texts of values may be kept.
func (s *Nodes) Reset() {
	clear(s.nodes[:s.used])
	clear(s.pointers[:s.used])
	s.used = 0
}

// take returns n empty nodes, and as many pointers less one.
func (s *Nodes) take(n int) ([]yaml.Node, []*yaml.Node) {
	if s == nil || n > keptNodes-s.used {
		return make([]yaml.Node, n), make([]*yaml.Node, n-1)
	}
	if s.nodes == nil {
		s.nodes, s.pointers = make([]yaml.Node, keptNodes), make([]*yaml.Node, keptNodes)
	}
	from, to := s.used, s.used+n
	s.used = to
	return s.nodes[from:to:to], s.pointers[from : to-1 : to-1]
}
