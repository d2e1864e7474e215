//go:build !linux && !darwin

package supervisor

import (
	"errors"
	"io"
	"os"
)

// A Guard does nothing on this system.
type Guard struct{}

// Enter does nothing on this system.
func Enter() *Guard { return &Guard{} }

// Stderr is standard error.
func (*Guard) Stderr() *os.File { return os.Stderr }

// IsParent tells that there are no children on this system.
func (*Guard) IsParent() bool { return false }

// Begin does nothing on this system.
func Begin(string) (done func()) { return func() {} }

// Allow does nothing on this system.
func Allow(int) {}

// Died tells that there was no child on this system.
func Died(string) *Death { return nil }

// Exit ends the process.
func (*Guard) Exit(code int) { os.Exit(code) }

// Run is not possible on this system.
func (*Guard) Run(string, io.Reader, ...*Death) (int, error) { return 0, errors.ErrUnsupported }
