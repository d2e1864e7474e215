// Package help answers how the program is used.
package help

import (
	_ "embed"

	"github.com/quorumwright/quorumwright/internal/early"
)

// Text is what the program prints about itself. A test of the command writes it.
//
//go:embed help.txt
var Text string

func init() {
	early.Answer(func() string { return Text }, "--help", "-h", "help")
}
