// Sbom writes the bill of materials of a release: the modules that are linked
// into programs, as the Go toolchain recorded them, with their licences.
//
//	go run ./internal/sbom -version v1.2.3 FILE… > quorumwright.spdx.json
//
// Licences are read from the module cache, which building has filled. A module
// whose licence is not known, or not one that we accept, ends it.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

func main() {
	version := flag.String("version", "", "`VERSION` of the release")
	flag.Parse()
	if err := run(*version, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "sbom: %s\n", err)
		os.Exit(1)
	}
}

func run(version string, files []string) error {
	if version == "" || len(files) == 0 {
		return fmt.Errorf("usage: sbom -version VERSION FILE…")
	}
	var programs []program
	for _, file := range files {
		p, err := readProgram(file)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		programs = append(programs, p)
	}
	licences, err := licencesOf(linked(programs))
	if err != nil {
		return err
	}
	return encode(os.Stdout, document(version, created(), programs, licences))
}

// created is the time that the document gives: that of the sources, as
// reproducible-builds.org/specs/source-date-epoch has it, so that the same
// sources give the same document; without one, the beginning of time.
func created() time.Time {
	seconds, _ := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	return time.Unix(seconds, 0).UTC()
}
