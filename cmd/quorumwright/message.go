package main

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Trailers of a commit message.
const (
	trailerEnvironment = "Quorumwright-Environment"
	trailerInput       = "Quorumwright-Input"
	trailerMerged      = "Quorumwright-Merged"
	trailerVersion     = "Quorumwright-Version"
	trailerSignoff     = "Signed-off-by"
)

// A commitMessage is a message in parts.
type commitMessage struct {
	subject      string
	lines        []string // what changes, one line for each kind of change
	environments []string
	input        []byte // the spec
	merged       string // its path, if it is not the one on the disk; or ""
	signoff      string // "Name <address>", or ""
}

// String returns the message: the subject, what changes, and trailers that git
// interpret-trailers reads.
func (m commitMessage) String() string {
	var b strings.Builder
	b.WriteString(m.subject + "\n\n")
	b.WriteString(m.body())
	if len(m.lines) > 0 {
		b.WriteString("\n")
	}
	digest := sha256.Sum256(m.input)
	b.WriteString(trailerEnvironment + ": " + strings.Join(m.environments, ", ") + "\n")
	b.WriteString(trailerInput + ": sha256:" + hex.EncodeToString(digest[:]) + "\n")
	if m.merged != "" {
		b.WriteString(trailerMerged + ": " + m.merged + "\n")
	}
	b.WriteString(trailerVersion + ": " + version() + "\n")
	if m.signoff != "" {
		b.WriteString(trailerSignoff + ": " + m.signoff + "\n")
	}
	return b.String()
}

// body is what changes, in lines of at most 72 letters.
func (m commitMessage) body() string {
	var b strings.Builder
	for _, line := range m.lines {
		if len(m.lines) > 1 {
			b.WriteString(wrap("- "+line, "  "))
		} else {
			b.WriteString(wrap(line, ""))
		}
	}
	return b.String()
}

// wrap breaks a line between words.
func wrap(line, indent string) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Fields(line) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case width+1+n > maxSubject:
			b.WriteString("\n" + indent)
			width = len(indent)
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += n
	}
	return b.String() + "\n"
}

// hasTrailer tells whether the last paragraph of a commit message has a trailer.
func hasTrailer(message, name string) bool {
	paragraphs := strings.Split(strings.TrimRight(message, "\n"), "\n\n")
	for line := range strings.Lines(paragraphs[len(paragraphs)-1]) {
		if strings.HasPrefix(line, name+": ") {
			return true
		}
	}
	return false
}

// isOurs tells whether a commit message is one that this program wrote.
func isOurs(message string) bool { return hasTrailer(message, trailerInput) }

// requestBody is the text of a pull request: what changes, and what was looked
// at.
func (m commitMessage) requestBody() string {
	var b strings.Builder
	for _, line := range m.lines {
		b.WriteString("- " + line + "\n")
	}
	b.WriteString("\nGenerated from the spec by quorumwright " + version() + "; the tree lints clean.\n")
	return b.String()
}
