// Package importer turns a repository that exists (manifests, Helm values, the
// values of bitnami/redis and redis-ha) into a spec that keeps what the one
// topology of the generated tree allows: names, namespaces, versions, references
// to Secrets, sizes, directives and values.
//
// It reads what package lint found, not the files. The schema is the judge of
// what a spec may hold: what it refuses is left out and told with its reason. No
// secret is copied: where one stands in plain text, the spec gets a reference,
// and the place is told.
package importer
