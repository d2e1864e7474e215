package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Exit codes, the same for every command and format.
const (
	exitClean    = 0 // nothing found, nothing to do
	exitFindings = 1 // findings, drift or a failed proof
	exitUsage    = 2 // wrong usage, configuration or spec
	exitFailed   = 3 // could not read, render, run or write
)

// exitInterrupted is what a shell reports of a program that Ctrl-C ended.
const exitInterrupted = 130

// An exitError ends the program with a code. Its error, if any, is told first.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// errFindings ends the program after what it found has been printed.
var errFindings = &exitError{code: exitFindings}

func usagef(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

func failedf(format string, args ...any) error {
	return &exitError{exitFailed, fmt.Errorf(format, args...)}
}

// tell prints an error the way every error of this program is printed and
// returns the exit code. An error that names a place in the user's file stands
// on its own lines; any other begins with the program's name.
func tell(w io.Writer, err error) int {
	if err == nil {
		return exitClean
	}
	code := exitUsage
	var exit *exitError
	if errors.As(err, &exit) {
		code, err = exit.code, exit.err
	}
	if err == nil {
		return code
	}
	text := strings.TrimRight(err.Error(), "\n")
	var placed interface{ placed() }
	if errors.As(err, &placed) {
		fmt.Fprintln(w, text)
	} else {
		fmt.Fprintln(w, "quorumwright: "+text)
	}
	return code
}

// A placedError is a text that begins each line with a place in a file.
type placedError string

func (e placedError) Error() string { return string(e) }
func (placedError) placed()         {}
