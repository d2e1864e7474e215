package pattern

import "testing"

func TestWhereAndSurely(t *testing.T) {
	words := New(`(?i)redis|rate-?limit`).Where(HasFold("redis", "rate")).Surely(Has("redis"))
	for text, want := range map[string]bool{
		"my-redis": true, "REDIS": true, "ratelimit": true, "Rate-Limit": true, "rate": false, "other": false, "rediſ": true, "é": false,
	} {
		if got := words.MatchString(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
	asked := false
	never := New(`^a(b)`).Where(func(s string) bool { asked = true; return Begins("a")(s) })
	if never.FindStringSubmatch("b") != nil || never.FindString("b") != "" || never.FindAllStringSubmatchIndex("b", -1) != nil || !asked {
		t.Error("a text that does not pass the test is looked at")
	}
	if got := never.ReplaceAllString("b", "c"); got != "b" {
		t.Errorf("a text without the pattern is changed to %q", got)
	}
	if got := never.FindStringSubmatch("ab"); len(got) != 2 || got[1] != "b" {
		t.Errorf("ab gives %q", got)
	}
	if either := Either(Has("://"), Begins("vault:")); !either("vault:x") || !either("a://b") || either("x") {
		t.Error("Either is not one of both")
	}
}
