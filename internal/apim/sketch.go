package apim

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
)

// A Sketch is all of a set of values that Judge can depend on: keys, kinds,
// numbers of elements, which scalars are true to a template, and the text of
// those that some template compares. Values with the same sketch get the same
// judgements, whatever their hosts and ports, so that of many environments of
// one shape only the first is judged.
type Sketch struct {
	text []byte
	long bool // beyond maxSketch, and of no use
}

// A Sketcher is a Tree that can be sketched: in the order of Children, and with
// the values that Value returns.
type Sketcher interface {
	Tree
	Sketch(s *Sketch)
}

const (
	// maxSketch bounds one sketch in bytes, maxSketches those that are kept of a
	// release before they are let go.
	maxSketch   = 8 << 10
	maxSketches = 256
	// fewJudgements are made without a sketch: what templates compare has to be
	// worked out first, which a program that judges one set of values need not do.
	fewJudgements = 4
)

// Key says that the value of a key of a map comes next. The answer is whether
// to go on.
func (s *Sketch) Key(name string) bool {
	s.text = append(s.text, 'k')
	s.string(name)
	return !s.full()
}

// Open begins a map or a list, End ends it. The elements of a list just follow.
func (s *Sketch) Open(kind ValueKind) { s.text = append(s.text, 'o', byte(kind)) }

// End ends what Open began. The answer is whether to go on.
func (s *Sketch) End() bool {
	s.text = append(s.text, 'e')
	return !s.full()
}

// Scalar adds a scalar or null under a key, "[]" in a list.
func (s *Sketch) Scalar(name string, v Value) {
	state := byte('f')
	if v.Truthy() {
		state = 't'
	}
	s.text = append(s.text, 's', byte(v.Kind), state)
	if comparedNames()[name] {
		s.string(v.Text)
	}
}

func (s *Sketch) string(text string) {
	s.text = binary.AppendUvarint(s.text, uint64(len(text)))
	s.text = append(s.text, text...)
}

func (s *Sketch) full() bool {
	s.long = s.long || len(s.text) > maxSketch
	return s.long
}

// comparedNames are the last elements of the keys that some template of some
// release tests.
var comparedNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for i := range keyNodes {
		record := keyNodes[i].record
		if record == nil {
			continue
		}
		for _, when := range record.When {
			for _, alternative := range parseCondition(when.Text) {
				for _, atom := range alternative {
					path := ParsePath(atom.Key)
					name := path[len(path)-1]
					if isIndex(name) {
						name = "[]"
					}
					names[name] = true
				}
			}
		}
	}
	return names
})

// sketched are the judgements of a release by sketch.
type sketched struct {
	asked    atomic.Int32
	mu       sync.RWMutex
	bySketch map[string][]Judgement
}

// sketch returns the sketch of values, nil if it is not worth its while.
func (j *sketched) sketch(values Tree) []byte {
	sketcher, ok := values.(Sketcher)
	if !ok || j.asked.Load() < fewJudgements && j.asked.Add(1) <= fewJudgements {
		return nil
	}
	s := Sketch{text: make([]byte, 0, 1<<10)}
	if sketcher.Sketch(&s); s.full() {
		return nil
	}
	return s.text
}

func (j *sketched) of(sketch []byte) ([]Judgement, bool) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	all, ok := j.bySketch[string(sketch)]
	return all, ok
}

func (j *sketched) keep(sketch []byte, all []Judgement) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.bySketch == nil || len(j.bySketch) == maxSketches {
		j.bySketch = map[string][]Judgement{}
	}
	j.bySketch[string(sketch)] = all
}
