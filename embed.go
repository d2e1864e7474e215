// Package quorumwright carries the CUE half of the program: the module of
// schema, presets and shapes that the packages schema and generate evaluate.
package quorumwright

import "embed"

// CUE is the CUE module as it stands in the repository: cue.mod/module.cue and
// the .cue files of schema, overlays and generate. It is read-only and needs
// neither a temporary folder nor a registry.
//
//go:embed cue.mod schema/*.cue overlays/*.cue generate/*.cue
var CUE embed.FS
