package git

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A batch is a running git cat-file that answers one question after another.
type batch struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Reader
	attention time.Duration
}

func (r *Repo) startBatch(mode string) (*batch, error) {
	cmd := r.command(r.ctx, call{args: []string{"cat-file", mode}})
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, startError(err)
	}
	return &batch{cmd, in, bufio.NewReaderSize(out, 64<<10), r.attention}, nil
}

func (b *batch) close() {
	b.in.Close()
	_, _ = io.Copy(io.Discard, b.out)
	_ = b.cmd.Wait() // its answers have been read; how it ends changes nothing
}

// ask returns the type and the size of an object.
func (b *batch) ask(id string) (kind string, size int64, err error) {
	if !objectName.MatchString(id) {
		return "", 0, fmt.Errorf("%q is not the name of an object", id)
	}
	slow := time.AfterFunc(b.attention, func() { _ = b.cmd.Process.Kill() })
	defer slow.Stop()
	if _, err := io.WriteString(b.in, id+"\n"); err != nil {
		return "", 0, errGone
	}
	line, err := b.out.ReadString('\n')
	if err != nil {
		return "", 0, errGone
	}
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return "", 0, fmt.Errorf("the repository does not hold the object %s: a partial clone, or a damaged one", id[:12])
	}
	if size, err = strconv.ParseInt(fields[2], 10, 64); err != nil {
		return "", 0, errGone
	}
	return fields[1], size, nil
}

var errGone = errors.New("git cat-file ended early: the repository cannot be read")

// maxObject bounds what is read of one object: more is never asked for.
const maxObject = 64 << 20

// read returns the type and the content of an object.
func (r *Repo) read(id string) (kind string, data []byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.blobs == nil {
		if r.blobs, err = r.startBatch("--batch"); err != nil {
			return "", nil, err
		}
	}
	kind, size, err := r.blobs.ask(id)
	if err != nil {
		return "", nil, err
	}
	if size > maxObject {
		_, err = io.CopyN(io.Discard, r.blobs.out, size+1)
		return "", nil, errors.Join(fmt.Errorf("the object %s is larger than %d MiB", id[:12], maxObject>>20), err)
	}
	data = make([]byte, size+1)
	if _, err := io.ReadFull(r.blobs.out, data); err != nil {
		return "", nil, errGone
	}
	return kind, data[:size:size], nil
}

// size returns the size of an object.
func (r *Repo) size(id string) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sizes == nil {
		var err error
		if r.sizes, err = r.startBatch("--batch-check"); err != nil {
			return 0, err
		}
	}
	_, size, err := r.sizes.ask(id)
	return size, err
}
