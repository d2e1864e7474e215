package rules

import "github.com/quorumwright/quorumwright/lint"

// gitopsRules judge what stands between the repository and the cluster.
var gitopsRules = []*lint.Rule{
	gitopsDrift,
	gitopsFluxSubstitution,
	gitopsOrder,
	gitopsValuesPath,
}

var gitopsValuesPath = &lint.Rule{
	ID:       "gitops/values-path",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a release takes its values from where there are none",
		Why:   `Argo CD renders the chart with every file of valueFiles, and stops if one is not there: "no such file or directory". The Application shows ComparisonError, and the release stays as it was. A HelmRelease of Flux whose valuesFrom names a missing key is not reconciled either.`,
		Fix:   "Write the path from the root of the repository that ref names, as $ref/path; for Flux the valuesKey that the ConfigMap has, or values.yaml.",
		Refs:  []string{"https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/", "https://fluxcd.io/flux/components/helm/helmreleases/#values"},
	},
}

var gitopsFluxSubstitution = &lint.Rule{
	ID:       "gitops/flux-substitution",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a variable of a script that Flux replaces before the shell sees it",
		Why:   `With postBuild in a Kustomization of Flux every ${NAME} in the rendered objects is replaced, in the scripts and configurations of ConfigMaps too. A name that postBuild does not define becomes nothing: a start script that writes "replica-announce-ip ${POD_NAME}" announces an empty name. $NAME without braces is left alone.`,
		Fix:   "Set the annotation kustomize.toolkit.fluxcd.io/substitute: disabled on the ConfigMap, write $NAME without braces, or double the dollar: $${NAME}.",
		Refs:  []string{"https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution"},
	},
}

var gitopsDrift = &lint.Rule{
	ID:       "gitops/drift",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "the generated tree differs from the spec",
		Why: `The cluster follows the tree, people read and change the spec. Where the two differ, a change of the spec was not generated and does not arrive, or a change by hand will be gone with the next run.

A file can be stale (the spec asks for something else), missing, changed by hand (it is not what the last run wrote), orphaned (the spec asks for it no longer), or in the way (something else lies where a file belongs). With check --staged it can also be right on the disk and not added to git, so that the next commit would not hold it. CRLF at the ends of its lines is told as such, and only where git would keep it.`,
		Fix:  "Run quorumwright generate and commit what it changes. A change that was made by hand belongs into the spec; with --force it is overwritten. What is only not added needs git add.",
		Refs: []string{"https://opengitops.dev/"},
	},
}
