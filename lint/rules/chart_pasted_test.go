package rules

import "testing"

func TestPasted(t *testing.T) {
	const (
		octal = "it is read as an octal number"
		other = "it is read as a number and written differently"
		date  = "it is read as a date"
	)
	for text, want := range map[string]string{
		"017": octal, "-017": octal, "+0_7": octal, "0": "", "00": octal, "0.5": "", "08": "",
		"0x1F": other, "0b1": other, "-0o7": other, "0y1": "",
		"1_000": other, "+12": other, "-1_0.5": other, "a_b": "", "_1": "", "1_a": "",
		"1:30": other, "-1:30:00.5": other, "redis:6379": "", "1:75": "", ":1": "",
		"1.0": "", "1.50": other, "1e3": other, "1.5": "", "4.9.0": "", "1e": "", "e1": "",
		"2024-01-02": date, "2024-1-2T03:04": date, "2024-01": "", "a024-01-02": "", "-024-01-02": "",
		"": "", "text": "", "redis-sentinel": "",
	} {
		if got := pasted(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
