// Package early answers command lines that need nothing of the program, before
// the program is set up: help on it as a whole, and its version.
//
// Go sets up packages in the order of their import paths, each as soon as what
// it imports is set up, and only then calls main. CUE and kustomize take 2 ms of
// processor time for that, twice as much as all the rest of such a run. A package
// that imports less comes before them, and the program can end there. That is
// why the answers are packages of their own: what tells the version imports more
// than what tells the help. A toolchain with another order gives the same
// answers, only later.
//
// Package main has the same commands. They answer where this package does not,
// for instance because a flag is given or standard output cannot be written to.
package early

import "os"

// Answer prints what answer returns and ends the program, if it was started with
// one of these words and nothing else.
func Answer(answer func() string, words ...string) {
	if len(os.Args) != 2 {
		return
	}
	for _, w := range words {
		if os.Args[1] != w {
			continue
		}
		// Of an error package main tells, which writes it again.
		if _, err := os.Stdout.WriteString(answer()); err == nil {
			os.Exit(0)
		}
	}
}
