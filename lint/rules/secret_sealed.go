package rules

import (
	"fmt"

	"github.com/quorumwright/quorumwright/lint"
)

var secretSealedScope = &lint.Rule{
	ID:       "secret/sealed-scope",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a SealedSecret under another name than it was sealed for",
		Why:   `kubeseal puts name and namespace into the ciphertext unless another scope is chosen. A namePrefix, nameSuffix or namespace of a kustomization changes them afterwards: the controller says "no key could decrypt secret" and makes no Secret, and every pod that refers to it stays in CreateContainerConfigError.`,
		Fix:   `Seal the Secret once for each environment, with the name and namespace that are rendered there; or seal it with --scope namespace-wide (name may change) or --scope cluster-wide (both may).`,
		Refs:  []string{"https://github.com/bitnami-labs/sealed-secrets#scopes"},
	},
	Check: func(p *lint.Pass) {
		for _, o := range p.Env().Objects {
			if o.Kind != "SealedSecret" {
				continue
			}
			annotations := o.Value.Get("metadata", "annotations")
			if annotations.Get("sealedsecrets.bitnami.com/cluster-wide").Text() == "true" {
				continue
			}
			metadata := o.Written().Get("metadata")
			if name := metadata.Get("name"); name.Exists() && name.Text() != o.Name && annotations.Get("sealedsecrets.bitnami.com/namespace-wide").Text() != "true" {
				renamed := lint.At(o, o.Value.Get("metadata", "name"), fmt.Sprintf("renamed to %q", o.Name))
				sealed := lint.At(o, name, fmt.Sprintf("sealed for %q", name.Text()))
				f := lint.Finding{
					Message: fmt.Sprintf("this SealedSecret was sealed for the name %q and is rendered as %q: it cannot be decrypted", name.Text(), o.Name),
					Places:  []lint.Place{renamed},
					Help:    fmt.Sprintf("seal it for %q, or with --scope namespace-wide", o.Name),
				}
				if !hasPlace(f.Places, sealed) {
					f.Places = append(f.Places, sealed)
				}
				p.Report(f)
			}
			if namespace := metadata.Get("namespace"); namespace.Text() != "" && namespace.Text() != o.Namespace {
				p.Report(lint.Finding{
					Message: fmt.Sprintf("this SealedSecret was sealed for namespace %q and is rendered in %q: it cannot be decrypted", namespace.Text(), o.Namespace),
					Places: []lint.Place{
						lint.At(o, o.Value.Get("metadata", "namespace"), fmt.Sprintf("moved to %q", o.Namespace)), lint.At(o, namespace, fmt.Sprintf("sealed for %q", namespace.Text())),
					},
					Help: fmt.Sprintf("seal it for namespace %q, or with --scope cluster-wide", o.Namespace),
				})
			}
		}
	},
}

// secretNotEncrypted has no Check: reading the repository finds it, where the
// rules of SOPS are known.
var secretNotEncrypted = &lint.Rule{
	ID:       "secret/not-encrypted",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "plain values in a file that a rule of .sops.yaml covers",
		Why:   `.sops.yaml says that the file is to be encrypted, and it holds plain values: it was committed before "sops encrypt", or edited without sops afterwards. Whoever reads the repository has the secret. Flux and helm-secrets take the file as it is, so that nothing fails and nobody notices.`,
		Fix:   `Run "sops encrypt --in-place FILE", edit it with "sops edit FILE" from then on, and change the value that was in git.`,
		Refs:  []string{"https://getsops.io/docs/", "https://fluxcd.io/flux/guides/mozilla-sops/"},
	},
}
