//go:build unix

// Package peers measures quorumwright beside the programs that people would use
// in its place, each on the same files, and prints the ratios as a table. Peers
// that are not on PATH are left out. Every pair of commands runs in turn, A B A B
// …; the figures are medians of the processor time that the system counts for the
// process, user and system, and the ratio is the median of the ratios of the
// pairs, so that it holds where the machine is shared.
package peers

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Measure prints the table to standard output: of the rows whose name matches
// only, with n environments in the large corpora and so many runs of each
// command. guide is a folder with redis.yaml and values.yaml, linted as one
// environment; schemas is one of kubeconform's schemas, or ""; chart is
// that of the gateway, or "" for a small one.
func Measure(program string, n, runs int, only, guide, schemas, chart string) error {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	if guide, err = filepath.Abs(guide); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := &corpora{dir: dir, guide: guide, n: n}
	if c.program, err = c.copied(program); err != nil {
		return err
	}
	if err := c.small(); err != nil {
		return err
	}
	fmt.Println("| work | CPU ms | each ms | peak MiB | beside | CPU ms | ratio |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, w := range c.works(schemas, chart) {
		if !chosen.MatchString(w.name) {
			continue
		}
		if err := w.measure(c, runs); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}
