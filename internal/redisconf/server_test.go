package redisconf

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The installed server is the judge of what this package says. It must be
// there: a test that skips itself would prove nothing.
func redisServer(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("redis-server is not installed; these tests compare the package with the real server")
	}
	return path
}

// installed is the version of the installed server.
func installed(t *testing.T) Version {
	t.Helper()
	out, err := exec.Command(redisServer(t), "--version").Output()
	if err != nil {
		t.Fatalf("redis-server --version: %v", err)
	}
	m := regexp.MustCompile(`^(\w+) server v=([0-9.]+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("redis-server --version printed no version: %s", out)
	}
	if string(m[1]) == "Valkey" {
		return ParseVersion(Valkey, string(m[2]))
	}
	return ParseVersion(Redis, string(m[2]))
}

var refusedLine = regexp.MustCompile(`(?m)^Reading the configuration file, at line (\d+)\n>>> .*\n(.*)$`)

// endOf is a line that no server accepts. At the end of a file it makes the
// server stop after it has read all the others and before it does anything.
func endOf(mode Mode) string {
	if mode == SentinelMode {
		return "sentinel the-end"
	}
	return "the-end of the file"
}

// refusals reads lines with the real server and returns, for every line that
// it refuses, what it says. head goes before the lines in every file.
//
// One start tells the first refused line, and the next one begins after it. A
// line at which the server ends without naming it is found by halving.
func refusals(dir string, mode Mode, head, lines []string) (map[int]string, error) {
	found := map[int]string{}
	for first := 0; first < len(lines); {
		at, text, err := firstRefusal(dir, mode, head, lines[first:])
		switch {
		case err != nil && len(lines) == 1:
			return map[int]string{0: err.Error()}, nil
		case err != nil:
			half := (len(lines) - first + 1) / 2
			for _, part := range [][2]int{{first, first + half}, {first + half, len(lines)}} {
				refused, err := refusals(dir, mode, head, lines[part[0]:part[1]])
				if err != nil {
					return nil, err
				}
				for i, text := range refused {
					found[part[0]+i] = text
				}
			}
			return found, nil
		case at < 0:
			return nil, fmt.Errorf("redis-server refused the head of the file: %s", text)
		case first+at == len(lines):
			return found, nil
		}
		found[first+at] = text
		first += at + 1
	}
	return found, nil
}

// firstRefusal returns the index of the first refused line, len(lines) for
// none. The error is that the server ended without naming a line.
func firstRefusal(dir string, mode Mode, head, lines []string) (int, string, error) {
	file := filepath.Join(dir, "test.conf")
	all := slices.Concat(head, lines, []string{endOf(mode)})
	if err := os.WriteFile(file, []byte(strings.Join(all, "\n")), 0o600); err != nil {
		return 0, "", err
	}
	args := []string{file}
	if mode == SentinelMode {
		args = append(args, "--sentinel")
	}
	cmd := exec.Command("redis-server", args...)
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput() // it always ends with an error
	m := refusedLine.FindSubmatch(out)
	if m == nil {
		return 0, "", fmt.Errorf("redis-server ended without naming a line:\n%s", out)
	}
	at, err := strconv.Atoi(string(m[1]))
	return at - 1 - len(head), string(m[2]), err
}

// refusalsInParts is refusals over several servers at a time.
func refusalsInParts(t *testing.T, mode Mode, head, lines []string) map[int]string {
	t.Helper()
	redisServer(t)
	const parts = 4
	found := map[int]string{}
	var lock sync.Mutex
	var done sync.WaitGroup
	for part := range parts {
		first, last := part*len(lines)/parts, (part+1)*len(lines)/parts
		dir := t.TempDir()
		done.Go(func() {
			refused, err := refusals(dir, mode, head, lines[first:last])
			lock.Lock()
			defer lock.Unlock()
			if err != nil {
				t.Error(err)
			}
			for i, text := range refused {
				found[first+i] = text
			}
		})
	}
	done.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return found
}

// A running server, reached over a socket in a folder of its own.
type running struct {
	t      *testing.T
	socket string
	file   string
	log    *bytes.Buffer
	stop   func() // kills the server and waits for its end
}

// start runs the server on lines and waits until it answers.
func start(t *testing.T, mode Mode, lines ...string) *running {
	t.Helper()
	dir := t.TempDir()
	r := &running{t: t, socket: filepath.Join(dir, "s"), file: filepath.Join(dir, "c"), log: &bytes.Buffer{}}
	text := strings.Join(append([]string{Line("unixsocket", r.socket), Line("dir", dir)}, lines...), "\n") + "\n"
	if err := os.WriteFile(r.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r.run(mode)
	return r
}

func (r *running) run(mode Mode) {
	r.t.Helper()
	args := []string{r.file}
	if mode == SentinelMode {
		args = append(args, "--sentinel")
	}
	r.log.Reset()
	os.Remove(r.socket)
	cmd := exec.Command(redisServer(r.t), args...)
	cmd.Stdout, cmd.Stderr = r.log, r.log
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		cmd.Wait() // a killed server ends with an error
		close(exited)
	}()
	r.stop = func() {
		cmd.Process.Kill()
		<-exited
	}
	r.t.Cleanup(r.stop)
	for deadline := time.Now().Add(20 * time.Second); ; {
		if c, err := net.Dial("unix", r.socket); err == nil {
			c.Close()
			return
		}
		select {
		case <-exited:
			r.t.Fatalf("redis-server did not start:\n%s", r.log)
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			r.t.Fatal("redis-server did not open its socket within 20 s")
		}
	}
}

// ask sends one command and returns the reply's strings.
func (r *running) ask(words ...string) []string {
	r.t.Helper()
	c, err := net.Dial("unix", r.socket)
	if err != nil {
		r.t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	var b bytes.Buffer
	fmt.Fprintf(&b, "*%d\r\n", len(words))
	for _, w := range words {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(w), w)
	}
	if _, err := c.Write(b.Bytes()); err != nil {
		r.t.Fatal(err)
	}
	reply, err := readReply(c)
	if err != nil {
		r.t.Fatalf("%s: %v", words[0], err)
	}
	return reply
}

// readReply reads a reply of simple, bulk and integer strings or a flat array
// of them, byte by byte: replies in these tests are short.
func readReply(c net.Conn) ([]string, error) {
	line, err := readUntil(c, "\r\n")
	if err != nil || line == "" {
		return nil, fmt.Errorf("no reply: %v", err)
	}
	n, _ := strconv.Atoi(line[1:])
	switch line[0] {
	case '+', ':':
		return []string{line[1:]}, nil
	case '$':
		text := make([]byte, n+2)
		if _, err := readFull(c, text); err != nil {
			return nil, err
		}
		return []string{string(text[:n])}, nil
	case '*':
		var all []string
		for range n {
			part, err := readReply(c)
			if err != nil {
				return nil, err
			}
			all = append(all, part...)
		}
		return all, nil
	}
	return nil, fmt.Errorf("the server answered: %s", line)
}

func readUntil(c net.Conn, end string) (string, error) {
	var text []byte
	one := make([]byte, 1)
	for !bytes.HasSuffix(text, []byte(end)) {
		if _, err := readFull(c, one); err != nil {
			return "", err
		}
		text = append(text, one[0])
	}
	return string(text[:len(text)-len(end)]), nil
}

func readFull(c net.Conn, into []byte) (int, error) {
	for n := 0; n < len(into); {
		m, err := c.Read(into[n:])
		if err != nil {
			return n, err
		}
		n += m
	}
	return len(into), nil
}

// freePort returns a port of the loopback address that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
