//go:build ignore

// Mksbom writes the bill of materials of a release:
//
//	go run ./internal/sbom/mksbom/main.go -version v1.2.3 FILE… > quorumwright.spdx.json
//
// FILE are the programs of the release, as go build made them.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/quorumwright/quorumwright/internal/sbom"
)

func main() {
	version := flag.String("version", "", "`VERSION` of the release")
	flag.Parse()
	if *version == "" || flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: mksbom -version VERSION FILE…")
		os.Exit(2)
	}
	if err := sbom.Write(os.Stdout, *version, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "mksbom:", err)
		os.Exit(1)
	}
}
