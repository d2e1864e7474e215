// Package release answers which version of the program this is.
package release

import (
	"runtime"
	"runtime/debug"

	"github.com/quorumwright/quorumwright/internal/early"
)

func init() { early.Answer(Line, "version") }

// Line is what the command version prints.
func Line() string {
	return "quorumwright " + Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + " " + runtime.Version() + "\n"
}

// Version is the version of the module as the Go toolchain recorded it.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
