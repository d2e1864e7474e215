package rules_test

import (
	"testing"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/lint/rules"
)

// BenchmarkLint judges the two files of golden/broken, reading included.
func BenchmarkLint(b *testing.B) {
	fsys := repo.DirFS("../../golden/broken")
	for b.Loop() {
		r, err := repo.Open(fsys, repo.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if len(lint.Run(r, lint.Options{Rules: rules.All(), Known: rules.All()})) == 0 {
			b.Fatal("no finding")
		}
	}
}
