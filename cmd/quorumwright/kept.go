package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/quorumwright/quorumwright/internal/cache"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/report"
)

// A keptReport is the report of an earlier run over the same files: what it
// printed, in which secrets are masked, and its exit code. It is found by what
// was asked, and good as long as every file that was read, and every folder that
// was searched, is what it was.
type keptReport struct {
	cache *cache.Cache
	key   cache.Key
	reads *repo.Reads // of this run; nil if nothing is to be kept
	out   bytes.Buffer
	found bool
	code  int
}

// maxKept bounds what is kept of a report in bytes.
const maxKept = 8 << 20

// keptReport looks for the report of an earlier run. Reports that are written to
// files, that are about more than files, or that change any are not kept.
func (g *globals) keptReport(f lintFlags, c *config, fsys fs.FS, opts repo.Options, problems []repo.Problem, rules []*lint.Rule, outputs []report.Output, today time.Time) *keptReport {
	k := &keptReport{cache: g.openCache()}
	switch {
	case k.cache == nil, g.verbose, f.fix.apply, f.fix.diff, f.baseline.write, f.chart.path != "", f.change != nil:
		return k
	}
	for _, o := range outputs {
		if o.File != "" {
			return k
		}
	}
	var baseline []byte
	if f.baseline.file != "" {
		var err error
		if baseline, err = regular.ReadFile(f.baseline.file, maxBaseline); err != nil {
			return k
		}
	}
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	// Repositories that are linted in the same words have entries of their own.
	here, err := os.Getwd()
	if err != nil {
		return k
	}
	k.key = k.cache.Key("lint", here, version(), opts.Dir, fmt.Sprintf("%q %q %q %q %q %d", opts.Paths, opts.Values, opts.Stdin, f.chartVersion, f.exclude, opts.MaxFileSize),
		fmt.Sprintf("%q %q %q %t %t", ids, f.profile, f.failOn, f.suppressed, g.useColor(g.out)), fmt.Sprintf("%v", outputs),
		fmt.Sprintf("%#v", problems), string(c.text), f.baseline.file, string(baseline), today.Format(time.DateOnly))
	k.reads = &repo.Reads{}
	if g.guard != nil && !g.guard.IsParent() {
		return k // the parent has looked already
	}
	data, ok := k.cache.Get(k.key)
	if !ok || len(data) < 8 {
		return k
	}
	code, n := int(binary.BigEndian.Uint32(data)), int(binary.BigEndian.Uint32(data[4:]))
	if data = data[8:]; n > len(data) {
		return k
	}
	if k.found = repo.Same(fsys, opts.Dir, data[n:]); k.found {
		k.code = code
		k.out.Write(data[:n])
	}
	return k
}

// tee returns a writer to w that also keeps what is written.
func (k *keptReport) tee(w io.Writer) io.Writer {
	if k.reads == nil {
		return w
	}
	return io.MultiWriter(w, k)
}

// Write keeps what is printed, unless it is too much to be kept.
func (k *keptReport) Write(b []byte) (int, error) {
	if k.out.Len()+len(b) > maxKept {
		k.reads, k.out = nil, bytes.Buffer{}
	}
	if k.reads != nil {
		k.out.Write(b)
	}
	return len(b), nil
}

// replay prints the report and returns the outcome of the run that made it.
func (k *keptReport) replay(w io.Writer) error {
	if _, err := w.Write(k.out.Bytes()); err != nil {
		return &exitError{exitFailed, err}
	}
	if k.code == exitClean {
		return nil
	}
	return &exitError{code: k.code}
}

// keep keeps the report for the next run, and returns the outcome of this one.
func (k *keptReport) keep(outcome error) error {
	code := exitClean
	var exit *exitError
	if errors.As(outcome, &exit) {
		code = exit.code
	}
	if k.reads == nil || code == exitFailed || outcome != nil && (exit == nil || exit.err != nil) {
		return outcome // what could not be read now may be read the next time
	}
	reads, ok := k.reads.Bytes()
	if !ok {
		return outcome
	}
	var b bytes.Buffer
	var head [8]byte
	binary.BigEndian.PutUint32(head[:], uint32(code))
	binary.BigEndian.PutUint32(head[4:], uint32(k.out.Len()))
	b.Write(head[:])
	b.Write(k.out.Bytes())
	b.Write(reads)
	k.cache.Put(k.key, b.Bytes())
	return outcome
}
