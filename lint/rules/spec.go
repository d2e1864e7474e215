package rules

import "github.com/quorumwright/quorumwright/lint"

// specRules are the kinds of mistakes of a spec. Every command that reads the
// spec reports them before it does anything else.
var specRules = []*lint.Rule{
	specConflict,
	specDuplicateKey,
	specMissing,
	specOutOfRange,
	specOwned,
	specSecretLiteral,
	specSyntax,
	specTooLarge,
	specUnknownField,
	specWrongType,
}

var specSyntax = &lint.Rule{
	ID:       "spec/syntax",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a spec that cannot be read",
		Why:   `A spec is one document of YAML or one file of CUE. If it cannot be read as such, nothing is generated, and the tree in the repository stays as it is.`,
		Fix:   "Correct the line that is shown. A YAML spec is one document; for several environments use environments.",
		Refs:  []string{refYAML, "https://cuelang.org/docs/reference/spec/"},
	},
}

var specTooLarge = &lint.Rule{
	ID:       "spec/too-large",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a spec beyond what a spec may hold",
		Why:   `A spec is read within bounds: its bytes, the depth of its nesting, the number of its values, and what aliases make of them. They are far above what one group of Redis and one gateway need, and keep a broken file from using all memory.`,
		Fix:   "Remove what does not belong into a spec, and write out aliases of aliases.",
		Refs:  []string{"https://yaml.org/spec/1.2.2/#71-alias-nodes"},
	},
}

var specDuplicateKey = &lint.Rule{
	ID:       "spec/duplicate-key",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "the same key twice in one mapping of the spec",
		Why:   `YAML forbids it, and many readers take the last one without a word: the first value would have no effect. Which of the two is meant, only the person who wrote them knows.`,
		Fix:   "Keep one of them.",
		Refs:  []string{"https://yaml.org/spec/1.2.2/#3213-node-comparison"},
	},
}

var specUnknownField = &lint.Rule{
	ID:       "spec/unknown-field",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a field that does not exist at this place of the spec",
		Why:   `A setting under a name that nobody reads does nothing: a quorum under a misspelled key would leave the default in force. So a spec holds no other fields than those that mean something.`,
		Fix:   "Write the name that is proposed; quorumwright explain spec lists all fields. Values of the gateway's chart that have no field of their own go below spec.gateway.values.",
		Refs:  []string{"https://cuelang.org/docs/tour/types/closed/"},
	},
}

var specWrongType = &lint.Rule{
	ID:       "spec/wrong-type",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a value of another type than the field takes",
		Why:   `A text for a number, a number for a text, a list for a mapping: what would be generated from it is not what was meant. YAML itself makes such mistakes: a tag written 7.0 is the number 7, and no image has it.`,
		Fix:   "Write the value in the type that is shown; put quotes around a text that looks like a number or like yes and no.",
		Refs:  []string{"https://yaml.org/spec/1.2.2/#103-core-schema"},
	},
}

var specOutOfRange = &lint.Rule{
	ID:       "spec/out-of-range",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a value that the field does not allow",
		Why:   `The type is right, but no such value can work: a name that Kubernetes refuses, a port above 65535, a time that Sentinel cannot keep, a version that has no catalogue.`,
		Fix:   "Write a value from the range that is shown.",
		Refs:  []string{"https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"},
	},
}

var specMissing = &lint.Rule{
	ID:       "spec/missing",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a field that must be there",
		Why:   `Some settings have no default that is right for everybody: a name, a version. Without them nothing is generated, rather than something that nobody chose.`,
		Fix:   "Add the field that is named.",
		Refs:  []string{"https://cuelang.org/docs/tour/types/optional/"},
	},
}

var specConflict = &lint.Rule{
	ID:       "spec/conflict",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "two fields of the spec that exclude each other",
		Why:   `Each of them is allowed, both together cannot work: a quorum above the number of Sentinels, two environments in one place, a limit below the request. Kubernetes, Helm and Sentinel would take such a setting, and fail when it matters.`,
		Fix:   "Change one of the places that are shown; if a default is one of them, write the field yourself.",
		Refs:  []string{refSentinel},
	},
}

var specSecretLiteral = &lint.Rule{
	ID:       "spec/secret-literal",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a secret where a reference belongs",
		Why:   `A spec is committed, and so is everything that is generated from it. A password that stands there can be read by everyone who can read the repository, today and in every clone of its history. The value is never shown, here or elsewhere.`,
		Fix:   "Write secretName and key of a Secret that the cluster has, and change the password: it has been in a file.",
		Refs:  []string{"https://kubernetes.io/docs/concepts/configuration/secret/"},
	},
}

var specOwned = &lint.Rule{
	ID:       "spec/owned",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a setting that has a field of its own in the spec",
		Why:   `Directives of Redis and Sentinel and values of the chart can be passed on as they are. Those which tie the parts together (passwords, hosts, ports, master names, images) cannot: written by hand they would part from what the other side is given.`,
		Fix:   "Use the field of the spec that is named.",
		Refs:  []string{refSentinel},
	},
}
