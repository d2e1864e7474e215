package repo

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/quorumwright/quorumwright/internal/blockyaml"
	"github.com/quorumwright/quorumwright/internal/secret"
	"github.com/quorumwright/quorumwright/internal/supervisor"
)

// Options say what Open reads.
type Options struct {
	// Dir is the working directory within the file system, with slashes;
	// "" is its root. Paths and all file names shown are relative to it.
	Dir string
	// Paths are the files and folders to read, "-" for Stdin; none means the
	// working directory. Files that are named belong to one environment.
	Paths []string
	// Values are files with Helm values of the gateway; a later one is laid
	// over an earlier one. They belong to every environment.
	Values []string
	// ChartVersion is the version of the gateway's chart, where the repository
	// does not tell it.
	ChartVersion string
	// Stdin is the text behind the path "-".
	Stdin []byte
	// Exclude are globs of paths that are not read when a folder is searched:
	// * stays within a folder, ** does not, a glob without a slash matches file
	// and folder names anywhere.
	Exclude []string
	// With names, for the folder of a kustomization or of plain files, the
	// files with the Helm values that are deployed with it.
	With map[string][]string
	// MaxFileSize is the bound for one file in bytes; 0 means 1 MiB.
	MaxFileSize int64
	// Supervise, if not nil, is called once before work is done on more than a few
	// small files: strangers may have made it long. Its error ends Open.
	Supervise func() error
	// Reads, if not nil, records what is read.
	Reads *Reads
	// Look, if not nil, may be called for an environment as soon as its files are
	// read, so that nothing of it but what Look returns is kept, as Seen. It also
	// returns the files that snippets will be asked for, as far as it knows. Calls
	// run at the same time, and some may be in vain: for what turns out to be no
	// environment.
	Look func(*Environment) (seen any, shown []string)
}

// A Repo is what Open found.
type Repo struct {
	// Environments are sorted by folder and name.
	Environments []*Environment
	// Problems are sorted by place.
	Problems []Problem
	// Files are the names of all files that were read and judged, sorted.
	Files []string
	// Specs are the names of the files that hold specs of quorumwright.
	Specs []string
	// Roots is the number of kustomize roots that were rendered.
	Roots int
	// Templates is the number of files that were left out because a template
	// engine has to render them first.
	Templates int

	files map[string]*file
	// passed are the files that were let go once they had been looked at.
	passed *passed
	shared int // roots that were rendered without a build of their own

	mu      sync.Mutex
	secrets []secret.Value
	known   map[uint64]int // by a checksum of the secret: where it is in secrets
	masks   *masks         // made from secrets when the first text is printed
}

// A reader is an Open at work.
type reader struct {
	*loader
	opts  Options
	files map[string]*file
	specs map[string]*file // those above all that is read; see common
	repo  *Repo

	sops    map[string][]sopsRule // by folder
	nodes   *blockyaml.Nodes      // memory for those of files; nil: each has its own
	aliased bool                  // a file with YAML aliases was read
	warned  bool                  // Options.Supervise was called
	// small is the size in bytes of the files that were read before, and heavy says
	// that it was too much: the rest waits until that was called.
	small atomic.Int64
	heavy atomic.Bool
	stop  error
}

// Open reads what the paths lead to. The error is about the options: a path
// that does not exist, a values file that cannot be read. Everything wrong with
// what the files say is a Problem.
func Open(fsys fs.FS, opts Options) (*Repo, error) {
	m, err := newMount(fsys, cmp.Or(opts.Dir, "."))
	if err != nil {
		return nil, err
	}
	if opts.Reads != nil {
		m.fsys = opts.Reads.on(m)
	}
	l := &loader{
		mounts:  []*mount{m},
		exclude: opts.Exclude,
		maxSize: cmp.Or(opts.MaxFileSize, maxFileSize),
		stdin:   opts.Stdin,
		reads:   opts.Reads,
		wd:      m.wd,
	}
	r := &reader{loader: l, opts: opts, files: map[string]*file{}, repo: &Repo{}}
	r.repo.files = r.files
	if err := r.run(); err != nil {
		return nil, err
	}
	return r.repo, nil
}

