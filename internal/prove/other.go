//go:build !linux

package prove

import (
	"context"
	"errors"
)

// The hidden parts of the program exist on Linux only.
func HelperNames() []string { return nil }

// Helper runs one of the hidden parts of the program.
func Helper(string) int { return 128 }

func (p *process) kill()       {}
func (p *process) terminate()  {}
func (p *process) freeze(bool) {}

func start(context.Context, *Plan, Options, programs, func(Event)) (*Result, error) {
	return nil, errors.New("a proof needs Linux, where each pod can have an address of its own: run it in CI, a virtual machine or a container")
}
