package report

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseOutputs(t *testing.T) {
	nowhere := func(string) string { return "" }
	actions := func(name string) string {
		return map[string]string{"GITHUB_ACTIONS": "true"}[name]
	}
	for _, c := range []struct {
		values []string
		env    func(string) string
		want   []string // format=file
		err    string
	}{
		{nil, nowhere, []string{"text="}, ""},
		{nil, actions, []string{"text=", "github="}, ""},
		{[]string{"auto"}, actions, []string{"text=", "github="}, ""},
		{[]string{"auto", "github"}, actions, []string{"text=", "github="}, ""},
		{[]string{"auto=report.txt"}, actions, []string{"text=report.txt"}, ""},
		{[]string{"text", "sarif=lint.sarif"}, nowhere, []string{"text=", "sarif=lint.sarif"}, ""},
		{[]string{"json=-", "json=a=b.json"}, nowhere, []string{"json=", "json=a=b.json"}, ""},
		{[]string{"text", "text"}, nowhere, []string{"text="}, ""},
		{[]string{"jsno"}, nowhere, nil, `--output "jsno": unknown format, did you mean json`},
		{[]string{"Gitlb"}, nowhere, nil, `--output "Gitlb": unknown format, did you mean gitlab`},
		{[]string{"checkstyle"}, nowhere, nil, `--output "checkstyle": unknown format, use auto, text, concise, json, sarif, github, gitlab or junit`},
		{[]string{""}, nowhere, nil, `--output "": unknown format, use auto, text, concise, json, sarif, github, gitlab or junit`},
		{[]string{"\x1b[1m"}, nowhere, nil, `--output "\x1b[1m": unknown format, use auto, text, concise, json, sarif, github, gitlab or junit`},
		{[]string{"sarif="}, nowhere, nil, `--output sarif=: name a file after the =, or leave the = out for standard output`},
		{[]string{"text", "json"}, nowhere, nil, `--output json: standard output shows text already, name a file: json=FILE`},
		{[]string{"junit", "concise"}, nowhere, nil, `--output junit: standard output shows concise already, name a file: junit=FILE`},
		{[]string{"json=a", "sarif=a"}, nowhere, nil, `--output sarif=a: json is written to that file already, name another one`},
	} {
		outputs, err := ParseOutputs(c.values, c.env)
		var got []string
		for _, o := range outputs {
			got = append(got, o.Format.Name+"="+o.File)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.values, diff)
		}
		if message := text(err); message != c.err {
			t.Errorf("%q: error\n%s, want\n%s", c.values, message, c.err)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestWrite(t *testing.T) {
	r := mismatch()
	r.Color = true
	file := filepath.Join(t.TempDir(), "report.txt")
	outputs := []Output{{byName("text"), ""}, {byName("text"), file}}
	var stdout bytes.Buffer
	if err := Write(&stdout, r, outputs); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(written, []byte("\x1b")) || !bytes.Contains(stdout.Bytes(), []byte("\x1b")) {
		t.Error("colours belong on standard output, not into files")
	}
	if !bytes.Equal(written, ansi.ReplaceAll(stdout.Bytes(), nil)) {
		t.Error("the file tells something else than standard output")
	}
	if err := Write(&stdout, r, []Output{{byName("json"), filepath.Join(file, "below")}}); !strings.Contains(text(err), "report.txt") {
		t.Errorf("error %v names no file", err)
	}
	for _, f := range Formats {
		if err := Write(broken{}, r, []Output{{f, ""}}); !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v", f.Name, err)
		}
	}
}

var errBroken = errors.New("broken pipe")

// broken is a writer that takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestFormatsAreDocumented(t *testing.T) {
	for _, f := range Formats {
		if f.Name == "" || f.Doc == "" || strings.HasSuffix(f.Doc, ".") || byName(f.Name).Doc != f.Doc {
			t.Errorf("format %+q", f.Name)
		}
	}
}