func (r *reader) run() error {
	named, found, err := r.search()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(named, isKustomizationName) || slices.ContainsFunc(found, isKustomizationName) {
		// Better now than when all these files have been read.
		if r.beforeBuild(len(named)+len(found), work{}); r.stop != nil {
			return r.stop
		}
	}
	if len(named) == 0 && r.inSections(found) {
		return r.stop
	}
	if r.load(slices.Concat(named, found)); r.stop != nil {
		return r.stop
	}
	for _, name := range named {
		if f := r.files[name]; f != nil {
			f.given = true
		}
	}
	values, err := r.optionValues()
	if err != nil {
		return err
	}
	r.environments(named, found, values)
	if r.stop != nil {
		return r.stop
	}
	r.checkSops()
	r.finish()
	return nil
}

// search returns the files that the person named and those found in the
// folders that he named, each sorted and without doubles.
func (r *reader) search() (named, found []string, err error) {
	paths := r.opts.Paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	w := &walker{loader: r.loader}
	for _, p := range paths {
		if p == "-" {
			named = append(named, stdinName)
			continue
		}
		p = cleanPath(p)
		if err := r.give(p); err != nil {
			return nil, nil, pathError(p, err)
		}
		info, err := r.stat(p)
		if err != nil {
			return nil, nil, pathError(p, err)
		}
		if info.IsDir() {
			w.walk(p, 0)
		} else {
			named = append(named, p)
		}
	}
	r.repo.Problems = append(r.repo.Problems, w.problems...)
	slices.Sort(named)
	named = slices.Compact(named)
	slices.Sort(w.files)
	found = slices.Compact(w.files)
	found = slices.DeleteFunc(found, func(f string) bool { _, ok := slices.BinarySearch(named, f); return ok })
	return named, found, nil
}

func cleanPath(p string) string { return path.Clean(filepath.ToSlash(p)) }

// pathError says what is wrong with a path that the person gave.
func pathError(p string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &wordedError{p + ": no such file or folder", fs.ErrNotExist}
	case errors.Is(err, fs.ErrPermission):
		return &wordedError{p + ": no permission to read it", fs.ErrPermission}
	case errors.Is(err, errNotRegular):
		return &wordedError{p + ": this is a pipe, a device or a socket: only regular files and folders are read", err}
	case isOutside(err):
		return &wordedError{p + ": a symbolic link on this path leads out of the repository: give the path of what it leads to", err}
	}
	return &wordedError{p + ": cannot be read", err}
}

// A wordedError tells a person what is wrong, and a program which error it is.
type wordedError struct {
	text string
	err  error
}

func (e *wordedError) Error() string { return e.text }
func (e *wordedError) Unwrap() error { return e.err }

// optionValues returns the layers of Options.Values.
func (r *reader) optionValues() ([]*file, error) {
	var layers []*file
	for _, p := range r.opts.Values {
		p = cleanPath(p)
		if err := r.give(p); err != nil {
			return nil, pathError(p, err)
		}
		if _, err := r.stat(p); err != nil {
			return nil, pathError(p, err)
		}
		r.load([]string{p})
		f := r.files[p]
		f.given = true
		if f.kind != manifestFile {
			f.kind = valuesFile
		}
		layers = append(layers, f)
	}
	return layers, nil
}

// finish sorts what was found and closes the books.
func (r *reader) finish() {
	repo := r.repo
	for name, f := range r.files {
		switch f.kind {
		case specFile:
			repo.Specs = append(repo.Specs, name)
		case templateFile:
			repo.Templates++
			continue
		case otherFile:
			if !f.given && !f.listed {
				continue
			}
		}
		repo.Files = append(repo.Files, name)
	}
	r.dropForeign()
	slices.Sort(repo.Files)
	slices.Sort(repo.Specs)
	slices.SortStableFunc(repo.Problems, func(a, b Problem) int {
		return cmp.Or(a.Span.Compare(b.Span), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message))
	})
	repo.Problems = slices.CompactFunc(repo.Problems, func(a, b Problem) bool {
		return a.Span == b.Span && a.Rule == b.Rule && a.Message == b.Message
	})
}

