// Package report shows findings to people and to the programs they use: one
// file per format.
//
// A format knows what a finding is and how its readers want it; it does not
// know the repository. The only text of the repository that it may show comes
// through a [Source], which masks secrets, and whatever came from a repository
// (names, messages, lines) is written so that neither a terminal nor a CI
// runner acts on it: see visible.
//
// Every format is a pure function of the [Report]: no clock, no environment,
// no map order, so that equal findings give equal bytes.
package report
