package redisconf

import (
	"math"
	"testing"
)

func TestStrtoll(t *testing.T) {
	for _, c := range []struct {
		text     string
		base     int
		value    int64
		rest     string
		overflow bool
	}{
		{"42", 10, 42, "", false},
		{" \v+42x", 10, 42, "x", false},
		{"-7 ", 10, -7, " ", false},
		{"", 10, 0, "", false},
		{"-", 10, 0, "-", false},
		{"x1", 10, 0, "x1", false},
		{"789", 8, 7, "89", false},
		{"9223372036854775807", 10, math.MaxInt64, "", false},
		{"9223372036854775808", 10, math.MaxInt64, "", true},
		{"-9223372036854775808", 10, math.MinInt64, "", false},
		{"-9223372036854775809", 10, math.MinInt64, "", true},
		{"99999999999999999999z", 10, math.MaxInt64, "z", true},
		{"1\x002", 10, 1, "", false},
	} {
		value, rest, overflow := strtoll(c.text, c.base)
		if value != c.value || rest != c.rest || overflow != c.overflow {
			t.Errorf("strtoll(%q, %d) = %d, %q, %v", c.text, c.base, value, rest, overflow)
		}
	}
}

func TestAtoi(t *testing.T) {
	for _, c := range []struct {
		text  string
		value int
		clean bool
	}{
		{"2", 2, true},
		{"+2", 2, true},
		{"2x", 2, false},
		{"x", 0, false},
		{"", 0, true},
		{"4294967297", 1, false},
		{"2147483648", math.MinInt32, false},
		{"5\x00", 5, false},
	} {
		if value, clean := atoi(c.text); value != c.value || clean != c.clean {
			t.Errorf("atoi(%q) = %d, %v", c.text, value, clean)
		}
	}
}

func TestParseSize(t *testing.T) {
	for _, c := range []struct {
		text   string
		want   uint64
		ok     bool
		legacy bool // Redis 6.2 takes it as well
	}{
		{"100", 100, true, true},
		{"1k", 1000, true, true},
		{"1KB", 1024, true, true},
		{"3Mb", 3 << 20, true, true},
		{"2g", 2e9, true, true},
		{"2gB", 2 << 30, true, true},
		{"", 0, true, true},
		{"mb", 0, true, true},
		{"1t", 0, false, false},
		{"1 mb", 0, false, false},
		{"-1", 0, false, false},
		{"1.5gb", 0, false, false},
		{"18446744073709551615", math.MaxUint64, true, true},
		{"17179869184gb", 0, true, true},
		{"8589934592gb", 1 << 63, true, false},
	} {
		got, ok := parseSize(c.text)
		if got != c.want || ok != c.ok {
			t.Errorf("parseSize(%q) = %d, %v", c.text, got, ok)
		}
		if _, ok := parseSizeLegacy(c.text); ok != c.legacy {
			t.Errorf("parseSizeLegacy(%q): %v", c.text, ok)
		}
	}
}

func TestSizeInstead(t *testing.T) {
	for text, want := range map[string]string{
		"256Mi": "256mb", "1Gi": "1gb", "512Ki": "512kb", "1.5gb": "1536mb", "0.5g": "500m", "1tb": "1024gb", "2T": "2000g",
		"1 gb": "1gb", "0.1kb": "", "big": "", "": "", "-5mb": "", "0Mi": "0",
	} {
		if got := sizeInstead(text); got != want {
			t.Errorf("sizeInstead(%q) = %q, want %q", text, got, want)
		}
		if _, ok := parseSize(want); want != "" && !ok {
			t.Errorf("sizeInstead(%q) suggests %q, which no server reads", text, want)
		}
	}
}
