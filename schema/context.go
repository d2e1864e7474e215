package schema

import (
	"cuelang.org/go/cue"

	// The packages of CUE's standard library that the embedded module imports.
	// A test builds all of the module, so that none is forgotten.
	_ "cuelang.org/go/pkg/encoding/yaml"
	_ "cuelang.org/go/pkg/list"
	_ "cuelang.org/go/pkg/strconv"
	_ "cuelang.org/go/pkg/strings"
	_ "cuelang.org/go/pkg/time"
)

// newContext returns a context in which CUE is evaluated.
//
// It is what cuecontext.New returns, without the rest of the standard library
// and without @embed, which specs may not use. Linking those costs every start of the
// program, whatever it is started for, a quarter of its time: they bring the
// readers of TOML, XML and protobuf and an HTTP client. The price is the one
// deprecated call that makes a context without them.
func newContext() *cue.Context {
	//lint:ignore SA1019 there is no other way to a context without the whole standard library
	r := new(cue.Runtime)
	//lint:ignore SA1019 likewise
	_, _ = r.BuildInstances(nil) // sets it up; nothing is built
	return (*cue.Context)(r)
}
