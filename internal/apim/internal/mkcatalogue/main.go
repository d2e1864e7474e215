//go:build ignore

// Mkcatalogue brings the catalogue up to date with one or more versions of the
// APIM chart:
//
//	go run internal/mkcatalogue/main.go [-check] CHARTFOLDER…
//
// run in the folder of package apim. It reads the folder's templates and
// values.yaml, changes data/keys.txt and data/releases.txt, and prints what
// changed; the diff is what a person reviews. make golden then writes tables.go,
// which the program carries. With -check nothing is written
// and the exit code is 1 when something would be.
//
// Keys, the releases they live in, defaults, fallbacks, kinds and conditions of
// new keys come from the templates. Of known keys the tool never touches the
// kind, the type, the condition, the place in gravitee.yml and the note: they
// were confirmed by rendering. Where it derives another condition than the
// reviewed one it says so with -v.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim/internal/chartread"
	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
	"github.com/quorumwright/quorumwright/internal/apim/internal/renew"
	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
)

func main() {
	check := flag.Bool("check", false, "write nothing, exit 1 if the catalogue would change")
	verbose := flag.Bool("v", false, "say where a derived condition differs from the reviewed one")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: go run internal/mkcatalogue/main.go [-check] [-v] CHARTFOLDER…")
		os.Exit(2)
	}
	changed, err := run(flag.Args(), *check, *verbose)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	if changed && *check {
		os.Exit(1)
	}
}

func run(folders []string, check, verbose bool) (changed bool, err error) {
	catalogue, err := load()
	if err != nil {
		return false, err
	}
	for _, folder := range folders {
		chart, err := chartread.Read(os.DirFS(folder))
		if err != nil {
			return false, fmt.Errorf("%s: %w", folder, err)
		}
		release, err := spans.ParseRelease(chart.Version)
		if err != nil {
			return false, fmt.Errorf("%s: %w", folder, err)
		}
		report := catalogue.Renew(release, chart)
		changed = changed || !report.Empty()
		fmt.Printf("chart %s: %d values read, %d new, %d gone, %d defaults and %d fallbacks differ, %d conditions differ\n",
			chart.Version, len(chart.Keys), len(report.New), len(report.Gone), len(report.Defaults), len(report.Fallbacks), len(report.Conditions))
		list("new", report.New)
		list("gone", report.Gone)
		list("default", report.Defaults)
		list("fallback", report.Fallbacks)
		if verbose {
			list("condition", report.Conditions)
		}
	}
	if check {
		return changed, nil
	}
	return changed, save(catalogue)
}

func list(what string, lines []string) {
	for _, line := range lines {
		fmt.Printf("  %s: %s\n", what, line)
	}
}

const keysFile, rootsFile, releasesFile = "data/keys.txt", "data/roots.txt", "data/releases.txt"

func load() (*renew.Catalogue, error) {
	keys, err := os.ReadFile(keysFile)
	if err != nil {
		return nil, err
	}
	records, err := keyfile.Parse(string(keys))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", keysFile, err)
	}
	catalogue := &renew.Catalogue{Records: records}
	roots, err := os.ReadFile(rootsFile)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(roots)) {
		name, _, _ := strings.Cut(line, "\t")
		catalogue.Roots = append(catalogue.Roots, name)
	}
	releases, err := os.ReadFile(releasesFile)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(releases)) {
		release, err := spans.ParseRelease(strings.TrimSpace(line))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", releasesFile, err)
		}
		catalogue.Known = append(catalogue.Known, release)
	}
	return catalogue, nil
}

func save(catalogue *renew.Catalogue) error {
	if err := os.WriteFile(keysFile, []byte(keyfile.Format(catalogue.Records)), 0o644); err != nil {
		return err
	}
	var releases strings.Builder
	for _, r := range catalogue.Known {
		fmt.Fprintf(&releases, "%d.%d.%d\n", r.Major, r.Minor, r.Patch)
	}
	return os.WriteFile(releasesFile, []byte(releases.String()), 0o644)
}
