//go:build !linux

package repo

import "io/fs"

// readQuick knows no quicker way on this system.
func (d *dirFS) readQuick(string, int64) ([]byte, bool) { return nil, false }

func (d *dirFS) missing(string) bool { return false }

// ReadDir returns the entries of a folder, sorted.
func (d *dirFS) ReadDir(name string) ([]fs.DirEntry, error) { return readDir(d, name) }
