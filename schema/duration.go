package schema

import "time"

// A Duration is a length of time as a spec writes it: 5s, 500ms, 1m30s.
type Duration string

// Milliseconds is the duration as Redis reads it: sentinel.conf knows no unit
// and takes "10s" for 10 milliseconds.
func (d Duration) Milliseconds() int64 {
	t, err := time.ParseDuration(string(d))
	if err != nil {
		return 0
	}
	return t.Milliseconds()
}
