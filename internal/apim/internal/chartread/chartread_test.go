package chartread

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// read reads a chart of one template and named helpers, and writes each key as
// "path modes [when] ?fallback".
func read(t *testing.T, template, helpers string) []string {
	t.Helper()
	chart, err := Read(fstest.MapFS{
		"Chart.yaml":                           {Data: []byte("name: apim\nversion: 4.9.0\n")},
		"values.yaml":                          {Data: []byte("gateway: {enabled: true}\n")},
		"templates/_helpers.tpl":               {Data: []byte(helpers)},
		"templates/gateway/gateway-thing.yaml": {Data: []byte(template)},
		"templates/api/api-thing.yaml":         {Data: []byte("{{ .Values.api.secret }}")},
		"templates/NOTES.txt":                  {Data: []byte("{{ .Values.notes }}")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, key := range chart.Keys {
		line := key.Path + " " + key.Mode.letters()
		if key.When != "" {
			line += " [" + key.When + "]"
		}
		if key.Opaque {
			line += " opaque"
		}
		if key.Fallback != "" {
			line += " ?" + key.Fallback
		}
		lines = append(lines, line)
	}
	return lines
}

func (m Mode) letters() string {
	var b strings.Builder
	for i, letter := range "tpyrenuE" { // the modes in their order
		if m&(1<<i) != 0 {
			b.WriteRune(letter)
		}
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, template, helpers string
		want                    []string
	}{
		{"a plain value", `a: {{ .Values.a.b }}`, "", []string{"a.b pu"}},
		{"quoted", `a: "{{ .Values.a }}" {{ .Values.b | quote }}`, "", []string{"a p", "b p"}},
		{"a default", `{{ .Values.a | default "x" }}{{ default 5 .Values.b }}`, "", []string{"a pu ?x", "b pu ?5"}},
		{"a variable", `{{ $x := .Values.a }}{{ $x.b }}`, "", []string{"a.b pu"}},
		{"a variable that a branch changes", `{{ $x := .Values.a }}{{ if .Values.c }}{{ $x = .Values.b }}{{ end }}{{ $x.d }}`, "",
			[]string{"a.d pu", "b.d pu", "c t"}},
		{"with", `{{ with .Values.a }}{{ .b }}{{ $.Values.c }}{{ else }}{{ .Values.d }}{{ end }}`, "",
			[]string{"a t", "a.b pu", "c pu [a]", "d pu [!a]"}},
		{"range over a list", `{{ range .Values.a }}{{ .b }}{{ end }}`, "", []string{"a e", "a[].b pu"}},
		{"range over names", `{{ range $k, $v := .Values.a }}{{ $k }}{{ $v | quote }}{{ end }}`, "", []string{"a eE", "a[] p"}},
		{"conditions", `{{ if and .Values.on (eq .Values.type "redis") }}{{ .Values.a }}{{ else }}{{ .Values.b }}{{ end }}`, "",
			[]string{"a pu [on & type=redis]", "b pu [!on | type!=redis]", "on t", "type t"}},
		{"both ways", `{{ if .Values.on }}{{ .Values.a }}{{ else }}{{ .Values.a }}{{ end }}`, "", []string{"a pu", "on t"}},
		{"else if", `{{ if .Values.x }}{{ else if not .Values.y }}{{ .Values.a }}{{ end }}`, "", []string{"a pu [!x & !y]", "x t", "y t [!x]"}},
		{"a test that cannot be read", `{{ if contains "x" .Values.a }}{{ .Values.b }}{{ end }}`, "", []string{"a t", "b pu opaque"}},
		{"what a key implies", `{{ if .Values.gateway.enabled }}{{ if .Values.a }}{{ if hasKey .Values.a "b" }}{{ .Values.a.b }}{{ end }}{{ end }}{{ end }}`, "",
			[]string{"a t", "a.b tpu", "gateway.enabled t"}},
		{"passed through", `{{ toYaml .Values.a | nindent 2 }}{{ tpl .Values.b . }}`, "", []string{"a y", "b r"}},
		{"required", `{{ required "no" .Values.a }}`, "", []string{"a pnu"}},
		{"get, dig, index", `{{ $m := default dict .Values.m }}{{ get $m "a" }}{{ dig "b" "c" "z" .Values.m }}{{ index .Values.m "d" }}{{ (index .Values.l 0).e }}`, "",
			[]string{"l[].e pu", "m.a pu", "m.b.c pu ?z", "m.d pu"}},
		{"include", `{{ include "h" . }}{{ include "d" (dict "v" .Values.a "ctx" .) }}{{ template "h" . }}`,
			`{{ define "h" }}{{ .Values.h }}{{ end }}{{ define "d" }}{{ .v.b }}{{ .ctx.Values.c }}{{ end }}{{ define "unused" }}{{ .Values.unused }}{{ end }}`,
			[]string{"a.b pu", "c pu", "h pu"}},
		{"include in a test", `{{ if eq (include "h" .) "true" }}{{ .Values.a }}{{ end }}`, `{{ define "h" }}{{ .Values.h }}{{ end }}`,
			[]string{"a pu opaque", "h tpu"}},
		{"a named template that includes itself", `{{ include "h" . }}`, `{{ define "h" }}{{ .Values.h }}{{ include "h" . }}{{ end }}`, []string{"h pu"}},
		{"or, ne, empty, gt len", `{{ if or .Values.x (ne .Values.y "no") }}{{ .Values.a }}{{ end }}{{ if empty .Values.z }}{{ .Values.b }}{{ end }}{{ if gt (len .Values.w) 0 }}{{ .Values.c }}{{ end }}`, "",
			[]string{"a pu [x | y!=no]", "b pu [!z]", "c pu [w]", "w t", "x t", "y t", "z t"}},
		{"merged dicts", `{{ toYaml (merge (deepCopy .Values.a) .Values.b) }}`, "", []string{"a y", "b y"}},
		{"a dict changed in place", `{{ $d := dict }}{{ $_ := set $d "k" .Values.a }}{{ $d.k.b }}`, "", []string{"a.b pu"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, read(t, test.template, test.helpers)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	for name, folder := range map[string]fstest.MapFS{
		"nothing":      {},
		"no values":    {"Chart.yaml": {Data: []byte("version: 1.0.0")}},
		"bad values":   {"Chart.yaml": {Data: []byte("version: 1.0.0")}, "values.yaml": {Data: []byte("a: b: c")}},
		"no templates": {"Chart.yaml": {Data: []byte("version: 1.0.0")}, "values.yaml": {Data: []byte("{}")}},
		"bad template": {
			"Chart.yaml": {Data: []byte("version: 1.0.0")}, "values.yaml": {Data: []byte("{}")},
			"templates/gateway/a.yaml": {Data: []byte("{{ if }}")},
		},
	} {
		if chart, err := Read(folder); err == nil {
			t.Errorf("%s: read as %v", name, fmt.Sprint(chart))
		}
	}
}
