package prove

import (
	"fmt"
	"strings"
	"time"
)

// Verdict says in one line whether the environment fails over.
func (r *Result) Verdict() string {
	what := r.Environment
	if what == "" {
		what = "this configuration"
	}
	if r.Passed {
		return what + " fails over"
	}
	return what + " does not fail over"
}

// Figures says, line by line, what was measured.
func (r *Result) Figures() []string {
	var lines []string
	for _, o := range r.Faults {
		lines = append(lines, o.figures(r.Limit))
	}
	if len(r.Rounds) > 0 {
		recovered, slowest := 0, time.Duration(0)
		for _, round := range r.Rounds {
			if round.Recovered {
				recovered++
			}
			slowest = max(slowest, round.Took)
		}
		lines = append(lines, fmt.Sprintf("random faults: %d, recovered from %d, the slowest after %s", len(r.Rounds), recovered, seconds(slowest)))
	}
	if len(r.Trials) > 0 {
		lines = append(lines, trialsLine(r.Trials))
	}
	if r.Writes > 0 {
		lines = append(lines, "writes: "+r.counted())
	}
	return append(lines, fmt.Sprintf("split-brain: %s", seconds(r.SplitBrain)))
}

// trialsLine says what became of passwords.
func trialsLine(trials []Trial) string {
	refused, held := 0, 0
	for _, t := range trials {
		switch {
		case t.Refused != "":
			refused++
		case t.Held:
			held++
		}
	}
	return fmt.Sprintf("passwords: %d, %d of them refused before anything started, %d good through start, failover and second start", len(trials), refused, held)
}

// unknown stands for a number of lost writes where there was no master to ask.
const unknown = -1

// counted says what became of the writes.
func (r *Result) counted() string {
	if r.Lost == unknown {
		return fmt.Sprintf("%d acknowledged, and no master to ask for them in the end", r.Writes)
	}
	return fmt.Sprintf("%d acknowledged, %d of them lost", r.Writes, r.Lost)
}

// figures says what a fault did, leaving out what did not happen.
func (o Outcome) figures(limit time.Duration) string {
	var parts []string
	add := func(d time.Duration, format string, args ...any) {
		if d >= 0 {
			parts = append(parts, fmt.Sprintf(format, args...)+" "+seconds(d))
		}
	}
	add(o.Detection, "detected after")
	add(o.Promotion, "%s promoted after", o.NewMaster)
	add(o.FirstWrite, "first write after")
	if o.FirstWrite < 0 && o.Fault.interrupts() {
		parts = append(parts, "no write within "+seconds(limit))
	}
	add(o.Outage, "longest pause of writes")
	if o.Pod != "" {
		add(o.Return, "%s part of it again after", o.Pod)
	} else {
		add(o.Return, "complete again after")
	}
	return fmt.Sprintf("%s: %s", o.Fault, strings.Join(parts, ", "))
}
