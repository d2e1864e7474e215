// Package rules holds what can be wrong: one file for each family, one value
// for each rule. The bad and good examples of rule family/name are in
// testdata/family/name.txtar; explain and docs/rules show the same text.
package rules

import (
	"slices"

	"github.com/quorumwright/quorumwright/lint"
)

// All returns every rule, in the order of the ids.
func All() []*lint.Rule {
	all := slices.Concat(
		authRules,
		chartRules,
		gitopsRules,
		imageRules,
		kustomizeRules,
		lintRules,
		manifestRules,
		networkRules,
		pluginRules,
		redisRules,
		secretRules,
		sentinelRules,
		specRules,
		yamlRules,
	)
	slices.SortFunc(all, func(a, b *lint.Rule) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return all
}

// ByID returns the rule of an id, or nil.
func ByID(id string) *lint.Rule {
	for _, r := range All() {
		if r.ID == id {
			return r
		}
	}
	return nil
}
