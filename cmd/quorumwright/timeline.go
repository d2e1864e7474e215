package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/quorumwright/quorumwright/internal/prove"
)

// A timeline prints the events of a proof as they happen. On a terminal the time
// runs on below them.
type timeline struct {
	out   io.Writer
	color bool
	quiet bool

	mu      sync.Mutex
	began   time.Time
	phase   string // what is going on, in a few words
	waiting bool
	ticker  *time.Ticker
	done    chan struct{}
}

func (g *globals) newTimeline() *timeline {
	t := &timeline{out: g.out, color: g.useColor(g.out), quiet: g.quiet, began: time.Now(), done: make(chan struct{})}
	if isTerminal(g.out) && os.Getenv("TERM") != "dumb" && !g.quiet {
		t.ticker = time.NewTicker(100 * time.Millisecond)
		go t.tick()
	}
	return t
}

// tick shows that time passes where nothing happens.
func (t *timeline) tick() {
	for {
		select {
		case <-t.ticker.C:
			t.mu.Lock()
			fmt.Fprintf(t.out, "\r\x1b[K%7.1f s  … %s", time.Since(t.began).Seconds(), t.phase)
			t.waiting = true
			t.mu.Unlock()
		case <-t.done:
			return
		}
	}
}

// clear takes the running time away.
func (t *timeline) clear() {
	if t.waiting {
		fmt.Fprint(t.out, "\r\x1b[K")
		t.waiting = false
	}
}

func (t *timeline) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ticker != nil {
		t.ticker.Stop()
		close(t.done)
	}
	t.clear()
}

var eventColor = map[prove.EventKind]string{prove.Phase: "1", prove.Note: "2", prove.Good: "32", prove.Bad: "31"}

// add prints an event.
func (t *timeline) add(e prove.Event) {
	if t.quiet {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	if e.Kind == prove.Phase {
		t.phase, _, _ = strings.Cut(e.Text, ":")
	}
	fmt.Fprintln(t.out, t.paint(eventColor[e.Kind], e.String()))
}

// verdict prints what the proof found.
func (t *timeline) verdict(r *prove.Result) {
	word := t.paint("1;32", "PASS")
	if !r.Passed {
		word = t.paint("1;31", "FAIL")
	}
	fmt.Fprintf(t.out, "%s  %s\n", word, r.Verdict())
	for _, c := range r.Causes {
		fmt.Fprintf(t.out, "      cause: %s\n", c)
	}
	for _, line := range r.Figures() {
		fmt.Fprintf(t.out, "      %s\n", line)
	}
}

func (t *timeline) paint(code, text string) string {
	if !t.color || code == "" || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
