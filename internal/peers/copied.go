package peers

import (
	"io"
	"os"
	"path/filepath"
)

// copied returns the path of a copy of a program, which is what is measured: Go's
// linker writes through a memory map, and the file then lies in the page cache in
// single pages, from which it starts an eighth slower (Linux 6, ext4).
func (c *corpora) copied(program string) (string, error) {
	at := filepath.Join(c.dir, "bin", filepath.Base(program))
	if _, err := os.Stat(at); err == nil {
		return at, nil
	}
	// In parts: what this process takes counts as the peak of those that it starts.
	from, err := os.Open(program)
	if err != nil {
		return "", err
	}
	defer from.Close()
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return "", err
	}
	to, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return "", err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{to}, from, make([]byte, 64<<10))
	if closed := to.Close(); err == nil {
		err = closed
	}
	return at, err
}
