package helm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tiny is a chart with a sub-chart that is there and one that is not.
var tiny = map[string]string{
	"Chart.yaml":                  "apiVersion: v2\nname: tiny\nversion: 4.9.0\ndependencies:\n- {name: here, version: 1.0.0}\n- {name: store, version: ~16.5, condition: store.enabled}\n",
	"values.yaml":                 "ratelimit: {type: mongodb}\n",
	"templates/config.yaml":       "kind: ConfigMap\n",
	"charts/here-1.0.0.tgz":       "packed",
	"charts/here/not-a-chart.txt": "",
	".git/config":                 "secret",
	".helmignore":                 "*.bak\n",
}

func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

type entry struct {
	name, text string
	link       bool
}

func writeArchive(t *testing.T, entries ...entry) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.text)), Typeflag: tar.TypeReg}
		if e.link {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, e.text, 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if !e.link {
			if _, err := w.Write([]byte(e.text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "chart.tgz")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func has(c *Chart, name string) bool {
	_, err := os.Stat(filepath.Join(c.dir, filepath.FromSlash(name)))
	return err == nil
}

func TestOpen(t *testing.T) {
	var entries []entry
	for name, text := range tiny {
		entries = append(entries, entry{name: "tiny/" + name, text: text})
	}
	for form, path := range map[string]string{"folder": writeTree(t, tiny), "archive": writeArchive(t, entries...)} {
		t.Run(form, func(t *testing.T) {
			c, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if c.Name != "tiny" || c.Version != "4.9.0" {
				t.Errorf("it is %s %s", c.Name, c.Version)
			}
			if len(c.stubs) != 1 || c.stubs[0].Name != "store" {
				t.Errorf("stubs are %v", c.stubs)
			}
			stub, err := os.ReadFile(filepath.Join(c.dir, "charts/store/Chart.yaml"))
			if err != nil || !strings.Contains(string(stub), "16.5.0") {
				t.Errorf("the stub is %q, %v", stub, err)
			}
			if !has(c, "templates/config.yaml") || !has(c, ".helmignore") {
				t.Error("files are missing")
			}
			if form == "folder" && has(c, ".git/config") {
				t.Error("what git keeps was copied")
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(c.temp); err == nil {
				t.Error("the copy is still there")
			}
		})
	}
}

// TestOpenOld reads a chart whose dependencies stand in requirements.yaml.
func TestOpenOld(t *testing.T) {
	c, err := Open(writeTree(t, map[string]string{
		"Chart.yaml":        "apiVersion: v1\nname: old\nversion: 1.2.3\n",
		"requirements.yaml": "dependencies: [{name: mongodb, version: 16.5.40, condition: mongodb.enabled}]\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if !has(c, "charts/mongodb/templates/fail.yaml") {
		t.Error("the missing sub-chart has no stub")
	}
}

func TestOpenRefuses(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain.tgz")
	if err := os.WriteFile(plain, []byte("no archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ path, want string }{
		"nothing":          {filepath.Join(t.TempDir(), "none"), "no such file or folder"},
		"no chart":         {t.TempDir(), "no Chart.yaml"},
		"no archive":       {plain, "neither a folder nor a .tgz"},
		"an empty archive": {writeArchive(t, entry{name: "a/b.txt"}), "no Chart.yaml in the archive"},
		"a nameless chart": {writeTree(t, map[string]string{"Chart.yaml": "apiVersion: v2\n"}), "no name and version"},
		"broken YAML":      {writeTree(t, map[string]string{"Chart.yaml": "a: [\n"}), "Chart.yaml cannot be read as YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Open(test.path)
			if err == nil {
				c.Close()
				t.Fatal("it was opened")
			}
			if !strings.HasPrefix(err.Error(), test.path+": ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q, want %q", err, test.want)
			}
		})
	}
}

// TestHostileArchive unpacks an archive that tries to write elsewhere.
func TestHostileArchive(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	c, err := Open(writeArchive(t,
		entry{name: "c/Chart.yaml", text: "name: c\nversion: 1.0.0\n"},
		entry{name: "c/../../escaped", text: "x"},
		entry{name: "../../escaped", text: "x"},
		entry{name: "/tmp/" + filepath.Base(outside), text: "x"},
		entry{name: "c/link", text: filepath.Dir(outside), link: true},
		entry{name: "c/link/outside", text: "x"},
	))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, p := range []string{outside, filepath.Join(c.temp, "escaped"), filepath.Join(filepath.Dir(c.temp), "escaped")} {
		if _, err := os.Lstat(p); err == nil {
			t.Errorf("%s was written", p)
		}
	}
	if info, err := os.Lstat(filepath.Join(c.dir, "link")); err != nil || !info.IsDir() {
		t.Errorf("the link is not a folder of ours: %v", err)
	}
}

// TestLinks leaves out links in a folder: they may lead anywhere.
func TestLinks(t *testing.T) {
	dir := writeTree(t, tiny)
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "templates", "link.yaml")); err != nil {
		t.Fatal(err)
	}
	c, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if has(c, "templates/link.yaml") {
		t.Error("a link was followed")
	}
}

func TestBounds(t *testing.T) {
	s, err := newSink(filepath.Join(t.TempDir(), "chart"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.root.Close()
	s.bytes = maxBytes - 3
	if err := s.put("a", strings.NewReader("four")); err == nil || !strings.Contains(err.Error(), "128 MiB") {
		t.Errorf("too many bytes: %v", err)
	}
	s.bytes, s.files = 0, maxFiles
	if err := s.put("b", strings.NewReader("")); err == nil || !strings.Contains(err.Error(), "20000 files") {
		t.Errorf("too many files: %v", err)
	}
}
