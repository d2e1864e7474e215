package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/spelling"
)

// A Format is one way to show a report.
type Format struct {
	Name string
	// Doc says in a few words who reads it.
	Doc string
	// Write writes the whole report. The error is that of the writer.
	Write func(io.Writer, *Report) error
	// Excerpts says that it shows lines of the files.
	Excerpts bool
	// lines says that others may write to the same stream before or after.
	lines bool
}

// Formats are all formats, in the order of the help.
var Formats = []Format{
	{"text", "excerpts for people", writeText, true, true},
	{"concise", "file:line:column: severity: message [rule], one line each", writeConcise, false, true},
	{"json", "everything, with a published schema", writeJSON, false, false},
	{"sarif", "SARIF 2.1.0, for code scanning and editors", writeSARIF, false, false},
	{"github", "annotations in GitHub Actions", writeGitHub, false, true},
	{"gitlab", "GitLab Code Quality", writeGitLab, false, false},
	{"junit", "JUnit XML, a test case per rule", writeJUnit, false, false},
}

// auto is the name that stands for the formats that suit the place.
const auto = "auto"

// An Output is a format and where it goes.
type Output struct {
	Format Format
	// File is the file to write; "" is standard output.
	File string
}

// ParseOutputs reads values of the form FORMAT or FORMAT=FILE, where the file
// - is standard output. The format auto, also if there are no values, is text,
// and github besides when env says GITHUB_ACTIONS=true. An error is a mistake
// of the person, worded for him.
func ParseOutputs(values []string, env func(string) string) ([]Output, error) {
	if len(values) == 0 {
		values = []string{auto}
	}
	var outputs []Output
	for _, v := range values {
		name, file, hasFile := strings.Cut(v, "=")
		if hasFile && file == "" {
			return nil, fmt.Errorf("--output %s: name a file after the =, or leave the = out for standard output", v)
		}
		if file == "-" {
			file = ""
		}
		names := []string{name}
		if name == auto {
			names[0] = "text"
			if file == "" && env("GITHUB_ACTIONS") == "true" {
				names = append(names, "github")
			}
		}
		for _, name := range names {
			o := Output{byName(name), file}
			if o.Format.Name == "" {
				return nil, unknownFormat(name)
			}
			if !slices.ContainsFunc(outputs, o.equal) {
				outputs = append(outputs, o)
			}
		}
	}
	if err := checkOutputs(outputs); err != nil {
		return nil, err
	}
	return outputs, nil
}

func (o Output) equal(p Output) bool { return o.Format.Name == p.Format.Name && o.File == p.File }

// byName returns a format; the zero Format if there is none of that name.
func byName(name string) Format {
	for _, f := range Formats {
		if f.Name == name {
			return f
		}
	}
	return Format{}
}

// FormatNames returns the names that ParseOutputs knows, in the order of the
// help.
func FormatNames() []string {
	names := []string{auto}
	for _, f := range Formats {
		names = append(names, f.Name)
	}
	return names
}

func unknownFormat(name string) error {
	names := FormatNames()
	if n := spelling.Nearest(name, names, min(2, len(name)/2)); n != "" {
		return fmt.Errorf("--output \"%s\": unknown format, did you mean %s", visible(name), n)
	}
	last := len(names) - 1
	return fmt.Errorf("--output \"%s\": unknown format, use %s or %s", visible(name), strings.Join(names[:last], ", "), names[last])
}

// checkOutputs refuses two outputs that would spoil each other.
func checkOutputs(outputs []Output) error {
	for i, a := range outputs {
		for _, b := range outputs[:i] {
			switch {
			case a.File != b.File:
			case a.File != "":
				return fmt.Errorf("--output %s=%s: %s is written to that file already, name another one", a.Format.Name, visible(a.File), b.Format.Name)
			case !a.Format.lines:
				return fmt.Errorf("--output %s: standard output shows %s already, name a file: %s=FILE", a.Format.Name, b.Format.Name, a.Format.Name)
			case !b.Format.lines:
				return fmt.Errorf("--output %s: standard output shows %s already, name a file: %s=FILE", b.Format.Name, a.Format.Name, b.Format.Name)
			}
		}
	}
	return nil
}

// Write writes the report to every output. Files are never in colour, and never
// there in part. The error names the file.
func Write(stdout io.Writer, r *Report, outputs []Output) error {
	for _, o := range outputs {
		if o.File == "" {
			if err := o.Format.Write(stdout, r); err != nil {
				return fmt.Errorf("could not write the report: %w", err)
			}
			continue
		}
		plain := *r
		plain.Color = false
		if err := writeFile(o, &plain); err != nil {
			return fmt.Errorf("%s: could not write the report: %w", visible(o.File), withoutPath(err))
		}
	}
	return nil
}

// withoutPath returns what is wrong with a file, without the name of the one that is
// written beside it.
func withoutPath(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// writeFile writes beside the file and renames, unless something else than a file
// has the name, like /dev/stderr, or nothing can be made beside it.
func writeFile(o Output, r *Report) error {
	name := o.File
	if info, err := os.Lstat(name); err != nil || info.Mode().IsRegular() {
		beside := filepath.Join(filepath.Dir(name), fmt.Sprintf(".%s.%d", filepath.Base(name), os.Getpid()))
		if f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644); err == nil {
			err = writeTo(f, o.Format, r)
			if err == nil {
				err = os.Rename(beside, name)
			}
			if err != nil {
				os.Remove(beside)
			}
			return err
		}
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	return writeTo(f, o.Format, r)
}

func writeTo(f *os.File, format Format, r *Report) error {
	err := format.Write(f, r)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// lineWriter returns a buffer for the many small parts that a report is written
// in; a report as a whole may be larger than all it is made from.
func lineWriter(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 32<<10) }
