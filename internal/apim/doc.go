// Package apim knows what the Gravitee APIM Helm chart and the gateway image
// really do, version by version: which values a template reads and under which
// condition, where a value lands in gravitee.yml, which plugins an image
// bundles, which environment variables the gateway matches, and which defects
// a patch release carries.
//
// The chart has no values.schema.json, so Helm accepts any key and drops the
// ones that no template reads. [Catalogue] answers the question Helm does not:
//
//	chart := apim.Catalogue(version)
//	verdict := chart.Lookup(apim.ParsePath("gateway.ratelimit.type"))
//	// verdict.State == apim.Dead, verdict.Instead == "ratelimit.type"
//
// [Chart.Judge] walks a whole values tree and yields one judgement for each
// topmost key that does nothing, including keys whose condition the merged
// values do not meet.
//
// # Where the facts come from
//
// The files below data/ list facts read from the templates and pom.xml files of
// the public repository gravitee-io/gravitee-api-management at every release
// tag from 4.6.0 to 4.12.17, and confirmed by rendering the chart with each key
// switched on and off. The catalogue speaks about what the chart renders. What
// a gateway does with a setting at run time is told only where a note says so.
//
// The program carries them as tables (tables.go, which a test writes), so that
// nothing is read or parsed when it starts.
package apim
