// Package sbom makes the bill of materials of a release: the modules that are
// linked into programs, as the Go toolchain recorded them, with their licences.
package sbom

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Write writes the bill of materials of programs, files that go build made, as
// SPDX 2.3 in JSON. Licences are read from the module cache, which building has
// filled. A module whose licence is not known, or not one that we accept, is an
// error.
func Write(w io.Writer, version string, files []string) error {
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
	return encode(w, document(version, created(), programs, licences))
}

// created is the time that the document gives: that of the sources, as
// reproducible-builds.org/specs/source-date-epoch has it, so that the same
// sources give the same document; without one, the beginning of time.
func created() time.Time {
	seconds, _ := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	return time.Unix(seconds, 0).UTC()
}
