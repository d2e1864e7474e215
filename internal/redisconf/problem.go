package redisconf

// A Mode is the program that reads the file: redis-server, or the same binary
// as Sentinel.
type Mode int

const (
	ServerMode Mode = iota
	SentinelMode
)

// A Kind sorts problems by what is wrong.
type Kind string

const (
	UnknownDirective Kind = "unknown directive"
	NotYetKnown      Kind = "directive of a later version"
	Removed          Kind = "directive of an earlier version"
	WrongFile        Kind = "directive of another file"
	WrongArgs        Kind = "wrong number of arguments"
	BadValue         Kind = "bad value"
	DurationWithUnit Kind = "duration with a unit"
	NoEffect         Kind = "directive without effect"
	Deprecated       Kind = "old name"
)

// A Problem is one thing wrong with a directive. No text in it repeats a value
// of the file.
type Problem struct {
	Kind       Kind
	Word       *Word  // what to point at: the name or an argument of the directive
	Message    string // lower case, no final period
	Help       string // what to write instead, may be empty
	Suggestion string // the text that should stand for Word, as a bare word; may be empty
	Fatal      bool   // the server does not start
}
