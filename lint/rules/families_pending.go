package rules

import "github.com/quorumwright/quorumwright/lint"

var (
	lintRules, manifestRules, networkRules []*lint.Rule
)
