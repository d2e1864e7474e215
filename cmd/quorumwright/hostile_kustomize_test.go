//go:build unix

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// canaryText lies outside of the repository: it must come up nowhere.
const canaryText = "canary-that-nobody-may-read"

// hostileRoots are kustomizations of a stranger, by what they try. URL stands for
// a server that must not be asked, OUTSIDE for a folder that must not be read.
func hostileRoots() map[string]map[string]string {
	cases := map[string]map[string]string{}
	add := func(name, kustomization string, more ...string) {
		files := map[string]string{"kustomization.yaml": kustomization, "s.yaml": service}
		for i := 0; i+1 < len(more); i += 2 {
			files[more[i]] = more[i+1]
		}
		cases[name] = files
	}

	// Other machines, in every field that takes a path.
	for _, url := range []string{
		"URL/a.yaml", "URL/a//b?ref=c", "git::URL/a", "URL/a.git", "ssh://git@127.0.0.1/a/b", "git@127.0.0.1:a/b.git",
		"file:///etc", "github.com/kubernetes-sigs/kustomize//examples/helloWorld", "127.0.0.1/a.git?timeout=1",
		"s3::URL/bucket", "hg::URL/a", "URL/a.tar.gz//x?archive=tgz", "//127.0.0.1/share",
	} {
		add("resources from "+url, fmt.Sprintf("resources: [%q]\n", url))
	}
	for field, text := range map[string]string{
		"bases": "bases: ['URL/a']\n", "components": "components: ['URL/a?ref=b']\n", "crds": "resources: [s.yaml]\ncrds: ['URL/a.json']\n",
		"configurations": "resources: [s.yaml]\nconfigurations: ['URL/a.yaml']\n", "openapi": "resources: [s.yaml]\nopenapi: {path: 'URL/a.json'}\n",
		"patches": "resources: [s.yaml]\npatches: [{path: 'URL/a.yaml'}]\n", "patchesStrategicMerge": "resources: [s.yaml]\npatchesStrategicMerge: ['URL/a.yaml']\n",
		"patchesJson6902": "resources: [s.yaml]\npatchesJson6902: [{path: 'URL/a', target: {version: v1, kind: Service, name: redis}}]\n",
		"replacements":    "resources: [s.yaml]\nreplacements: [{path: 'URL/a.yaml'}]\n", "generators": "generators: ['URL/a']\n",
		"transformers": "resources: [s.yaml]\ntransformers: ['URL/a']\n", "validators": "resources: [s.yaml]\nvalidators: ['URL/a']\n",
		"generator files": "configMapGenerator: [{name: a, files: ['a=URL/a']}]\n", "generator envs": "secretGenerator: [{name: a, envs: ['URL/a']}]\n",
		"generator env": "configMapGenerator: [{name: a, env: 'URL/a'}]\n", "helmCharts": "helmCharts: [{name: a, repo: 'URL', version: 1.0.0}]\n",
		"old charts":      "helmChartInflationGenerator: [{chartName: a, chartRepoUrl: 'URL', helmBin: ./run.sh}]\n",
		"chart home":      "helmGlobals: {chartHome: OUTSIDE, configHome: OUTSIDE}\nhelmCharts: [{name: a, valuesFile: OUTSIDE/secret.yaml}]\n",
		"charts with oci": "helmCharts: [{name: a, repo: 'oci://127.0.0.1/a', valuesInline: {a: b}}]\n",
	} {
		add("a server in "+field, text)
	}

	// Files outside, in every field that takes a path.
	for field, text := range map[string]string{
		"resources": "resources: [OUTSIDE/secret.yaml]\n", "bases": "bases: [OUTSIDE]\n", "components": "components: [OUTSIDE]\n",
		"folders": "resources: [../../OUT/]\n", "crds": "resources: [s.yaml]\ncrds: [OUTSIDE/secret.yaml]\n",
		"patches": "resources: [s.yaml]\npatches: [{path: OUTSIDE/secret.yaml}]\n", "files": "configMapGenerator: [{name: a, files: [OUTSIDE/secret.yaml]}]\n",
		"named files": "configMapGenerator: [{name: a, files: ['x=OUTSIDE/secret.yaml']}]\n", "envs": "configMapGenerator: [{name: a, envs: [OUTSIDE/secret.env]}]\n",
		"replacements": "resources: [s.yaml]\nreplacements: [{path: OUTSIDE/secret.yaml}]\n", "openapi": "resources: [s.yaml]\nopenapi: {path: OUTSIDE/secret.yaml}\n",
		"configurations": "resources: [s.yaml]\nconfigurations: [OUTSIDE/secret.yaml]\n", "generators": "generators: [OUTSIDE/secret.yaml]\n",
		"the root": "resources: [/etc/passwd]\nconfigMapGenerator: [{name: a, files: [/etc/passwd]}]\n", "dots": "configMapGenerator: [{name: a, files: [a/../../../OUT/secret.yaml]}]\n",
	} {
		add("outside by "+field, text)
	}
	// A file name that ends in " -> target" is a symbolic link, one in " |" a pipe.
	for field, text := range map[string]string{
		"resources": "resources: [link]\n", "patches": "resources: [s.yaml]\npatches: [{path: link}]\n",
		"generators": "configMapGenerator: [{name: a, files: [link]}]\nsecretGenerator: [{name: b, envs: [link]}]\n",
	} {
		add("a link out by "+field, text, "link -> OUTSIDE/secret.yaml", "")
		add("a pipe by "+field, text, "link |", "")
		add("a device by "+field, text, "link -> /dev/zero", "")
	}
	add("a linked folder", "resources: [dir]\n", "dir -> OUTSIDE", "")
	add("a linked kustomization", "", "kustomization.yaml -> OUTSIDE/secret.yaml", "")
	add("a pipe as kustomization", "", "kustomization.yaml |", "")
	add("a link to itself", "resources: [link]\n", "link -> link", "")
	add("a link to this folder", "resources: [dir]\n", "dir -> .", "")
	add("a link to a process", "configMapGenerator: [{name: a, envs: [link]}]\n", "link -> /proc/self/environ", "")

	// Programs.
	function := "apiVersion: example.com/v1\nkind: X\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: |\n      %s\n"
	for name, how := range map[string]string{"exec": "exec: {path: ./run.sh}", "container": "container: {image: a}", "starlark": "starlark: {path: ./run.star}"} {
		for _, field := range []string{"generators", "transformers", "validators"} {
			add(name+" in "+field, field+": [f.yaml]\nresources: [s.yaml]\n", "f.yaml", fmt.Sprintf(function, how), "run.sh", "#!/bin/sh\ngit\n")
		}
	}
	add("a chart from git", "helmCharts: [{name: a, repo: 'git+URL/a'}]\nresources: [s.yaml]\n")

	// Graphs and sizes.
	add("itself", "resources: [.]\n")
	add("its parent", "resources: [..]\n")
	add("a circle", "resources: [a]\n", "a/kustomization.yaml", "resources: [../b]\n", "b/kustomization.yaml", "resources: [../a]\n")
	add("a circle of components", "components: [a]\n", "a/kustomization.yaml", "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\ncomponents: [..]\n")
	diamond := map[string]string{"l16/kustomization.yaml": "resources: [s.yaml]\n", "l16/s.yaml": service, "kustomization.yaml": "resources: [l0a]\n"}
	for i := range 16 {
		for _, side := range []string{"a", "b"} {
			body := fmt.Sprintf("resources: [../l%da, ../l%db]\nnamePrefix: %s\n", i+1, i+1, side)
			if i == 15 {
				body = "resources: [../l16]\n"
			}
			diamond[fmt.Sprintf("l%d%s/kustomization.yaml", i, side)] = body
		}
	}
	cases["a diamond of 2^16"] = diamond
	tower := map[string]string{"kustomization.yaml": "resources: [t0]\n"}
	for i := range 200 {
		tower[fmt.Sprintf("t%d/kustomization.yaml", i)] = fmt.Sprintf("resources: [../t%d]\n", i+1)
	}
	cases["a tower of 200"] = tower
	var many, laughs strings.Builder
	for i := range 3_000 {
		fmt.Fprintf(&many, "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%d}\n", i)
	}
	laughs.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\na0: &a0 [1,1,1,1,1,1,1,1,1]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&laughs, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	add("3,000 objects", "resources: [many.yaml]\n", "many.yaml", many.String())
	add("laughs as resource", "resources: [l.yaml]\n", "l.yaml", laughs.String())
	add("laughs as patch", "resources: [s.yaml]\npatches: [{path: l.yaml}]\n", "l.yaml", laughs.String())
	add("an alias to itself", "resources: [l.yaml]\n", "l.yaml", "apiVersion: v1\nkind: A\nmetadata: &m\n  name: a\n  labels: *m\n")
	add("an alias to itself in the kustomization", "resources: &r [s.yaml, *r]\n")
	add("commas in names", "resources: [l.yaml]\n", "l.yaml", "apiVersion: v1\nkind: 'A,B'\nmetadata: {name: 'a,b'}\n")
	add("an expensive pattern", "resources: [s.yaml]\npatches: [{target: {name: '(a*)*(a*)*(a*)*b'}, patch: '[{op: remove, path: /spec}]'}]\n")
	add("a long prefix", "resources: [s.yaml]\nnamePrefix: "+strings.Repeat("a", 500_000)+"\n")
	add("a patch that is no patch", "resources: [s.yaml]\npatches: [{patch: '- &a [*a]'}]\n")
	return cases
}

