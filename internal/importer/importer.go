package importer

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
	"github.com/quorumwright/quorumwright/schema"
)

// Options say how a repository is imported.
type Options struct {
	// Name is what the spec file will be called.
	Name string
	// Environment is the name of an environment that the repository does not name.
	Environment string
	// Generate returns the files that a deployment becomes.
	Generate func(*schema.Deployment) (fs.FS, error)
	// Judge lints these files.
	Judge func(fs.FS) ([]*lint.Finding, error)
}

// A Result is a spec and what a person has to know about it.
type Result struct {
	// Spec is the text of the file; it satisfies the schema.
	Spec []byte
	// Deployment is what it says.
	Deployment *schema.Deployment
	// Secrets tell which secrets stand in plain text, and what takes their place.
	Secrets []Note
	// Dropped tell what could not be carried over, and why; Decided what was
	// chosen where the repository says nothing, or two things.
	Dropped, Decided []Note
	// Left is what lint says of the generated files.
	Left []*lint.Finding
	// Needed are the keys of Kubernetes Secrets that must be in the cluster.
	Needed []NeededSecret
}

// A Note is about one place of the repository.
type Note struct {
	// At is the place; it is not valid for what is about no place.
	At repo.Span
	// Text has no final period.
	Text string
}

// A NeededSecret is a Kubernetes Secret with keys in it.
type NeededSecret struct {
	Namespace, Name string
	Keys            []string
}

// String returns "file:line:column: text".
func (n Note) String() string {
	if !n.At.IsValid() {
		return n.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", n.At.File, n.At.Line, n.At.Column, n.Text)
}

// ErrNothing says that the repository holds nothing to import.
var ErrNothing = fmt.Errorf("there is no Redis, no Sentinel and no Gravitee gateway in it")

// A draft is what one environment becomes.
type draft struct {
	name  string
	spec  *node
	conf  []directive // of redis.conf
	extra *node       // further values of the chart

	release string // the name of the Helm release, "" if unknown
	part    string // the deployment's name in our own labels
	// deployer is the object that deploys the gateway, nil if there is none.
	deployer *repo.Object
	// encryptedFiles are the files of a tree of ours that no run generates, by
	// their path in the output folder: where they are in the repository.
	encryptedFiles map[string]string
	result         *Result
}

// Import reads the environments of a repository. Lint has run over it: the
// repository knows the secrets that were found, and none of them is carried over.
func Import(r *repo.Repo, opts Options) (*Result, error) {
	im := &importing{opts: opts, repo: r, result: &Result{}}
	for _, env := range r.Environments {
		f := lint.Collect(env)
		if len(f.Redis)+len(f.Sentinels)+len(f.Releases)+len(f.Clients) > 0 {
			im.facts = append(im.facts, f)
		}
	}
	if len(im.facts) == 0 {
		return nil, ErrNothing
	}
	if err := im.readFields(); err != nil {
		return nil, err
	}
	im.drafts()
	if err := im.settle(); err != nil {
		return nil, err
	}
	if err := im.fill(); err != nil {
		return nil, err
	}
	if err := im.judge(); err != nil {
		return nil, err
	}
	im.result.needs()
	im.result.tidy()
	return im.result, nil
}

// importing is an Import at work.
type importing struct {
	opts   Options
	repo   *repo.Repo
	facts  []*lint.Facts
	rank   map[string]int // of fields, in the order of the schema
	name   string         // metadata.name
	base   *node
	envs   []*draft
	result *Result
}

// generate returns the files that the result becomes, with the encrypted Secrets
// that are there already.
func (im *importing) generate() (fs.FS, error) {
	tree, err := im.opts.Generate(im.result.Deployment)
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{}
	for _, d := range im.envs {
		for name, source := range d.encryptedFiles {
			if data, ok := im.repo.Bytes(source); ok {
				files[name] = &fstest.MapFile{Data: data, Mode: 0o644}
			}
		}
	}
	if len(files) == 0 {
		return tree, nil
	}
	err = fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		files[name] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	})
	return files, err
}

func (im *importing) readFields() error {
	all, err := schema.Fields()
	im.rank = map[string]int{}
	for i, f := range all {
		im.rank[f.Path] = i
	}
	return err
}

