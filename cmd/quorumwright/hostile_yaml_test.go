package main

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

// hostileYAML are the files of a stranger: small ones that cost a reader time,
// memory or its life, and those on which readers do not agree.
func hostileYAML() map[string]string {
	files := map[string]string{}
	repeat := strings.Repeat
	deepen := func(open, inner, end string, n int) string { return repeat(open, n) + inner + repeat(end, n) + "\n" }
	indented := func(item string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(repeat(" ", i) + item + "\n")
		}
		return b.String()
	}

	// Nesting, in every form that YAML has.
	for _, n := range []int{99, 101, 1_000, 9_999, 100_000} {
		files[fmt.Sprintf("lists in each other %d", n)] = deepen("[", "1", "]", n)
		files[fmt.Sprintf("mappings in each other %d", n)] = deepen("{a: ", "1", "}", n)
		files[fmt.Sprintf("lists that do not end %d", n)] = repeat("[", n)
		files[fmt.Sprintf("dashes %d", n)] = repeat("- ", n) + "a\n"
		files[fmt.Sprintf("question marks %d", n)] = repeat("? ", n) + "a\n"
	}
	for _, n := range []int{99, 101, 600} {
		files[fmt.Sprintf("indented mappings %d", n)] = indented("a:", n)
		files[fmt.Sprintf("indented lists %d", n)] = indented("-", n)
	}

	// Aliases.
	laughs := func(levels, width int, format, ref string) string {
		var b strings.Builder
		b.WriteString("a0: &a0 {k: v}\n")
		for i := 1; i <= levels; i++ {
			fmt.Fprintf(&b, format, i, i, strings.TrimSuffix(repeat(fmt.Sprintf(ref+",", i-1), width), ","))
		}
		return b.String()
	}
	for _, n := range []int{3, 5, 9} {
		files[fmt.Sprintf("laughs %d", n)] = laughs(n, 9, "a%d: &a%d [%s]\n", "*a%d")
		files[fmt.Sprintf("merged laughs %d", n)] = laughs(n, 9, "a%d: &a%d {<<: [%s]}\n", "*a%d")
		files[fmt.Sprintf("laughing keys %d", n)] = laughs(n, 3, "a%d: &a%d {x: [%s]}\n", "*a%d")
	}
	files["a chain of laughs"] = laughs(5_000, 1, "a%d: &a%d [%s]\n", "*a%d")
	files["an alias to itself"] = "a: &a [*a]\n"
	files["a merge of itself"] = "a: &a\n  <<: *a\n"
	files["a merge of itself in a list"] = "a: &a\n  <<: [*a, *a]\n"
	files["aliases in a circle"] = "a: &a [&b [*a], *b]\n"
	files["an alias as key"] = "a: &a {b: c}\n? *a\n: d\n"
	files["an anchor twice"] = "a: &a 1\nb: &a [*a]\nc: *a\n"
	files["an alias to nothing"] = "a: *none\n"
	files["an anchor of another document"] = "a: &a 1\n---\nb: *a\n"
	files["a long anchor"] = "a: &" + repeat("a", 900_000) + " 1\n"
	files["a long text many times"] = "a: &a " + repeat("x", 100_000) + "\nb: [" + repeat("*a,", 10_000) + "]\n"
	files["many anchors"] = func() string {
		var b strings.Builder
		for i := range 20_000 {
			fmt.Fprintf(&b, "a%d: &a%d 1\n", i, i)
		}
		return b.String()
	}()

	// Sizes.
	files["a large text"] = "a: \"" + repeat("x", 1_000_000) + "\"\n"
	files["a text over the limit"] = "a: \"" + repeat("x", 2_000_000) + "\"\n"
	files["a large block"] = "a: |\n" + repeat("  x\n", 200_000)
	files["a folded block"] = "a: >\n" + repeat("  x\n\n", 100_000)
	files["a long line"] = repeat("a ", 500_000)
	files["one long key"] = repeat("k", 500_000) + ": 1\n"
	files["an escaped text"] = "a: \"" + repeat(`\x41`, 200_000) + "\"\n"
	files["a continued text"] = "a: \"" + repeat("x\\\n  ", 100_000) + "\"\n"
	files["many values"] = "[" + repeat("1,", 400_000) + "]\n"
	files["many lines"] = repeat("\n", 1_000_000)
	files["many comments"] = repeat("#\n", 500_000)
	files["many documents"] = repeat("---\n", 250_000)
	files["many small documents"] = repeat("--- a\n", 150_000)
	files["many ends"] = repeat("...\n", 250_000)
	files["many empty mappings"] = repeat("- {}\n", 200_000)
	files["commas"] = "[" + repeat(",", 500_000)
	files["colons"] = repeat(":", 900_000)
	files["many quotes"] = repeat("'", 900_000)
	files["a list in a string"] = "a: '" + repeat("[", 900_000) + "'\n"

	// Keys.
	for _, n := range []int{2, 1_000, 100_000} {
		files[fmt.Sprintf("the same key %d", n)] = repeat("a: 1\n", n)
		files[fmt.Sprintf("the same key in one line %d", n)] = "{" + repeat("a: 1, ", n) + "}\n"
	}
	for _, n := range []int{5_000, 60_000} {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "k%d: 1\n", i)
		}
		files[fmt.Sprintf("keys %d", n)] = b.String()
	}
	files["the same merge"] = "x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n"
	files["the same number as key"] = "1: a\n'1': b\n0x1: c\n1.0: d\n"
	files["the same boolean as key"] = "true: a\nTrue: b\n'true': c\nyes: d\n"
	files["null keys"] = "null: a\n~: b\n: c\n"
	files["a list as key"] = "? [a, b]\n: c\n"
	files["a mapping as key"] = "? {a: b}\n: c\n"
	files["keys of keys"] = repeat("? ", 90) + "a\n: b\n"
	files["a key without a value"] = "a\nb: c\n"

	// Tags and directives.
	files["binary"] = "a: !!binary aGVsbG8=\n"
	files["broken binary"] = "a: !!binary ####\n"
	files["python"] = "a: !!python/object/apply:os.system ['true']\n"
	files["ruby"] = "a: !ruby/object:Gem::Installer {i: x}\n"
	files["java"] = "a: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL ['http://127.0.0.1/']]]]\n"
	files["a set"] = "a: !!set {b, c}\n"
	files["an ordered mapping"] = "a: !!omap [b: 1, b: 2]\n"
	files["a mapping with the tag of a number"] = "a: !!int {b: c}\n"
	files["a text with the tag of a number"] = "a: !!int many\n"
	files["a time"] = "a: !!timestamp 99999-99-99\n"
	files["a long tag"] = "a: !" + repeat("t", 900_000) + " 1\n"
	files["a version"] = "%YAML 1.1\n---\na: yes\n"
	files["a version of its own"] = "%YAML 9.9\n---\na: 1\n"
	files["two versions"] = "%YAML 1.2\n%YAML 1.2\n---\na: 1\n"
	files["tag directives"] = repeat("%TAG !a! tag:x,2000:\n", 20_000) + "---\na: 1\n"
	files["an unknown directive"] = "%FOO bar\n---\na: 1\n"

	// Encodings.
	wide := func(mark rune, first, second int) string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune(string(mark) + "a: b\n")) {
			pair := [2]byte{byte(u >> 8), byte(u)}
			b.WriteByte(pair[first])
			b.WriteByte(pair[second])
		}
		return b.String()
	}
	files["UTF-16, little end first"] = wide('\ufeff', 1, 0)
	files["UTF-16, big end first"] = wide('\ufeff', 0, 1)
	files["UTF-32"] = "\xff\xfe\x00\x00a\x00\x00\x00:\x00\x00\x00"
	files["a byte order mark"] = "\ufeffa: b\n"
	files["a byte order mark in the second document"] = "a: b\n---\n\ufeffc: d\n"
	files["byte order marks"] = repeat("\ufeff", 100_000) + "a: b\n"
	files["not UTF-8"] = "a: \xff\xfe\n"
	files["half a letter"] = "a: \xe2\x82\n"
	files["a surrogate"] = "a: \xed\xa0\x80\n"
	files["an overlong NUL"] = "a: \xc0\x80\n"
	files["NUL"] = "a: \x00\n"
	files["only NUL"] = repeat("\x00", 100_000)
	files["an escape"] = "a: \x1b[2J\n\x1b]0;title\x07: 1\n"
	files["NEL and separators"] = "a: b\u0085c: d\u2028e: f\u2029g: h\n"
	files["carriage returns"] = "a: b\rc: d\re:\r  - f\r"
	files["text from right to left"] = "a: \u202e\u2066b\u2069\n"
	files["tabs"] = "a:\n\tb: c\n"
	files["tabs between"] = "a:\tb\n-\tc\n"
	files["a workflow command"] = "\"\\n::error file=x::y\": &a [*a]\n'##[error]': 1\n"

	// Reports of readers that broke.
	files["CVE-2022-28948"] = "0: [:!00 \xef"
	files["CVE-2019-11254"] = "a: b\n" + repeat("- ", 3_000) + ":\n"
	files["CVE-2021-4235"] = "a: &a [b]\n" + repeat("c: [*a, *a, *a]\n", 10_000)
	files["a number without end"] = "a: 1" + repeat("0", 500_000) + "\nb: 1e999999999\nc: 0x" + repeat("f", 100_000) + "\n"
	files["base sixty"] = "a: 190:20:30\nb: " + repeat("1:", 50_000) + "1\n"
	files["nothing but a dash"] = "-"
	files["nothing but a bracket"] = "]"
	files["nothing but a tag"] = "!"
	files["nothing"] = ""
	return files
}

