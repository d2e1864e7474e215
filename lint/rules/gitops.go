package rules

import "github.com/quorumwright/quorumwright/lint"

// gitopsRules judge what stands between the repository and the cluster.
var gitopsRules = []*lint.Rule{
	gitopsDrift,
}

var gitopsDrift = &lint.Rule{
	ID:       "gitops/drift",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "the generated tree differs from the spec",
		Why: `The cluster follows the tree, people read and change the spec. Where the two differ, a change of the spec was not generated and does not arrive, or a change by hand will be gone with the next run.

A file can be stale (the spec asks for something else), missing, changed by hand (it is not what the last run wrote), orphaned (the spec asks for it no longer), or in the way (something else lies where a file belongs).`,
		Fix:  "Run quorumwright generate and commit what it changes. A change that was made by hand belongs into the spec; with --force it is overwritten.",
		Refs: []string{"https://opengitops.dev/"},
	},
}
