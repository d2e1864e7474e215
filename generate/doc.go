// Package generate turns a deployment into files: a kustomize base, an overlay
// for every environment and the Helm values of its gateway.
//
// The .cue files hold the shape of every document and the directives of
// redis.conf and sentinel.conf; scripts/ holds what the pods run. Go fills the
// shapes in, writes them out, and keeps track of the files: Generate makes a
// Tree in memory, Diff compares it with a folder, Write brings the folder in
// line. The package knows nothing about checking files that others wrote.
package generate
