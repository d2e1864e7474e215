package redisconf

import (
	"errors"
	"strings"
	"testing"
)

var passwordCases = []struct {
	password string
	want     PasswordReason // empty: accepted
}{
	{"", PasswordEmpty},
	{"abcDEF-_.~0123", ""},
	{`!#$%&()*+,/:;<=>?@[\]^{|}` + "`", ""},
	{"#leading", ""},
	{`trailing\`, ""},
	{"pässwort", ""},
	{"canary b", PasswordWhiteSpace},
	{" a", PasswordWhiteSpace},
	{"a\t", PasswordWhiteSpace},
	{"a\n", PasswordWhiteSpace},
	{"a\vb", PasswordWhiteSpace},
	{`a"b`, PasswordQuote},
	{"it's", PasswordQuote},
	{"a\x00", PasswordControl},
	{"a\x1b[", PasswordControl},
	{"a\u00a0b", PasswordInvisible},
	{"a\u200bb", PasswordInvisible},
	{"\ufeffa", PasswordInvisible},
	{"a\xffb", PasswordNotText},
}

func TestCheckPassword(t *testing.T) {
	for _, c := range passwordCases {
		err := CheckPassword(c.password)
		var refused *PasswordError
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%q: refused: %v", c.password, err)
		case c.want != "" && (!errors.As(err, &refused) || refused.Reason != c.want):
			t.Errorf("%q: got %v, want the reason %q", c.password, err, c.want)
		case err != nil && len(c.password) > 3 && strings.Contains(err.Error(), c.password):
			t.Errorf("%q: the message repeats the password: %v", c.password, err)
		}
	}
}

func TestMasterNames(t *testing.T) {
	for _, c := range []struct {
		name         string
		plain, fatal bool // MasterName accepts it; MasterNameFatal refuses it
	}{
		{"mymaster", true, false},
		{"My.master_1-a", true, false},
		{"my:master", false, false},
		{"*", false, false},
		{"#m", false, false},
		{"mäster", false, false},
		{"", false, true},
		{"my master", false, true},
		{"my\tmaster", false, true},
		{"my\nmaster", false, true},
		{`my"master`, false, true},
		{"my'master", false, true},
		{"my,master", false, true},
		{"my\x01master", false, true},
	} {
		if err := MasterName(c.name); (err == nil) != c.plain {
			t.Errorf("MasterName(%q) = %v", c.name, err)
		}
		if err := MasterNameFatal(c.name); (err != nil) != c.fatal {
			t.Errorf("MasterNameFatal(%q) = %v", c.name, err)
		}
	}
}
