package prove

import (
	"bytes"
	"strings"
	"sync"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// A logBuffer keeps the last lines that a container printed, secrets masked.
type logBuffer struct {
	mu      sync.Mutex
	mask    func(string) string
	lines   []string
	partial []byte
}

const keptLines = 300

func (l *logBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = append(l.partial, b...)
	for {
		i := bytes.IndexByte(l.partial, '\n')
		if i < 0 {
			if len(l.partial) > 4096 {
				l.partial = l.partial[:0]
			}
			return len(b), nil
		}
		l.lines = append(l.lines, l.mask(string(l.partial[:i])))
		l.partial = l.partial[i+1:]
		if len(l.lines) > 2*keptLines {
			l.lines = append(l.lines[:0], l.lines[len(l.lines)-keptLines:]...)
		}
	}
}

// all returns the lines.
func (l *logBuffer) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// reset forgets the lines: a new run of the container begins.
func (l *logBuffer) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines, l.partial = nil, nil
}

// prefix matches what Redis puts before each message: process, role, date.
var prefix = pattern.New(`^\d+:[A-Z] \d+ \w+ \d+ [\d:.]+ [#*.-] `)

// fatal are the beginnings of messages that a server ends with, most telling
// first.
var fatal = pattern.New(`is not writable|Can't resolve instance hostname|No such master with specified name|Duplicate master name|` +
	`wrong number of arguments|Unbalanced quotes|Unrecognized sentinel configuration|Bad directive|Invalid argument|needs config file on disk|` +
	`Can't open the log file|can't open config file|Could not create server TCP listening socket|Failed to configure TLS|` +
	`Can't chdir|Can't open or create append-only|Permission denied|not listen anywhere|Quorum must be|time parameter|` +
	`Fatal error|executable file not found`)

// reasonOf returns why a container ended, in its own words; "" if it said
// nothing.
func reasonOf(lines []string) string {
	last := ""
	for i := len(lines) - 1; i >= 0; i-- {
		line := strings.TrimSpace(prefix.ReplaceAllString(lines[i], ""))
		if line == "" {
			continue
		}
		if last == "" {
			last = line
		}
		if fatal.MatchString(line) {
			last = line
			break
		}
	}
	last = strings.TrimSuffix(strings.TrimSuffix(last, " Exiting..."), ".")
	for _, line := range lines {
		if at, ok := strings.CutPrefix(strings.TrimSpace(line), ">>> "); ok {
			last += ": " + configLine(strings.Trim(at, "'"))
		}
	}
	return last
}

// configLine returns the line of a file that a server does not accept, without
// the value where that may be a secret which the repository does not know as one.
func configLine(line string) string {
	if words := strings.Fields(line); secretive.MatchString(line) && len(words) > 2 {
		return strings.Join(words[:2], " ") + " …"
	}
	return line
}

var secretive = pattern.New(`(?i)pass|auth|^user|>`)