// hungryRoots are kustomizations of a few lines that kustomize needs more memory or
// time for than there is: they copy what they have copied, or ask the same again and
// again. Beside each lies one that is as it should be.
func hungryRoots() map[string]map[string]string {
	const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: a-b-c-d-e-f-g-h}\n"
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	services := repeat(490, "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%d}\n")
	one := map[string]map[string]string{
		"copies of copies": {
			"kustomization.yaml": "resources: [a.yaml]\npatches: [{target: {kind: ConfigMap}, path: p.yaml}]\n",
			"p.yaml":             repeat(30, "- {op: copy, from: /data, path: /data/c%d}\n"),
		},
		"replacements of replacements": {
			"kustomization.yaml": "resources: [a.yaml]\nreplacements:\n" +
				repeat(30, "- {source: {kind: ConfigMap, fieldPath: data}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.c%d], options: {create: true}}]}\n"),
		},
		"a schema of itself": {
			"kustomization.yaml": "resources: [x.yaml]\nopenapi: {path: o.json}\npatches: [{path: p.yaml}]\n",
			"x.yaml":             "apiVersion: x.io/v1\nkind: X\nmetadata: {name: x}\nspec: {a: {a: [1]}}\n",
			"p.yaml":             "apiVersion: x.io/v1\nkind: X\nmetadata: {name: x}\nspec: {a: {a: [2]}}\n",
			"o.json": `{"definitions": {"y": {"$ref": "#/definitions/y"}, "x": {"type": "object", "properties": {"spec": {"$ref": "#/definitions/y"}},
				"x-kubernetes-group-version-kind": [{"group": "x.io", "kind": "X", "version": "v1"}]}}}`,
		},
		"many patches of many": {
			"kustomization.yaml": "resources: [s.yaml]\npatches:\n" + repeat(900, "- {target: {kind: Service}, path: p.yaml} # %d\n"),
			"p.yaml":             "- {op: add, path: /metadata/labels, value: {a: b}}\n", "s.yaml": services,
		},
	}
	for _, files := range one {
		if files["a.yaml"] == "" {
			files["a.yaml"] = settings
		}
		files["other/kustomization.yaml"] = "resources: [missing.yaml]\n"
	}
	return one
}

