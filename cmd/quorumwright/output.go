package main

import "io"

// An output notes whether what was written to it got there: the disk behind a
// redirection may be full.
type output struct {
	io.Writer
	err error // the first one
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if o.err == nil {
		o.err = err
	}
	return n, err
}