// workers is the number of files that are read at the same time. More do not
// help: the work is bound by allocation.
const workers = 2

// load reads and parses files that are not read yet. If it sets r.stop, some of them
// are empty.
func (r *reader) load(names []string) {
	var todo []string
	for _, name := range names {
		if r.files[name] == nil {
			todo = append(todo, name)
		}
	}
	type result struct {
		f        *file
		problems []Problem
	}
	results := make([]result, len(todo))
	read := func() {
		work := func(i int) {
			results[i].f, results[i].problems = r.readFile(todo[i])
		}
		if len(todo) < 8 {
			for i := range todo {
				work(i)
			}
			return
		}
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := w; i < len(todo); i += workers {
					work(i)
				}
			})
		}
		wg.Wait()
	}
	if read(); r.heavy.Load() && !r.warned {
		if r.supervise(); r.stop == nil {
			read()
		}
	}
	for i, name := range todo {
		res := results[i]
		if r.total += int64(len(res.f.data)); r.total > maxTotalSize {
			res = result{newFile(name, nil), []Problem{unreadable(name, errTooMuch)}}
		}
		r.aliased = r.aliased || res.f.aliased
		r.files[name] = res.f
		r.repo.Problems = append(r.repo.Problems, res.problems...)
	}
}

// readFile reads one file, parses it and says what it is.
func (r *reader) readFile(name string) (*file, []Problem) {
	if r.heavy.Load() && !r.warned {
		return newFile(name, nil), nil
	}
	isJSON := strings.EqualFold(path.Ext(name), ".json")
	data, err := r.read(name)
	supervisor.Allow(len(data))
	f := newFile(name, data)
	if !r.warned && r.small.Add(int64(len(data))) > maxSmallSize {
		r.heavy.Store(true)
		return f, nil
	}
	if r.inChartTemplates(name) && (err == nil || isTooLarge(err)) {
		f.kind = templateFile
		return f, nil
	}
	if isTooLarge(err) && isJSON {
		return f, nil // no manifest is as large: a dashboard, a lock file
	}
	if err != nil {
		f.foreign = isTooLarge(err) && r.tooLargeForUs(name)
		return f, []Problem{unreadable(name, err)}
	}
	if isJSON && !mayConcern(f.data) {
		return f, nil
	}
	f.nodes = r.nodes
	problems := f.parse()
	if len(problems) > 0 && isTemplate(f.data) {
		f.docs, f.kind = nil, templateFile
		return f, nil
	}
	f.kind = f.classify()
	if f.kind == valuesFile {
		f.chart = valuesChart(f.docs[0].value())
	}
	if f.kind == otherFile && isJSON && !bytes.Contains(f.data, []byte(`"apiVersion"`)) {
		return f, nil
	}
	if f.kind == otherFile {
		// Duplicate keys in a file that is none of ours are none of ours.
		problems = slices.DeleteFunc(problems, func(p Problem) bool { return p.Rule == "yaml/duplicate-key" })
	}
	return f, problems
}

// mayConcern tells the JSON files that may hold manifests or values from the
// many that do not and that are not even JSON, such as tsconfig.json.
func mayConcern(data []byte) bool {
	return bytes.Contains(data, []byte(`"apiVersion"`)) || bytes.Contains(data, []byte(`"gateway"`)) || bytes.Contains(data, []byte(`"sentinel"`))
}

// inChartTemplates tells the templates of a Helm chart: files in a folder
// templates that stands beside a Chart.yaml.
func (r *reader) inChartTemplates(name string) bool {
	for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if path.Base(dir) != "templates" {
			continue
		}
		if _, err := r.stat(path.Join(path.Dir(dir), "Chart.yaml")); err == nil {
			return true
		}
	}
	return false
}
