package repo

import (
	"strings"
	"testing"
)

func TestMatchGlob(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"*.yaml", "a/b.yaml", true},
		{"vendor", "a/vendor", true},
		{"vendor", "a/vendors", false},
		{"a/*", "a/b", true},
		{"a/*", "a/b/c", false},
		{"a/**", "a/b/c", true},
		{"**/c", "a/b/c", true},
		{"**/c", "c", true},
		{"a/**/c", "a/c", true},
		{"a/**/c", "a/b/d/c", true},
		{"a/**/c", "b/a/c", false},
		{"./a/b", "a/b", true},
		{"a/[", "a/[", false},
		{"**", "a", true},
		{"**/**/**/**/**/x", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", false},
	}
	for _, tt := range tests {
		if got := matchGlob(tt.pattern, tt.name); got != tt.want {
			t.Errorf("matchGlob(%q, %q) = %v", tt.pattern, tt.name, got)
		}
	}
}

// TestMatchPath holds it against the plain search, which takes exponential time.
func TestMatchPath(t *testing.T) {
	var search func(want, have []string) bool
	search = func(want, have []string) bool {
		switch {
		case len(want) == 0:
			return len(have) == 0
		case want[0] == "**" && len(want) == 1:
			return len(have) > 0
		case want[0] == "**":
			return search(want[1:], have) || len(have) > 0 && search(want, have[1:])
		}
		return len(have) > 0 && (want[0] == "*" || want[0] == have[0]) && search(want[1:], have[1:])
	}
	var words func(n int, of []string) []string
	words = func(n int, of []string) []string {
		all := of
		if n > 1 {
			for _, more := range words(n-1, of) {
				for _, w := range of {
					all = append(all[:len(all):len(all)], w+"/"+more)
				}
			}
		}
		return all
	}
	matches := 0
	for _, pattern := range words(5, []string{"a", "b", "*", "**"}) {
		for _, name := range words(5, []string{"a", "b"}) {
			want := search(strings.Split(pattern, "/"), strings.Split(name, "/"))
			if got := MatchPath(pattern, name); got != want {
				t.Fatalf("%s matches %s: %v", pattern, name, got)
			}
			if want {
				matches++
			}
		}
	}
	if matches < 10_000 {
		t.Errorf("only %d of them match", matches)
	}
	if pattern, name := strings.Repeat("**/d/", 60)+"x", strings.Repeat("d/", 120)+"y"; MatchPath(pattern, name) {
		t.Errorf("%s matches %s", pattern, name)
	}
}

func TestEnvironmentNames(t *testing.T) {
	dirs := map[string]string{
		"overlays/eu-1": "eu-1", "overlays/base": "", "k8s/prod": "prod", "k8s/redis": "", "apps/prod-eu": "prod-eu",
		"x/Production": "Production", "envs/a": "a", "clusters/home": "home", "product": "", "testing2": "testing2", ".": "", "..": "",
	}
	for dir, want := range dirs {
		if got := envOfDir(dir); got != want {
			t.Errorf("envOfDir(%q) = %q, want %q", dir, got, want)
		}
	}
	files := map[string]string{
		"values-prod.yaml": "prod", "values.yaml": "", "a/dev.values.yaml": "dev", "redis_staging.yml": "staging", "reproduce.yaml": "", "qa2.yaml": "qa2",
	}
	for file, want := range files {
		if got := envOfFile(file); got != want {
			t.Errorf("envOfFile(%q) = %q, want %q", file, got, want)
		}
	}
	if got := envOfPath("overlays/prod/helm/values.yaml"); got != "prod" {
		t.Errorf("envOfPath = %q", got)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"resources", "replicas", "replacements", "images"}
	for word, want := range map[string]string{"resource": "resources", "reslicas": "replicas", "IMAGE": "images", "zzz": "", "imgaes": "images"} {
		if got := nearest(word, words); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestRelative(t *testing.T) {
	tests := [][3]string{{".", "a/b", "a/b"}, {"a", "a/b", "b"}, {"a/b", "a/c", "../c"}, {"a/b", "x", "../../x"}, {"a", "a", "."}}
	for _, tt := range tests {
		if got := relative(tt[0], tt[1]); got != tt[2] {
			t.Errorf("relative(%q, %q) = %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}
