package prove

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// WriteJSON writes a result for programs. All times are in seconds; null stands
// for what did not happen.
func (r *Result) WriteJSON(w io.Writer) error {
	type outcome struct {
		Fault      Fault    `json:"fault"`
		Pod        string   `json:"pod"`
		Detection  *float64 `json:"detection"`
		Agreement  *float64 `json:"agreement"`
		Promotion  *float64 `json:"promotion"`
		FirstWrite *float64 `json:"firstWrite"`
		Outage     *float64 `json:"outage"`
		NewMaster  string   `json:"newMaster"`
		Return     *float64 `json:"return"`
		SplitBrain *float64 `json:"splitBrain"`
		Recovered  bool     `json:"recovered"`
	}
	type round struct {
		What      string   `json:"what"`
		Recovered bool     `json:"recovered"`
		Took      *float64 `json:"took"`
	}
	type event struct {
		At    *float64  `json:"at"`
		Since *float64  `json:"since"`
		Kind  EventKind `json:"kind"`
		Pod   string    `json:"pod"`
		Text  string    `json:"text"`
	}
	out := struct {
		Version     string    `json:"version"`
		Environment string    `json:"environment"`
		Passed      bool      `json:"passed"`
		Causes      []string  `json:"causes"`
		Server      string    `json:"server"`
		Isolation   Isolation `json:"isolation"`
		Mapping     []string  `json:"mapping"`
		Pods        []string  `json:"pods"`
		Limit       *float64  `json:"limit"`
		Boot        *float64  `json:"boot"`
		Faults      []outcome `json:"faults"`
		Rounds      []round   `json:"rounds"`
		Checks      []Check   `json:"checks"`
		Writes      int       `json:"writes"`
		Lost        *int      `json:"lost"`
		SplitBrain  *float64  `json:"splitBrain"`
		Timeline    []event   `json:"timeline"`
	}{
		Version: "1", Environment: r.Environment, Passed: r.Passed, Causes: r.Causes, Server: r.Server,
		Isolation: r.Isolation, Mapping: r.Mapping, Pods: r.Pods, Limit: inSeconds(r.Limit), Boot: inSeconds(r.Boot),
		Faults: []outcome{}, Rounds: []round{}, Checks: r.Checks, Writes: r.Writes, SplitBrain: inSeconds(r.SplitBrain),
	}
	if r.Lost != unknown {
		out.Lost = &r.Lost
	}
	for _, o := range r.Faults {
		out.Faults = append(out.Faults, outcome{
			o.Fault, o.Pod, inSeconds(o.Detection), inSeconds(o.Agreement), inSeconds(o.Promotion), inSeconds(o.FirstWrite),
			inSeconds(o.Outage), o.NewMaster, inSeconds(o.Return), inSeconds(o.SplitBrain), o.Recovered,
		})
	}
	for _, o := range r.Rounds {
		out.Rounds = append(out.Rounds, round{o.What, o.Recovered, inSeconds(o.Took)})
	}
	for _, e := range r.Timeline {
		out.Timeline = append(out.Timeline, event{inSeconds(e.At), inSeconds(e.Since), e.Kind, e.Pod, e.Text})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

// inSeconds returns a time with three digits, or nil if it is negative.
func inSeconds(d time.Duration) *float64 {
	if d < 0 {
		return nil
	}
	s := math.Round(d.Seconds()*1000) / 1000
	return &s
}

// WriteMarkdown writes a result for a pull request: the verdict, the figures,
// and the timeline to unfold.
func (r *Result) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	mark := "✅"
	if !r.Passed {
		mark = "❌"
	}
	fmt.Fprintf(&b, "### %s %s\n\n", mark, r.Verdict())
	for _, c := range r.Causes {
		fmt.Fprintf(&b, "- **cause:** %s\n", escape(c))
	}
	if len(r.Causes) > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "| fault | pod | detected | promoted | first write (limit %s) | longest pause | back | split-brain |\n|---|---|---|---|---|---|---|---|\n", seconds(r.Limit))
	for _, o := range r.Faults {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", o.Fault, orDash(o.Pod), cell(o.Detection), cell(o.Promotion),
			cell(o.FirstWrite), cell(o.Outage), cell(o.Return), cell(o.SplitBrain))
	}
	fmt.Fprintf(&b, "\nWrites: %s. %s, %s.\n\n", r.counted(), count(len(r.Pods), "pod"), r.Server)
	for _, c := range r.Checks {
		if c.OK {
			fmt.Fprintf(&b, "- [x] %s\n", escape(c.What))
		} else {
			fmt.Fprintf(&b, "- [ ] %s: %s\n", escape(c.What), escape(c.Why))
		}
	}
	b.WriteString("\n<details><summary>timeline</summary>\n\n```text\n")
	for _, e := range r.Timeline {
		b.WriteString(strings.ReplaceAll(e.String(), "```", "'''") + "\n")
	}
	b.WriteString("```\n\n</details>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func cell(d time.Duration) string {
	if d < 0 {
		return "–"
	}
	return seconds(d)
}

func orDash(s string) string {
	if s == "" {
		return "all"
	}
	return s
}

// escape keeps a text from being read as markup.
func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "'", "\n", " ").Replace(s)
}

// String returns the event as one line of a plain timeline.
func (e Event) String() string {
	if e.Kind == Phase {
		return e.Text
	}
	mark := map[EventKind]string{Note: "note", Step: "", Good: "ok", Bad: "FAIL"}[e.Kind]
	at := fmt.Sprintf("%7.2f s", e.At.Seconds())
	if e.Since >= 0 {
		at = fmt.Sprintf("%+7.2f s", e.Since.Seconds())
	}
	if e.Kind == Note && e.Since < 0 {
		at = ""
	}
	return strings.TrimRight(fmt.Sprintf("%9s  %-4s  %-9s %s", at, mark, e.Pod, e.Text), " ")
}