// TestHungryKustomize lints each: the limit is a finding at the root that hits it,
// which says which limit that is, and the rest is judged all the same.
func TestHungryKustomize(t *testing.T) {
	for name, files := range hungryRoots() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeFiles(t, dir, files)
			r := execute(t, dir, "lint", "--no-cache", "--output", "concise")
			r.orderly(t)
			limit := regexp.MustCompile(`(?m)^kustomization\.yaml:1:1: error: rendering this folder takes more than (10 s of processor time|1 GiB of memory|64 MiB of stack), the limit for one root; it was not rendered \[yaml/limits\]$`)
			if r.code != exitFailed || !limit.MatchString(r.stdout) {
				t.Errorf("exit %d: %s", r.code, clipped(r.all()))
			}
			if !strings.Contains(r.stdout, "\nother/kustomization.yaml:1:") {
				t.Errorf("the other root was not judged: %s", clipped(r.all()))
			}
		})
	}
}

// TestHostileKustomize lints each case as a process whose every way out leads to a
// trap: a server, programs on the PATH, and files outside.
func TestHostileKustomize(t *testing.T) {
	cases := hostileRoots()
	if len(cases) < 77 {
		t.Errorf("only %d cases", len(cases))
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			c.Close()
		}
	}()
	url := "http://" + server.Addr().String()
	traps := t.TempDir()
	started := filepath.Join(traps, "started")
	for _, name := range []string{"git", "helm", "docker", "podman", "ssh", "curl", "hg", "sh", "bash", "kustomize", "tar"} {
		script := "#!/bin/sh\necho " + name + " >> " + started + "\n"
		if err := os.WriteFile(filepath.Join(traps, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	home := t.TempDir()
	for name, files := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			outside := filepath.Join(top, "OUT")
			writeFiles(t, outside, map[string]string{
				"secret.yaml":        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + canaryText + "}\ndata: {a: " + canaryText + "}\n",
				"secret.env":         "a=" + canaryText + "\n",
				"kustomization.yaml": "resources: [secret.yaml]\n",
			})
			dir := filepath.Join(top, "repo", "root")
			writeFiles(t, filepath.Join(top, "repo"), map[string]string{".git/HEAD": "ref: refs/heads/main\n"})
			// OUTSIDE is relative: an absolute path is one of the cases.
			plant(t, dir, files, strings.NewReplacer("URL", url, "OUTSIDE", "../../OUT"))
			cmd := offline(t, dir, "lint", "--output", "text")
			cmd.Env = append(cmd.Env, "PATH="+traps, "HOME="+home, "http_proxy="+url, "https_proxy="+url, "HTTP_PROXY="+url, "HTTPS_PROXY="+url, "NO_PROXY=")
			r := finish(t, cmd)
			r.orderly(t)
			if r.code == exitUsage || strings.Contains(r.all(), "killed") {
				t.Errorf("exit %d: %s", r.code, r.all())
			}
			if strings.Contains(r.all(), canaryText) {
				t.Errorf("what is outside was read:\n%s", r.all())
			}
		})
	}
	t.Cleanup(func() {
		server.Close()
		if n := asked.Load(); n > 0 {
			t.Errorf("%d connections were made", n)
		}
		if names, err := os.ReadFile(started); err == nil {
			t.Errorf("programs were started: %s", names)
		}
	})
}

// plant writes the files of a case, its links and its pipes.
func plant(t *testing.T, dir string, files map[string]string, fill *strings.Replacer) {
	t.Helper()
	var names []string
	for name := range files {
		names = append(names, name)
	}
	writeFiles(t, dir, nil)
	slices.Sort(names) // a link comes behind the file whose place it takes
	for _, name := range names {
		at, target, isLink := strings.Cut(name, " -> ")
		pipe, isPipe := strings.CutSuffix(name, " |")
		switch {
		case isLink:
			place := filepath.Join(dir, at)
			_ = os.Remove(place)
			if err := os.Symlink(fill.Replace(target), place); err != nil {
				t.Fatal(err)
			}
		case isPipe:
			place := filepath.Join(dir, pipe)
			_ = os.Remove(place)
			makePipe(t, place)
		default:
			writeFiles(t, dir, map[string]string{name: fill.Replace(files[name])})
		}
	}
}
