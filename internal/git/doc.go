// Package git runs the git binary: it reads an index or a tree as a file
// system, and makes a commit without touching the working tree, the index or
// the hooks of the person.
//
// A repository may be hostile: its configuration names programs, its files are
// called like options, a folder inside of it looks like another repository.
// Every call therefore has fixed arguments, names behind --, paths on standard
// input or with -z, and settings that keep git from starting anything that the
// repository names: no hook, no file system monitor, no external diff, no
// filter. What a person's own configuration names (a signing program, a
// credential helper) is used where it is needed, for a signature or a push.
//
// Nothing of git's environment is passed on but what says which repository is
// meant, and only if it is the one around the working directory: a hook of one
// repository may well work in another.
package git
