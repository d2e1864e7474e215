package apim

import (
	"slices"
	"testing"
)

func version(t testing.TB, text string) Version {
	t.Helper()
	v, err := ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestParseVersion(t *testing.T) {
	for _, text := range []string{"4.9", "4.9.0", "4.9.32-debian", "4.10.0-alpha.1", "4.9.0+build"} {
		if got := version(t, text).String(); got != text {
			t.Errorf("%s is written %s", text, got)
		}
	}
	if got := version(t, "v4.9.1").String(); got != "4.9.1" {
		t.Errorf("v4.9.1 is written %s", got)
	}
	for _, text := range []string{"", "4", "latest", "4.9.0.1", "4.x", "4..1", "-1.2.3", "4.9999999"} {
		if v, err := ParseVersion(text); err == nil {
			t.Errorf("%q is read as %s", text, v)
		}
	}
}

func TestVersionOrder(t *testing.T) {
	ascending := []string{"4.6.29", "4.9.0-alpha.1", "4.9.0", "4.9.2", "4.9.10", "4.10.0", "5.0.0"}
	for i := range ascending[1:] {
		a, b := version(t, ascending[i]), version(t, ascending[i+1])
		if a.Compare(b) >= 0 || b.Compare(a) <= 0 {
			t.Errorf("%s does not come before %s", a, b)
		}
	}
	if version(t, "4.9.1").Compare(version(t, "4.9.1-debian")) != 0 {
		t.Error("the image variant counts in the order")
	}
}

func TestCatalogueNearest(t *testing.T) {
	for _, test := range []struct {
		asked, got string
		match      Match
	}{
		{"4.9.0", "4.9.0", Exact},
		{"4.9.32-debian", "4.9.32", Exact},
		{"4.9", "4.9.32", Exact},
		{"4.9.40", "4.9.32", NewerPatch},
		{"4.13.0", "4.12.17", NewerMinor},
		{"5.0.0", "4.12.17", NewerMinor},
		{"4.5.9", "4.6.0", Older},
		{"3.20.1", "4.6.0", Older},
	} {
		chart := Catalogue(version(t, test.asked))
		if chart.Version.String() != test.got || chart.Match != test.match || chart.Asked.String() != test.asked {
			t.Errorf("%s: chart %s, %s; want %s, %s", test.asked, chart.Version, chart.Match, test.got, test.match)
		}
	}
	if got := Latest().Version.String(); got != "4.12.17" {
		t.Errorf("the latest chart is %s", got)
	}
}

func TestImageTag(t *testing.T) {
	for chart, want := range map[string]string{
		"4.6.29": "4.6.29", "4.7.0": "4.7.0", "4.8.0": "4.8.0-debian", "4.12.17": "4.12.17-debian",
	} {
		if got := ImageTag(version(t, chart)); got != want {
			t.Errorf("chart %s: tag %s, want %s", chart, got, want)
		}
	}
}

func TestConstraint(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"4.9.0", []string{"4.9.0"}},
		{"=4.9.0", []string{"4.9.0"}},
		{"4.9", []string{"4.9.32"}},
		{"4.9.x", []string{"4.9.32"}},
		{"~4.9.0", []string{"4.9.32"}},
		{"~4.9", []string{"4.9.32"}},
		{"^4.10.0", []string{"4.10.28", "4.11.25", "4.12.17"}},
		{">=4.9.0 <4.11.0", []string{"4.9.32", "4.10.28"}},
		{">= 4.9.0, < 4.11", []string{"4.9.32", "4.10.28"}},
		{">4.11", []string{"4.12.17"}},
		{"<=4.7.3", []string{"4.6.29", "4.7.3"}},
		{"4.9.0 - 4.10.5", []string{"4.9.32", "4.10.5"}},
		{"4.6.x || 4.12.x", []string{"4.6.29", "4.12.17"}},
		{">=4.12.0 !=4.12.17", []string{"4.12.16"}},
		{"*", []string{"4.6.29", "4.7.29", "4.8.32", "4.9.32", "4.10.28", "4.11.25", "4.12.17"}},
		{"4.x", []string{"4.6.29", "4.7.29", "4.8.32", "4.9.32", "4.10.28", "4.11.25", "4.12.17"}},
		{">=4.13.0", []string{"4.12.17"}},
	} {
		c, err := ParseConstraint(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		var got []string
		for _, chart := range c.Charts() {
			got = append(got, chart.Version.String())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: charts %v, want %v", test.text, got, test.want)
		}
	}
	for _, text := range []string{"latest", "4.9.0.1", "%4", ">=four"} {
		if _, err := ParseConstraint(text); err == nil {
			t.Errorf("%q is read as a range", text)
		}
	}
}
