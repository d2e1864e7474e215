package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// hostileNames are names and texts that a repository may hold to be taken for
// something else: by a terminal, a CI runner, a parser, or a person.
var hostileNames = []string{
	"::error file=x,line=1::owned",
	"  ::error::owned",
	"\u00a0::error::owned",
	"\u2003\t::warning::owned",
	"::set-output name=a::b",
	"::add-mask::e",
	"::stop-commands::token",
	"a\n::error::owned",
	"a\r\n::error::owned",
	"a\r::error::owned",
	"a\u2028::error::owned",
	"a\u0085::error::owned",
	"a\v\f::error::owned",
	"x ##[error]owned",
	"##[set-env name=PATH]/tmp",
	"###[error]owned",
	"##vso[task.setvariable variable=a]b",
	"##teamcity[message text='a']",
	"a,line=1,b.yaml",
	"a:1:2: error: fake [x/y]",
	"100%.yaml",
	"%0A::error::owned",
	"%25%0D%0A%3A%2C",
	"\x1b[31mred\x1b[0m",
	"\x1b]0;title\x07",
	"\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\",
	"\x9b31mred",
	"\u009b31mred",
	"bell\a back\b del\x7f nul\x00",
	"\u202egnp.exe",
	"\u2066isolate\u2069",
	"zero\u200bwidth\ufeff\u00ad",
	"tag\U000e0041\U000e0042",
	"not utf8 \xff\xfe\xc0\xaf",
	"cut \xe2\x82",
	"surrogate \xed\xa0\x80",
	"noncharacter \uffff\ufffe \ufffd",
	"private \ue000 \U0010ffff",
	"wide 漢字 マスター 🚀 e\u0301.yaml",
	"tab\tin name.yaml",
	"quotes \"'`.yaml",
	"back\\slash\\n.yaml",
	"<script>alert(1)</script>&amp;]]>",
	"[text](javascript:alert(1))",
	"[1](1) {0} {{1}}",
	"../../etc/passwd",
	"/absolute/path.yaml",
	"//host/share.yaml",
	"https://example.com/a.yaml?b#c",
	"C:\\a b\\c;d=e+f@g.yaml",
	"-rf.yaml",
	strings.Repeat("long name ", 40),
	":",
	" :",
	" ",
	"section_start:1:a[collapsed=true]\r\x1b[0K",
}

func TestHostileNames(t *testing.T) {
	if len(hostileNames) < 50 {
		t.Fatalf("only %d names", len(hostileNames))
	}
	for _, name := range hostileNames {
		checkHostile(t, name)
	}
}

// checkHostile writes a report that is made of a text in every format, and
// checks what a reader gets.
func checkHostile(t testing.TB, name string) {
	t.Helper()
	r := hostile(name)
	for _, f := range Formats {
		checkSafe(t, f.Name, name, write(t, f, r))
	}
	checkCommands(t, r, write(t, byName("github"), r))
	checkSARIF(t, name, write(t, byName("sarif"), r))
	if wrong := reportSchema(t).check(write(t, byName("json"), r)); wrong != nil {
		t.Errorf("json of %q: %s", name, wrong)
	}
	checkGitLab(t, name, write(t, byName("gitlab"), r))
	checkXML(t, name, write(t, byName("junit"), r))
	if n := bytes.Count(write(t, byName("concise"), r), []byte("\n")); n != len(r.Findings) {
		t.Errorf("concise of %q: %d lines for %d findings", name, n, len(r.Findings))
	}
}

// checkSafe makes sure that neither a terminal nor a runner acts on an output
// of a format, but for the commands of the github format.
func checkSafe(t testing.TB, format, name string, out []byte) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Errorf("%s of %q: not UTF-8", format, name)
	}
	for _, r := range string(out) {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%s of %q: has %U", format, name, r)
			break
		}
	}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if c, ok := parseHashes(line); ok || strings.Contains(line, "##[") {
			t.Errorf("%s of %q: command %s in %q", format, name, c.name, line)
		}
		starts := strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::")
		if starts != (format == "github") {
			t.Errorf("%s of %q: line %q", format, name, line)
		}
	}
}

// checkCommands makes sure that a runner reads one command for each finding,
// errors first, and in it what we meant.
func checkCommands(t testing.TB, r *Report, out []byte) {
	t.Helper()
	found := bySeverity(r.numbered())
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(found) {
		t.Fatalf("%d commands for %d findings:\n%s", len(lines), len(found), out)
	}
	for i, f := range found {
		c, ok := parseLine(lines[i])
		switch {
		case !ok, c.name != annotationLevel(f.Severity):
			t.Errorf("no command %s: %q", f.Severity, lines[i])
		case c.properties["file"] != visible(f.Primary().File):
			t.Errorf("file %q is read as %q", f.Primary().File, c.properties["file"])
		case c.properties["title"] != f.Rule.ID:
			t.Errorf("title %q", c.properties["title"])
		case c.data != annotation(f.Finding):
			t.Errorf("data %q is read as %q", annotation(f.Finding), c.data)
		}
		for key := range c.properties {
			if !strings.Contains(" file line endLine col endColumn title ", " "+key+" ") {
				t.Errorf("property %q in %q", key, lines[i])
			}
		}
	}
}

func readSARIF(t testing.TB, out []byte) sarifLog {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal(out, &log); err != nil {
		t.Fatal(err)
	}
	return log
}

func checkSARIF(t testing.TB, name string, out []byte) {
	t.Helper()
	if wrong := sarifSchemaOf(t).check(out); wrong != nil {
		t.Errorf("sarif of %q: %s", name, wrong)
	}
	for _, x := range readSARIF(t, out).Runs[0].Results {
		for _, at := range append(x.Locations, x.Related...) {
			uri := at.Physical.Artifact.URI
			if file, err := url.PathUnescape(uri); err != nil || file != name {
				t.Errorf("the URI of %q is read as %q (%v)", name, file, err)
			}
			if u, err := url.Parse(uri); err != nil || u.IsAbs() || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || strings.HasPrefix(uri, "/") {
				t.Errorf("%q is not a relative path only: %v", uri, err)
			}
		}
	}
}

func checkGitLab(t testing.TB, name string, out []byte) {
	t.Helper()
	var all []codeQuality
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatalf("gitlab of %q: %v", name, err)
	}
	seen := make(map[string]bool)
	for _, q := range all {
		if q.Location.Path != utf8Text(name) || q.Location.Lines.Begin < 1 || q.Description == "" || seen[q.Fingerprint] {
			t.Errorf("gitlab of %q: %+v", name, q)
		}
		seen[q.Fingerprint] = true
	}
}

func checkXML(t testing.TB, name string, out []byte) {
	t.Helper()
	var suites struct {
		Cases []junitCase `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(out, &suites); err != nil {
		t.Fatalf("junit of %q: %v", name, err)
	}
	if len(suites.Cases) != len(allRules) {
		t.Errorf("junit of %q: %d cases for %d rules", name, len(suites.Cases), len(allRules))
	}
	d := xml.NewDecoder(bytes.NewReader(out))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("junit of %q: %v", name, err)
		}
	}
}
