package spelling_test

import (
	"testing"

	"github.com/quorumwright/quorumwright/internal/spelling"
)

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b  string
		bound int
		want  int
	}{
		{"quorum", "quorum", 9, 0},
		{"Quorum", "quorum", 9, 1},
		{"qourum", "quorum", 9, 1},
		{"qurum", "quorum", 9, 1},
		{"quorumm", "quorum", 9, 1},
		{"quarum", "quorum", 9, 1},
		{"port", "quorum", 9, 4},
		{"port", "quorum", 2, 2},
		{"", "abc", 9, 3},
	}
	for _, tt := range tests {
		if got := spelling.Distance(tt.a, tt.b, tt.bound); got != tt.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", tt.a, tt.b, tt.bound, got, tt.want)
		}
		if got := spelling.Distance(tt.b, tt.a, tt.bound); got != tt.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", tt.b, tt.a, tt.bound, got, tt.want)
		}
	}
}

func TestNearest(t *testing.T) {
	candidates := []string{"quorum", "port", "downAfter"}
	tests := []struct{ word, want string }{
		{"qourum", "quorum"},
		{"downafter", "downAfter"},
		{"prot", "port"},
		{"image", ""},
	}
	for _, tt := range tests {
		if got := spelling.Nearest(tt.word, candidates, spelling.Slips(tt.word)); got != tt.want {
			t.Errorf("Nearest(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}
