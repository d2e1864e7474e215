package prove

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// An Event is one line of the timeline.
type Event struct {
	// At is the time since the proof began, Since the time since the last fault
	// (negative before the first).
	At    time.Duration `json:"at"`
	Since time.Duration `json:"since"`
	Kind  EventKind     `json:"kind"`
	// Pod is the pod that it is about; "" for none.
	Pod  string `json:"pod,omitempty"`
	Text string `json:"text"`
}

// An EventKind says how an event is shown.
type EventKind string

// The kinds of events.
const (
	Phase EventKind = "phase" // a new part of the story begins
	Note  EventKind = "note"  // what is and is not as in a cluster
	Step  EventKind = "step"  // something happened
	Good  EventKind = "good"  // a check that holds
	Bad   EventKind = "bad"   // a check that does not, a process that ended
)

// A journal collects the timeline and hands each event on. It masks secrets.
type journal struct {
	mu     sync.Mutex
	start  time.Time
	fault  time.Time
	masked []string
	former string // the secret before the last one
	events []Event
	emit   func(Event)
}

func newJournal(masked []string, emit func(Event)) *journal {
	return &journal{start: time.Now(), masked: masked, emit: emit}
}

// hide masks the secrets in a text.
func (j *journal) hide(text string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return masker(j.masked).Replace(text)
}

// mask makes one more secret known. Of those that it takes the place of the last
// ones stay, for what is still to be said of them.
func (j *journal) mask(old, secret string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.masked) > 16 {
		j.masked = slices.DeleteFunc(j.masked, func(s string) bool { return s == j.former })
	}
	j.masked, j.former = append(j.masked, secret), old
}

// masker replaces secrets by a text of fixed width. Short ones are left: they
// would cut ordinary words into pieces.
func masker(secrets []string) *strings.Replacer {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= 4 {
			pairs = append(pairs, s, "********")
		}
	}
	return strings.NewReplacer(pairs...)
}

func (j *journal) add(kind EventKind, pod, format string, args ...any) {
	j.addAt(time.Now(), kind, pod, format, args...)
}

func (j *journal) addAt(now time.Time, kind EventKind, pod, format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := Event{At: now.Sub(j.start), Since: -1, Kind: kind, Pod: pod, Text: masker(j.masked).Replace(fmt.Sprintf(format, args...))}
	if !j.fault.IsZero() {
		e.Since = now.Sub(j.fault)
	}
	j.events = append(j.events, e)
	j.emit(e)
}

// setFault begins a new count of time.
func (j *journal) setFault(now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.fault = now
}