// TestHostileYAML reads each file as a manifest, as values, as a spec and as a
// configuration. What is asserted is that the program comes to an orderly end; a
// fatal error of the runtime would end the test.
func TestHostileYAML(t *testing.T) {
	files := hostileYAML()
	if len(files) < 110 {
		t.Errorf("only %d files", len(files))
	}
	for name, text := range files {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeFiles(t, dir, map[string]string{"a.yaml": text})
			inside(t, dir, "lint", "a.yaml", "--values", "a.yaml").orderly(t)
			if len(text) > 10_000 {
				return // the other commands read with the same readers
			}
			inside(t, dir, "import", "a.yaml", "-o", "-").orderly(t)
			inside(t, dir, "explain", "--values", "a.yaml").orderly(t)
			r := inside(t, dir, "generate", "--check", "-f", "a.yaml")
			if r.orderly(t); r.code != exitUsage {
				t.Errorf("as a spec: exit %d\n%s", r.code, clipped(r.all()))
			}
			writeFiles(t, dir, map[string]string{"kustomization.yaml": "resources: [a.yaml]\npatches: [{path: a.yaml}]\n"})
			inside(t, dir, "lint").orderly(t)
			writeFiles(t, dir, map[string]string{".quorumwright.yaml": text})
			inside(t, dir, "lint").orderly(t)
		})
	}
}
