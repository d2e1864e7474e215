//go:build unix

package peers

import (
	"path/filepath"
	"strconv"
)

// works are the rows of the table.
func (c *corpora) works(schemas, chart string) []work {
	q := func(args ...string) []string { return append([]string{c.program}, args...) }
	redis, values := filepath.Join(c.guide, "redis.yaml"), filepath.Join(c.guide, "values.yaml")
	plain, overlays, spec := filepath.Join(c.dir, "plain"), filepath.Join(c.dir, "overlays"), filepath.Join(c.dir, "spec")
	one, alone := filepath.Join(c.dir, "one"), filepath.Join(c.dir, "spec-1")
	conform := func(dir string) command {
		args := []string{"kubeconform", "-summary", "-ignore-missing-schemas", "-ignore-filename-pattern", "values.yaml"}
		if schemas != "" {
			at, _ := filepath.Abs(schemas)
			args = append(args, "-schema-location", at+"/{{.ResourceKind}}.json")
		}
		return command{name: "kubeconform", args: append(args, dir)}
	}
	policy := filepath.Join(c.dir, "policy")
	// Two ways to use cue: evaluate our schema, which every environment is held
	// against by both programs, or a short one that somebody writes for himself.
	// Neither writes the files that generate does.
	export := func(dir string) []command {
		return []command{
			{name: "cue export, same schema", dir: filepath.Join(c.dir, "cue"),
				args: []string{"cue", "export", ".", filepath.Join(dir, "complete.json"), "-e", "environments"}},
			{name: "cue export, 90 lines of schema",
				args: []string{"cue", "export", c.schema, filepath.Join(dir, "quorumwright.yaml"), "-e", "out"}},
		}
	}
	vet := func(dir string) command {
		return command{name: "cue vet, same schema", dir: filepath.Join(c.dir, "cue"),
			args: []string{"cue", "vet", "-c", ".", filepath.Join(dir, "complete.json")}}
	}
	if chart == "" {
		chart = filepath.Join(c.dir, "chart")
	}
	chart, _ = filepath.Abs(chart)
	return []work{
		{name: "version", ours: command{args: q("version")}, peers: []command{
			{name: "a Go program that does nothing", args: []string{c.noop}},
			{name: "cue version", args: []string{"cue", "version"}},
		}},
		{name: "--help", ours: command{args: q("--help")}, peers: []command{
			{name: "a Go program that does nothing", args: []string{c.noop}},
			{name: "cue version", args: []string{"cue", "version"}},
		}},
		{name: "lint two files", ours: command{args: q("lint", redis, values)}, peers: []command{
			conform(redis),
			{name: "conftest, 30 lines of policy", args: []string{"conftest", "test", "--combine", "-p", policy, redis, values}},
			{name: "kube-score", args: []string{"kube-score", "score", redis}},
			{name: "kube-linter", args: []string{"kube-linter", "lint", redis}},
		}},
		// helm renders what lint says without: which of the values do something. A chart
		// of Gravitee's takes far longer than the small one that is here.
		{name: "lint values", ours: command{args: q("lint", "--no-cache", values)}, peers: []command{
			{name: "helm template", args: []string{"helm", "template", "gravitee", chart, "-f", values}},
		}},
		{name: "check one spec", ours: command{args: q("generate", "--check", "--no-cache"), dir: alone}, peers: []command{vet(alone)}},
		{name: "generate one, unchanged", ours: command{args: q("generate"), dir: alone}, peers: append(export(alone),
			command{name: "kustomize build, with a merge patch", args: []string{"kustomize", "build", one}})},
		{name: "lint " + strconv.Itoa(c.n) + " folders of plain files", large: true, envs: c.n, need: c.plain,
			ours: command{args: q("lint", "--no-cache", "--output", "concise", "."), dir: plain}, peers: []command{
				conform(plain),
				{name: "conftest --combine", args: []string{"conftest", "test", "--combine", "-p", policy, plain}},
				{name: "kube-linter", args: []string{"kube-linter", "lint", plain}},
			}},
		{name: "the same again, from the cache", large: true, envs: c.n, need: c.plain,
			ours: command{args: q("lint", "--output", "concise", "."), dir: plain}, peers: []command{conform(plain)}},
		{name: "lint " + strconv.Itoa(c.n) + " kustomize overlays", large: true, envs: c.n, need: c.overlays,
			ours: command{args: q("lint", "--no-cache", "--output", "concise", "."), dir: overlays}, peers: []command{
				{name: "kustomize build of each", args: []string{"kustomize", "build", filepath.Join(overlays, "overlays/env-00000")}, times: c.n},
			}},
		{name: "the same again, from the cache", large: true, envs: c.n, need: c.overlays,
			ours: command{args: q("lint", "--output", "concise", "."), dir: overlays}},
		{name: "generate " + strconv.Itoa(c.n) + " new", large: true, envs: c.n, need: c.spec,
			ours: command{args: q("generate", "-q"), dir: spec, before: c.clean}, peers: export(spec)},
		{name: "generate " + strconv.Itoa(c.n) + " unchanged", large: true, envs: c.n, need: c.generated,
			ours: command{args: q("generate"), dir: spec}, peers: export(spec)},
		{name: "check a spec of " + strconv.Itoa(c.n), large: true, envs: c.n, need: c.generated,
			ours: command{args: q("generate", "--check", "--no-cache"), dir: spec}, peers: []command{vet(spec)}},
	}
}
