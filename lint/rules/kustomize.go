package rules

import "github.com/quorumwright/quorumwright/lint"

// kustomizeRules say what stands in the way of rendering a kustomize root; it
// is found while reading.
var kustomizeRules = []*lint.Rule{
	kustomizeBuildFailed,
	kustomizeOrphanFile,
	kustomizeRemoteBase,
}

const refKustomization = "https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/"

var kustomizeBuildFailed = &lint.Rule{
	ID:       "kustomize/build-failed",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a kustomization that does not build",
		Why:   `kustomize build, kubectl apply -k, Flux and Argo CD all stop at the first mistake of a kustomization, and deploy nothing of it: a file that is listed and not there, a patch whose target does not exist, an object that two files define. In the cluster everything stays as it was, which looks well until the next change does not arrive.`,
		Fix:   "Correct the line that is shown; kustomize build on the folder shows the rendered objects.",
		Refs:  []string{refKustomization},
	},
}

var kustomizeRemoteBase = &lint.Rule{
	ID:       "kustomize/remote-base",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "something of the build was not read, and not judged",
		Why: `A resource that is named by an address is fetched when the cluster is told to apply it. What arrives then was reviewed by nobody who reviewed this repository, and a tag or a branch can change between two runs. Programs that kustomize would start (exec and container functions, Helm charts) are not started here either.

Nothing is fetched and nothing is run while linting. Rules that would have to know the missing part stay silent about it.`,
		Fix:  "Keep a rendered copy in the repository, or lint where the base is kept.",
		Refs: []string{"https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/"},
	},
}

var kustomizeOrphanFile = &lint.Rule{
	ID:       "kustomize/orphan-file",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a manifest that no kustomization lists",
		Why:   `Whoever applies the folder with kustomize, by hand or through Flux or Argo CD, gets what resources lists and nothing else. A manifest that lies beside it looks deployed in every review and is not: a NetworkPolicy that protects nothing, a ConfigMap that pods wait for.`,
		Fix:   "Add the file to resources of the kustomization that is shown, or remove it.",
		Refs:  []string{"https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/"},
	},
}