// drafts makes a draft for each environment. Parts that lie in different folders
// and have one name are one environment; so are a Redis and a gateway that are
// alone.
func (im *importing) drafts() {
	parts := im.join()
	for _, p := range parts {
		d := &draft{name: p.name, spec: &node{}, extra: &node{}, result: im.result}
		if p.redis != nil {
			d.readRedis(p.redis)
		}
		if p.gateway != nil {
			d.readGateway(p.gateway)
		}
		switch {
		case p.redis == nil:
			d.result.decided(repo.Span{}, "there is no Redis in the files of %s: the spec brings one of its own", p.name)
		case p.gateway == nil:
			d.result.decided(repo.Span{}, "there is no gateway in the files of %s: the spec brings one of its own", p.name)
		}
		d.provider(p.redis, p.gateway)
		d.delivery(im.repo, p.redis, p.gateway)
		im.envs = append(im.envs, d)
	}
	im.name = "gravitee"
	if i := slices.IndexFunc(im.envs, func(d *draft) bool { return d.part != "" }); i >= 0 {
		im.name = im.envs[i].part
	} else if i := slices.IndexFunc(im.envs, func(d *draft) bool { return d.release != "" }); i >= 0 {
		im.name = im.envs[i].release
	}
	for _, d := range im.envs {
		if d.release != "" && d.release != im.name {
			d.spec.set(yamledit.Text(d.release), repo.Span{}, "gateway", "releaseName")
		}
	}
	im.base = common(im.envs)
}

// A part is one environment: the facts that tell of its Redis, and those that
// tell of its gateway.
type part struct {
	name           string
	redis, gateway *lint.Facts
}

func (im *importing) join() []*part {
	var parts []*part
	for _, f := range im.facts {
		name := environmentName(cmp.Or(f.Env.Name, folderName(f.Env.Root)))
		p := &part{name: name}
		if len(f.Redis)+len(f.Sentinels)+len(f.Releases) > 0 {
			p.redis = f
		}
		if len(f.Clients) > 0 {
			p.gateway = f
		}
		i := slices.IndexFunc(parts, func(q *part) bool { return q.name == name })
		if i < 0 {
			parts = append(parts, p)
			continue
		}
		if q := parts[i]; q.redis == nil || p.redis == nil {
			if q.redis == nil {
				q.redis = p.redis
			}
			if q.gateway == nil {
				q.gateway = p.gateway
			}
			continue
		}
		im.result.Dropped = append(im.result.Dropped, Note{
			Text: fmt.Sprintf("%s is a second environment with the name %q and a Redis of its own: import it into a spec of its own", f.Env.Root, name),
		})
	}
	if len(parts) == 2 {
		a, b := parts[0], parts[1]
		if a.redis == nil {
			a, b = b, a
		}
		if a.redis != nil && a.gateway == nil && b.redis == nil {
			if a.name == "" {
				a.name = b.name
			}
			a.gateway, parts = b.gateway, []*part{a}
		}
	}
	for i, p := range parts {
		switch {
		case p.name != "":
		case len(parts) == 1 || i == 0:
			p.name = im.opts.Environment
		default:
			p.name = fmt.Sprintf("%s-%d", im.opts.Environment, i+1)
		}
	}
	slices.SortFunc(parts, func(a, b *part) int { return strings.Compare(a.name, b.name) })
	return parts
}

// folderName is the name of an environment that is the only one, if its folder
// stands among those of environments.
func folderName(root string) string {
	switch path.Base(path.Dir(root)) {
	case "overlays", "environments", "envs", "stages", "clusters":
		return path.Base(root)
	}
	return ""
}

// environmentName makes a DNS label of what people call an environment.
func environmentName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	s := b.String()
	return strings.Trim(s[:min(len(s), 63)], "-")
}

func (r *Result) dropped(at repo.Span, format string, args ...any) {
	r.Dropped = append(r.Dropped, Note{at, fmt.Sprintf(format, args...)})
}

func (r *Result) decided(at repo.Span, format string, args ...any) {
	r.Decided = append(r.Decided, Note{at, fmt.Sprintf(format, args...)})
}

func (r *Result) secret(at repo.Span, format string, args ...any) {
	r.Secrets = append(r.Secrets, Note{at, fmt.Sprintf(format, args...)})
}

// tidy sorts the notes and drops those told twice: environments share files.
func (r *Result) tidy() {
	for _, list := range []*[]Note{&r.Secrets, &r.Dropped, &r.Decided} {
		slices.SortStableFunc(*list, func(a, b Note) int {
			if c := a.At.Compare(b.At); c != 0 {
				return c
			}
			return strings.Compare(a.Text, b.Text)
		})
		*list = slices.Compact(*list)
	}
}
