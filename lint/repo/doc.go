// Package repo answers one question: what does a repository say, rendered, and
// where exactly is it written.
//
// Open reads manifests, Helm values and kustomize roots from any fs.FS and
// gives Environments: the objects and values that are deployed together. Every
// Value knows its place in the file that a person would edit, through patches,
// components, generators and transformers; a place that does not hold the value
// itself says that it is approximate.
//
// What is read belongs to strangers. Nothing but regular files inside the
// repository is opened, every file is bounded and checked before anything
// decodes it, kustomize builds a tree in memory that holds only what was
// checked, and neither the network nor a program is ever reached. What is
// refused is a Problem with a place, never left out in silence.
//
// Source text leaves the package through Repo.Snippet only, which masks
// secrets and escapes what a terminal would obey.
package repo
