//go:build unix

// Peers measures quorumwright beside the programs that people would use in its
// place, each on the same files, and prints the ratios as a table.
//
//	go run ./internal/peers [-n 1000] [-runs 15] [-only REGEXP] [PROGRAM]
//
// PROGRAM is bin/quorumwright unless given. Peers that are not on PATH are left
// out. Every pair of commands runs in turn, A B A B …; the figures are medians
// of the processor time that the system counts for the process, user and system,
// and the ratio is the median of the ratios of the pairs, so that it holds where
// the machine is shared.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

func main() {
	n := flag.Int("n", 1000, "`NUMBER` of environments in the large corpora")
	runs := flag.Int("runs", 15, "counted `RUNS` of each command; large corpora take a third of them")
	only := flag.String("only", "", "measure only the rows whose name matches the `REGEXP`")
	guide := flag.String("guide", "golden/broken", "`DIR` with redis.yaml and values.yaml, linted as one environment")
	schemas := flag.String("schemas", "", "`DIR` with kubeconform's schemas as KIND.json; without it kubeconform asks the network")
	flag.Parse()
	program := "bin/quorumwright"
	if flag.NArg() > 0 {
		program = flag.Arg(0)
	}
	if err := measure(program, *n, *runs, *only, *guide, *schemas); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func measure(program string, n, runs int, only, guide, schemas string) error {
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
	c := &corpora{dir: dir, program: program, guide: guide, n: n}
	if err := c.small(); err != nil {
		return err
	}
	fmt.Println("| work | CPU ms | each ms | peak MiB | beside | CPU ms | ratio |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, w := range c.works(schemas) {
		if !chosen.MatchString(w.name) {
			continue
		}
		if err := w.measure(c, runs); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}
