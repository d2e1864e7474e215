package redisconf

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A PasswordReason says why a password cannot be used for a Sentinel group.
type PasswordReason string

const (
	PasswordEmpty      PasswordReason = "empty"
	PasswordWhiteSpace PasswordReason = "white space"
	PasswordQuote      PasswordReason = "quote"
	PasswordControl    PasswordReason = "control character"
	PasswordInvisible  PasswordReason = "invisible character"
	PasswordNotText    PasswordReason = "not UTF-8"
)

// A PasswordError refuses a password. It knows the reason, never the value.
type PasswordError struct {
	Reason PasswordReason
}

// Error says in words what would happen with the password.
func (e *PasswordError) Error() string {
	const rewrite = "Sentinel rewrites its file without quotes and would not start again, or with another password"
	switch e.Reason {
	case PasswordEmpty:
		return "the password is empty: Redis would run without authentication"
	case PasswordWhiteSpace:
		return "the password holds white space or a newline: " + rewrite
	case PasswordQuote:
		return "the password holds a quotation mark: " + rewrite
	case PasswordControl:
		return "the password holds a control character: it does not survive Sentinel's configuration file"
	case PasswordInvisible:
		return "the password holds an invisible character, which is not the same in every file that carries it"
	}
	return "the password is not valid UTF-8: YAML cannot carry it"
}

// CheckPassword tells whether Redis and every Sentinel of its group can carry
// the password through their configuration files for ever. Both read quoted
// words, but Sentinel writes `sentinel auth-pass` and `sentinel sentinel-pass`
// bare when it saves its state, so white space and quotes are fatal, or
// silently another password, at the second start (Redis 6.2 to 7.4, Valkey 7.2
// and 8.0). Every other printable character is accepted. The error is a
// *PasswordError.
//
// It says nothing about readers other than Redis, such as URIs.
func CheckPassword(s string) error {
	if s == "" {
		return &PasswordError{PasswordEmpty}
	}
	if !utf8.ValidString(s) {
		return &PasswordError{PasswordNotText}
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && isSpace(byte(r)):
			return &PasswordError{PasswordWhiteSpace}
		case r == '"' || r == '\'':
			return &PasswordError{PasswordQuote}
		case unicode.IsControl(r):
			return &PasswordError{PasswordControl}
		case !unicode.IsPrint(r):
			return &PasswordError{PasswordInvisible}
		}
	}
	return nil
}

// MasterName tells whether s may be written as the name of a master: letters,
// digits, dot, underscore and hyphen. That is narrower than what Sentinel can
// live with (see MasterNameFatal) because clients, scripts and YAML read the
// name as well.
func MasterName(s string) error {
	if s == "" {
		return errors.New("the master name is empty")
	}
	for _, r := range s {
		if r >= utf8.RuneSelf || !strings.ContainsRune("._-", r) && !isAlnum(byte(r)) {
			return errors.New("a master name holds only letters, digits, '.', '_' and '-'")
		}
	}
	return nil
}

// MasterNameFatal tells why a group of Sentinels cannot work with the master
// name s, or nil. Names with white space or quotes are accepted at the first
// start when they are quoted, but Sentinel rewrites its file without quotes. A
// comma separates the fields of the hello message by which Sentinels find each
// other: with one in the name they never meet.
func MasterNameFatal(s string) error {
	if s == "" {
		return errors.New("the master name is empty: Sentinel rewrites its file and does not start again")
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && isSpace(byte(r)):
			return errors.New("the master name holds white space: Sentinel rewrites its file without quotes and does not start again")
		case r == '"' || r == '\'':
			return errors.New("the master name holds a quotation mark: Sentinel rewrites its file without quotes and does not start again")
		case r == ',':
			return errors.New("the master name holds a comma: Sentinels cannot read each other's hello messages and never form a quorum")
		case unicode.IsControl(r):
			return errors.New("the master name holds a control character: it does not survive Sentinel's configuration file")
		}
	}
	return nil
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
