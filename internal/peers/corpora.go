//go:build unix

package peers

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright"
	"github.com/quorumwright/quorumwright/schema"
)

// files are what the corpora are made of. plain is one environment as people
// write it, in one file for each object; ENV stands for its name.
//
//go:embed testdata
var files embed.FS

// corpora are the files that the commands work on, in a folder of their own.
type corpora struct {
	dir, program, guide string
	n                   int
	noop, schema        string
	aside               int // how many trees were put aside
}

// small writes what is used by single runs.
func (c *corpora) small() error {
	c.noop = filepath.Join(c.dir, "noop")
	c.schema = filepath.Join(c.dir, "schema.cue")
	if err := c.write("testdata/noop.go.txt", "noop.go"); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-trimpath", "-o", c.noop, c.noop+".go")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("the program that does nothing: %s", out)
	}
	for from, to := range map[string]string{
		"testdata/schema.cue":              "schema.cue",
		"testdata/policy.rego":             "policy/policy.rego",
		"testdata/one/kustomization.yaml":  "one/kustomization.yaml",
		"testdata/one/merge.yaml":          "one/merge.yaml",
		"testdata/chart/Chart.yaml":        "chart/Chart.yaml",
		"testdata/chart/config.yaml":       "chart/templates/config.yaml",
		"testdata/plain/redis.yaml":        "one/redis.yaml",
		"testdata/plain/redis-config.yaml": "one/redis-config.yaml",
	} {
		if err := c.write(from, to); err != nil {
			return err
		}
	}
	if err := os.CopyFS(filepath.Join(c.dir, "cue"), quorumwright.CUE); err != nil {
		return err
	}
	if err := c.write("testdata/environments.cue", "cue/environments.cue"); err != nil {
		return err
	}
	if err := c.writeSpec("spec-1", 1); err != nil {
		return err
	}
	return c.generate("spec-1")
}

func (c *corpora) write(from, to string, replace ...string) error {
	data, err := files.ReadFile(from)
	if err != nil {
		return err
	}
	at := filepath.Join(c.dir, to)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	return os.WriteFile(at, []byte(strings.NewReplacer(replace...).Replace(string(data))), 0o644)
}

func (c *corpora) has(name string) bool {
	_, err := os.Stat(filepath.Join(c.dir, name))
	return err == nil
}

func name(i int) string { return fmt.Sprintf("env-%05d", i) }

// plain writes a folder of files for each environment.
func (c *corpora) plain() error {
	if c.has("plain") {
		return nil
	}
	parts, err := fs.Glob(files, "testdata/plain/*.yaml")
	for i := range c.n {
		for _, part := range parts {
			if err == nil {
				err = c.write(part, filepath.Join("plain/envs", name(i), filepath.Base(part)), "ENV", name(i))
			}
		}
	}
	return err
}

// overlays writes a base and an overlay of it for each environment.
func (c *corpora) overlays() error {
	if c.has("overlays") {
		return nil
	}
	parts, err := fs.Glob(files, "testdata/plain/*.yaml")
	for _, part := range parts {
		if err == nil && filepath.Base(part) != "values.yaml" {
			err = c.write(part, filepath.Join("overlays/base", filepath.Base(part)), "ENV", "base")
		}
	}
	if err == nil {
		err = c.write("testdata/base.yaml", "overlays/base/kustomization.yaml")
	}
	for i := range c.n {
		to := filepath.Join("overlays/overlays", name(i))
		if err == nil {
			err = c.write("testdata/overlay.yaml", filepath.Join(to, "kustomization.yaml"), "ENV", name(i))
		}
		if err == nil {
			err = c.write("testdata/plain/values.yaml", filepath.Join(to, "values.yaml"), "ENV", name(i))
		}
	}
	return err
}

// writeSpec writes a spec of n environments that differ in their namespace, and
// some in their size.
func (c *corpora) writeSpec(dir string, n int) error {
	var b strings.Builder
	b.WriteString("apiVersion: quorumwright.dev/v1alpha1\nkind: HybridGateway\nmetadata: {name: gravitee}\nenvironments:\n")
	for i := range n {
		fmt.Fprintf(&b, "  %s: {preset: prod, spec: {namespace: team-%05d, redis: {persistence: {size: %dGi}}, gateway: {replicas: %d}}}\n",
			name(i), i, 4+i%4, 2+i%3)
	}
	at := filepath.Join(c.dir, dir)
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(at, "quorumwright.yaml"), []byte(b.String()), 0o644); err != nil {
		return err
	}
	return complete(at, b.String())
}

// complete writes the spec once more, with every default in every environment:
// what cue gets to hold against #Deployment, since a unification cannot replace
// one value by another, as the layers of a spec do.
func complete(dir, spec string) error {
	d, err := schema.Parse("quorumwright.yaml", []byte(spec))
	if err != nil {
		return err
	}
	environments := map[string]schema.Spec{}
	for _, e := range d.Environments {
		environments[e.Name] = e.Spec
	}
	data, err := json.Marshal(map[string]any{"environments": environments})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "complete.json"), data, 0o644)
}

func (c *corpora) spec() error { return c.writeSpec("spec", c.n) }

func (c *corpora) generate(dir string) error {
	cmd := exec.Command(c.program, "generate", "-q")
	cmd.Dir = filepath.Join(c.dir, dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("generate: %w: %s", err, out)
	}
	return nil
}

func (c *corpora) generated() error {
	if err := c.spec(); err != nil {
		return err
	}
	return c.generate("spec")
}

// clean puts what was generated aside. What it costs to have removed it would be
// measured with the next run: ext4 without a journal does not use inodes again that
// were freed within the last minutes, and looks at each of them for every new file.
func (c *corpora) clean() error {
	c.aside++
	err := os.Rename(filepath.Join(c.dir, "spec/deploy"), filepath.Join(c.dir, "spec/aside-"+strconv.Itoa(c.aside)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
