// Package blockyaml reads the part of YAML that manifests are written in, many
// times faster than a full YAML parser: mappings and sequences in block style,
// scalars on one line, plain and in quotes, literal and folded blocks, flow
// collections, and comments. It makes the very nodes that go.yaml.in/yaml/v3
// makes of the same text, without the comments.
//
// Everything else is left to that parser: anchors, aliases, tags, merge keys,
// directives, scalars over several lines, tabs that separate, doubled keys, and
// every text that is not YAML. Parse says of such a text that it is not for it,
// and never why; so a reader that asks yaml.v3 then reports what yaml.v3 finds.
// A fuzz test holds the two against each other.
package blockyaml
