//go:build !linux || !(amd64 || arm64)

package main

import (
	"os/exec"
	"testing"
)

func runFaulty() { panic("no system calls can be made to fail here") }

// offline is only a command: nothing can be kept from the network here.
func offline(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	return command(t, dir, args...)
}
