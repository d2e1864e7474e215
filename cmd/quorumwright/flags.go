package main

import "strings"

// many is a flag that may be repeated. pflag has the same, but writes what it
// holds as CSV when the flag is made, with 4 KB of memory for each: every start of
// the program would pay for all of them.
func many(to *[]string) *listValue { return &listValue{to: to} }

// list is many, and each value may hold several, separated by commas.
func list(to *[]string) *listValue { return &listValue{to: to, split: true} }

type listValue struct {
	to           *[]string
	split, given bool
}

// Set takes one value of the command line; the first one replaces the default.
func (l *listValue) Set(text string) error {
	if !l.given {
		*l.to, l.given = nil, true
	}
	switch {
	case !l.split:
		*l.to = append(*l.to, text)
	case text != "":
		*l.to = append(*l.to, strings.Split(text, ",")...)
	}
	return nil
}

// Type is what completion tells repeated flags by.
func (l *listValue) Type() string {
	if l.split {
		return "stringSlice"
	}
	return "stringArray"
}

// String is how help shows the default.
func (l *listValue) String() string {
	if len(*l.to) == 0 {
		return ""
	}
	return "[" + strings.Join(*l.to, ",") + "]"
}
