package helm

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// The bounds of a chart. The published APIM chart with its sub-charts has some
// hundred files and two megabytes.
const (
	maxFiles = 20_000
	maxBytes = 128 << 20
)

// Chart is a copy of a chart, made fit to be rendered.
type Chart struct {
	// Name and Version are those of Chart.yaml.
	Name, Version string
	// Path is what was opened.
	Path string

	temp string // holds everything below
	dir  string // the chart's copy
	// stubs are the sub-charts that are not there.
	stubs []dependency
}

// Open copies the chart at path, a folder or a .tgz, into a folder of its own,
// which Close removes. The error says what is wrong in words for a person.
func Open(path string) (*Chart, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such file or folder", path)
	case err != nil:
		return nil, fmt.Errorf("%s: cannot be read", path)
	}
	temp, err := os.MkdirTemp("", "quorumwright-chart-")
	if err != nil {
		return nil, errors.New("no temporary folder can be made; set TMPDIR to one that can be written")
	}
	c := &Chart{Path: path, temp: temp, dir: filepath.Join(temp, "chart")}
	if err := c.open(info); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close removes the copy.
func (c *Chart) Close() error { return os.RemoveAll(c.temp) }

func (c *Chart) open(info fs.FileInfo) error {
	into, err := newSink(c.dir)
	if err != nil {
		return err
	}
	defer into.root.Close()
	if info.IsDir() {
		err = into.folder(c.Path)
	} else {
		err = into.archive(c.Path)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.Path, err)
	}
	if err := c.read(); err != nil {
		return fmt.Errorf("%s: %w", c.Path, err)
	}
	return c.stub(into)
}

// A sink takes the files of a chart. It never writes outside of its folder.
type sink struct {
	root  *os.Root
	files int
	bytes int64
}

func newSink(dir string) (*sink, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &sink{root: root}, nil
}

func (s *sink) put(name string, r io.Reader) error {
	if s.files++; s.files > maxFiles {
		return fmt.Errorf("more than %d files: this is no chart", maxFiles)
	}
	if dir := path.Dir(name); dir != "." {
		if err := s.root.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("%s cannot be unpacked", name)
		}
	}
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("%s cannot be unpacked", name)
	}
	defer f.Close()
	n, err := io.Copy(f, io.LimitReader(r, maxBytes-s.bytes+1))
	if s.bytes += n; s.bytes > maxBytes {
		return fmt.Errorf("more than %d MiB: this is no chart", maxBytes>>20)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be read", name)
	}
	return nil
}

// folder copies the regular files of a folder. Links and what tools keep in
// hidden folders are left out.
func (s *sink) folder(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "Chart.yaml")); err != nil {
		return errors.New("no Chart.yaml: give the folder of the chart, or its .tgz")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return errors.New("cannot be read")
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("%s cannot be read", name)
		case e.IsDir() && name != "." && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		case !e.Type().IsRegular():
			return nil
		}
		f, err := root.Open(name)
		if err != nil {
			return fmt.Errorf("%s cannot be read", name)
		}
		defer f.Close()
		return s.put(name, f)
	})
}

// archive unpacks a .tgz, whose files stand below one folder with the chart's
// name.
func (s *sink) archive(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return errors.New("cannot be read")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return errors.New("neither a folder nor a .tgz")
	}
	found := false
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return errors.New("the archive is broken")
		}
		_, name, below := strings.Cut(path.Clean(h.Name), "/")
		if h.Typeflag != tar.TypeReg || !below || !fs.ValidPath(name) || strings.HasPrefix(h.Name, "/") || strings.Contains(h.Name, `\`) {
			continue
		}
		found = found || name == "Chart.yaml"
		if err := s.put(name, r); err != nil {
			return err
		}
	}
	if !found {
		return errors.New("no Chart.yaml in the archive")
	}
	return nil
}
