package rules

import "github.com/quorumwright/quorumwright/lint"

// yamlRules judge the files before anything is known of what they mean. Most
// of what they say is found while reading.
var yamlRules = []*lint.Rule{
	yamlDuplicateKey,
	yamlLimits,
	yamlSurprise,
	yamlSyntax,
}

const refYAML = "https://yaml.org/spec/1.2.2/"

var yamlSyntax = &lint.Rule{
	ID:       "yaml/syntax",
	Severity: lint.Error,
	Unread:   true,
	Doc: lint.Doc{
		Title: "a document that is not YAML",
		Why: `kubectl, kustomize, Helm and the GitOps engines refuse the whole file, not only the broken document: nothing in it is deployed, and what is in the cluster stays as it was.

The other documents of the file are judged nevertheless. What the broken one would have held is missing from the picture, so correct it first and lint again.`,
		Fix:  "Correct the line that is shown. A Helm template is no YAML: lint what helm template prints, or the values.",
		Refs: []string{refYAML},
	},
}

var yamlDuplicateKey = &lint.Rule{
	ID:       "yaml/duplicate-key",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "the same key twice in one mapping",
		Why:   `The YAML specification forbids it, and readers part ways: kubectl and Helm take the last one and say nothing, so what stands above has no effect; kustomize, and with it Flux and Argo CD on kustomize roots, refuses the file: "mapping key already defined". A key that was pasted twice with two values means one thing on a laptop and nothing in the cluster.`,
		Fix:   "Keep one of them, with the value that is meant. What is judged here is the last one.",
		Refs:  []string{"https://yaml.org/spec/1.2.2/#3213-node-comparison", "https://helm.sh/docs/chart_template_guide/values_files/"},
	},
}

var yamlLimits = &lint.Rule{
	ID:       "yaml/limits",
	Severity: lint.Error,
	Unread:   true,
	Doc: lint.Doc{
		Title: "a file that was not read, or not to its end",
		Why:   `A file is read within bounds: its size, the number of its documents and values, their depth, and what its aliases expand to. What is compared with each other is bounded too: directives of a server, masters of a Sentinel, servers of an environment, commands of a script; and a build or a judgement may take 10 s and 1 GiB. The bounds are far above what manifests hold, and they keep a hostile or broken file from using all time and memory. What is behind a bound was not judged, and a report without findings would say too much: the program ends with exit code 3.`,
		Fix:   "Split the file, write out aliases of aliases, or leave the file out with --exclude if it is no manifest.",
		Refs:  []string{"https://yaml.org/spec/1.2.2/#71-alias-nodes"},
	},
	Check: func(p *lint.Pass) {
		for _, l := range p.Facts.Limits() {
			p.Report(lint.Finding{Message: l.Message, Help: l.Help, Places: []lint.Place{l.At}})
		}
	},
}
