package renew

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/internal/apim/internal/chartread"
	"github.com/quorumwright/quorumwright/internal/apim/internal/keyfile"
	"github.com/quorumwright/quorumwright/internal/apim/internal/spans"
)

const before = `gateway.a	str	kind=free	note=passed through
gateway.gone	str	live=4.9-4.10	lands=C
gateway.kept	int	default=1	when=gateway.on	lands=C
gateway.on	bool	default=false	lands=C
`

func catalogue(t *testing.T, text string) *Catalogue {
	t.Helper()
	records, err := keyfile.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return &Catalogue{
		Records: records, Roots: []string{"api"},
		Known: []spans.Release{{Major: 4, Minor: 9, Patch: 5}, {Major: 4, Minor: 10, Patch: 3}},
	}
}

func chart(t *testing.T, values, template string) *chartread.Chart {
	t.Helper()
	read, err := chartread.Read(fstest.MapFS{
		"Chart.yaml":  {Data: []byte("name: apim\nversion: 0.0.0\n")},
		"values.yaml": {Data: []byte(values)},
		"templates/gateway/gateway-configmap.yaml": {Data: []byte(template)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return read
}

const old = `{{ toYaml .Values.gateway.a }}{{ if .Values.gateway.on }}{{ .Values.gateway.kept }}{{ end }}{{ .Values.gateway.gone }}{{ .Values.api.x }}`

func TestRenew(t *testing.T) {
	values := "gateway: {kept: 1, on: false}"
	for _, test := range []struct {
		name             string
		release          spans.Release
		values, template string
		report           Report
		want             string
	}{
		{"nothing new", spans.Release{Major: 4, Minor: 10, Patch: 3}, values, old, Report{}, before},
		{"a later patch without anything new", spans.Release{Major: 4, Minor: 10, Patch: 4}, values, old, Report{}, before},
		{
			"a new minor line inherits", spans.Release{Major: 4, Minor: 11, Patch: 2}, values, old, Report{},
			`gateway.a	str	kind=free	note=passed through
gateway.gone	str	live=4.9-4.11	lands=C
gateway.kept	int	default=1	when=gateway.on	lands=C
gateway.on	bool	default=false	lands=C
`,
		},
		{
			"a key is gone and one is new", spans.Release{Major: 4, Minor: 11, Patch: 0},
			"gateway: {kept: 2, on: false, fresh: {port: 8080}}",
			`{{ toYaml .Values.gateway.a }}{{ if .Values.gateway.on }}{{ .Values.gateway.kept }}{{ .Values.gateway.fresh.port }}{{ end }}`,
			Report{
				New: []string{"gateway.fresh.port"}, Gone: []string{"gateway.gone"},
				Defaults: []string{"gateway.kept: 1, values.yaml has 2"},
			},
			`gateway.a	str	kind=free	note=passed through
gateway.fresh.port	int	live=4.11	default=8080	when=gateway.on	lands=C	note=new in 4.11.0, to be reviewed
gateway.gone	str	live=4.9-4.10	lands=C
gateway.kept	int	default@4.9-4.10=1	default@4.11=2	when=gateway.on	lands=C
gateway.on	bool	default=false	lands=C
`,
		},
		{
			"a key came with a patch", spans.Release{Major: 4, Minor: 10, Patch: 4}, values, old + `{{ .Values.gateway.late | default "x" | quote }}`,
			Report{New: []string{"gateway.late"}},
			`gateway.a	str	kind=free	note=passed through
gateway.gone	str	live=4.9-4.10	lands=C
gateway.kept	int	default=1	when=gateway.on	lands=C
gateway.late	str	live=4.10.4+	fallback=x	lands=C	note=new in 4.10.4, to be reviewed
gateway.on	bool	default=false	lands=C
`,
		},
		{
			"a condition that changed is told, not taken", spans.Release{Major: 4, Minor: 10, Patch: 3}, values,
			`{{ toYaml .Values.gateway.a }}{{ .Values.gateway.on }}{{ .Values.gateway.kept }}{{ .Values.gateway.gone }}`,
			Report{Conditions: []string{`gateway.kept: reviewed "gateway.on", derived ""`}}, before,
		},
		{
			"children of a free-form block are not proposed", spans.Release{Major: 4, Minor: 10, Patch: 3}, values,
			old + `{{ .Values.gateway.a.child }}`, Report{}, before,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := catalogue(t, before)
			report := c.Renew(test.release, chart(t, test.values, test.template))
			if diff := cmp.Diff(test.report, report); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, keyfile.Format(c.Records)); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if again := c.Renew(test.release, chart(t, test.values, test.template)); !again.Empty() {
				t.Errorf("a second run changes something: %+v", again)
			}
		})
	}
}

func TestAgree(t *testing.T) {
	for _, test := range []struct {
		reviewed, derived string
		opaque, want      bool
	}{
		{"a & b", "b & a", false, true},
		{"a=x|y", "a=y | a=x", false, true},
		{"a=x", "a=x & a!=z", false, true},
		{"a.b", "a & a.b", false, true},
		{"a", "a=true", false, true},
		{"a & b", "a", false, false},
		{"a & b", "a", true, true},
		{"a", "a & b", true, false},
		{"", "a", false, false},
		{"a", "", false, false},
	} {
		if got := agree(test.reviewed, test.derived, test.opaque); got != test.want {
			t.Errorf("%q and %q (opaque %v): %v", test.reviewed, test.derived, test.opaque, got)
		}
	}
}
