//go:build ignore

// Measure prints the table of package peers:
//
//	go run ./internal/peers/measure/main.go [-n 1000] [-runs 15] [-only REGEXP] [PROGRAM]
//
// PROGRAM is bin/quorumwright unless given.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/quorumwright/quorumwright/internal/peers"
)

func main() {
	n := flag.Int("n", 1000, "`NUMBER` of environments in the large corpora")
	runs := flag.Int("runs", 15, "counted `RUNS` of each command; large corpora take a third of them")
	only := flag.String("only", "", "measure only the rows whose name matches the `REGEXP`")
	guide := flag.String("guide", "golden/broken", "`DIR` with redis.yaml and values.yaml, linted as one environment")
	schemas := flag.String("schemas", "", "`DIR` with kubeconform's schemas as KIND.json; without it kubeconform asks the network")
	chart := flag.String("chart", "", "`DIR` with the gateway's chart, for helm; a small one without it")
	flag.Parse()
	program := "bin/quorumwright"
	if flag.NArg() > 0 {
		program = flag.Arg(0)
	}
	if err := peers.Measure(program, *n, *runs, *only, *guide, *schemas, *chart); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}
