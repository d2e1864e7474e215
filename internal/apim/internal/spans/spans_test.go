package spans

import "testing"

func set(t *testing.T, text string) Set {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func release(t *testing.T, text string) Release {
	t.Helper()
	r, err := ParseRelease(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestHas(t *testing.T) {
	s := set(t, "4.6.25+,4.7.1..4.7.3,4.8.2,4.10-4.12")
	if got := s.String(); got != "4.6.25+,4.7.1..4.7.3,4.8.2,4.10-4.12" {
		t.Errorf("written as %s", got)
	}
	for text, want := range map[string]bool{
		"4.6.24": false, "4.6.25": true, "4.6.99": true, "4.7.0": false, "4.7.1": true, "4.7.3": true, "4.7.4": false,
		"4.8.1": false, "4.8.2": true, "4.8.3": false, "4.9.0": false, "4.10.0": true, "4.11.7": true, "4.12.99": true, "4.13.0": false,
	} {
		if s.Has(release(t, text)) != want {
			t.Errorf("%s: %v, want %v", text, !want, want)
		}
	}
	if !(Set{}).Has(release(t, "4.9.0")) {
		t.Error("the empty set holds every release")
	}
	for _, bad := range []string{"4", "4.9.0-4.10.0", "4.9+", "4.9.1..", "x"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

func TestWithWithout(t *testing.T) {
	known := []Release{{4, 6, 29}, {4, 7, 29}, {4, 8, 32}}
	for _, test := range []struct{ set, with, without, want string }{
		{"4.6", "4.7.0", "", "4.6-4.7"},
		{"4.6-4.7", "4.8.32", "", "4.6-4.7,4.8.32+"},
		{"4.6-4.7", "4.8.5", "", "4.6-4.7,4.8.5"},
		{"4.8.5", "4.8.6", "", "4.8.5..4.8.6"},
		{"4.8.5", "4.8.4", "", "4.8.4..4.8.5"},
		{"4.8.31", "4.8.32", "", "4.8.31+"},
		{"4.7", "4.7.3", "", "4.7"},
		{"", "", "4.8.32", "4.6-4.7,4.8.0..4.8.31"},
		{"", "", "4.7.0", "4.6,4.8"},
		{"4.6-4.8", "", "4.7.10", "4.6,4.7.0..4.7.9,4.7.11+,4.8"},
		{"4.8.5", "", "4.8.5", ""},
		{"4.8.5+", "", "4.8.32", "4.8.5..4.8.31"},
	} {
		got := set(t, test.set)
		if test.with != "" {
			got = got.With(release(t, test.with), known)
		}
		if test.without != "" {
			got = got.Without(release(t, test.without), known)
		}
		if got.String() != test.want {
			t.Errorf("%q with %q without %q is %q, want %q", test.set, test.with, test.without, got, test.want)
		}
	}
}

func TestJoined(t *testing.T) {
	known := []Release{{4, 9, 32}, {4, 10, 28}, {4, 11, 25}, {4, 12, 17}}
	for text, want := range map[string]string{
		"4.12,4.10-4.12":      "4.10-4.12",
		"4.9.5+,4.10":         "4.9.5+,4.10",
		"4.11,4.9":            "4.9,4.11",
		"4.9.5+,4.9.3+":       "4.9.3+",
		"4.12.3,4.12.2":       "4.12.2..4.12.3",
		"4.10-4.11,4.11-4.12": "4.10-4.12",
	} {
		set, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := set.Joined(known).String(); got != want {
			t.Errorf("%s joined is %s, want %s", text, got, want)
		}
	}
}
