// Package schema answers one question: may this deployment exist, and what does
// it default to.
//
// The answer is written in CUE. spec.cue, redis.cue, sentinel.cue and
// gateway.cue list the fields of a spec with their comments, types.cue says what
// a single value may be and in which words that is told, defaults.cue holds
// what is left out, deployment.cue the rules between fields, owned.cue what a
// person cannot set because a field decides it. The presets are in the package
// overlays.
//
// The Go files read a spec file and hold it against that:
//
//   - yaml.go, yamlnode.go and cuefile.go turn a file into one kind of tree, in
//     which every value knows where it was written; cueguard.go and the limits
//     of yaml.go bound what that may cost.
//   - check.go walks the tree and asks CUE about each value on its own, so that
//     one run tells every mistake; words.go and correct.go word it.
//   - layer.go lays defaults, base, preset and environment over each other, and
//     rules.go, config.go, amounts.go and chartvalues.go judge the result, once
//     for each environment, and blame the person's own line for what is wrong.
//   - fields.go, jsonschema.go and export.go give the schema to people and
//     editors.
//
// CUE is compiled at the first use, once in a Loader; a thousand environments
// cost it a dozen evaluations, because those that agree are asked about once.
package schema
