package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// large adds the runs over 10,000 environments.
var large = flag.Bool("large", false, "benchmarks: also measure 10,000 environments")

func sizes() []int {
	if *large {
		return []int{1, 10, 100, 1000, 10_000}
	}
	return []int{1, 10, 100, 1000}
}

// corpus are the files of one environment, with ENV in the place of its name.
const corpus = "../../internal/peers/testdata"

func benchFile(b *testing.B, from, to, env string) {
	b.Helper()
	data, err := os.ReadFile(filepath.Join(corpus, from))
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, []byte(strings.ReplaceAll(string(data), "ENV", env)), 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

func benchParts(b *testing.B) []string {
	b.Helper()
	entries, err := os.ReadDir(filepath.Join(corpus, "plain"))
	if err != nil {
		b.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// runs measures a command line in this process, in a folder. cold keeps nothing
// from one run to the next.
func runs(b *testing.B, dir string, environments, code int, args ...string) {
	b.Helper()
	b.Setenv("XDG_CACHE_HOME", b.TempDir())
	args = append([]string{"-C", dir}, args...)
	wd, err := os.Getwd()
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := os.Chdir(wd); err != nil {
			b.Fatal(err)
		}
	}()
	b.ReportAllocs()
	for b.Loop() {
		var told strings.Builder
		if got := run(context.Background(), args, streams{strings.NewReader(""), io.Discard, &told}); got != code {
			b.Fatalf("exit code %d, want %d: %s", got, code, told.String())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N*environments), "ms/environment")
}

// BenchmarkStartup starts a process that prints its version.
func BenchmarkStartup(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	program := filepath.Join(b.TempDir(), "quorumwright")
	if err := os.Symlink(self, program); err != nil {
		b.Fatal(err)
	}
	var cpu float64
	for b.Loop() {
		cmd := exec.Command(program, "version")
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		cpu += (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	}
	b.ReportMetric(cpu*1000/float64(b.N), "cpu-ms/op")
}

// BenchmarkLintTwoFiles judges a manifest and the values of its gateway.
func BenchmarkLintTwoFiles(b *testing.B) {
	runs(b, "../../golden/broken", 1, exitFindings, "lint", "--no-cache", "redis.yaml", "values.yaml")
}

// BenchmarkLintPlain judges folders of plain files.
func BenchmarkLintPlain(b *testing.B) {
	parts := benchParts(b)
	for _, n := range sizes() {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := b.TempDir()
			for i := range n {
				env := fmt.Sprintf("env-%05d", i)
				for _, part := range parts {
					benchFile(b, "plain/"+part, filepath.Join(dir, "envs", env, part), env)
				}
			}
			for _, how := range []string{"cold", "unchanged"} {
				b.Run(how, func(b *testing.B) {
					args := []string{"lint", "--output", "concise"}
					if how == "cold" {
						args = append(args, "--no-cache")
					}
					runs(b, dir, n, exitFindings, args...)
				})
			}
		})
	}
}

// BenchmarkLintOverlays judges kustomize overlays of one base.
func BenchmarkLintOverlays(b *testing.B) {
	parts := benchParts(b)
	for _, n := range sizes() {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := b.TempDir()
			for _, part := range parts {
				if part != "values.yaml" {
					benchFile(b, "plain/"+part, filepath.Join(dir, "base", part), "base")
				}
			}
			benchFile(b, "base.yaml", filepath.Join(dir, "base/kustomization.yaml"), "")
			for i := range n {
				env := fmt.Sprintf("env-%05d", i)
				benchFile(b, "overlay.yaml", filepath.Join(dir, "overlays", env, "kustomization.yaml"), env)
				benchFile(b, "plain/values.yaml", filepath.Join(dir, "overlays", env, "values.yaml"), env)
			}
			for _, how := range []string{"cold", "unchanged"} {
				b.Run(how, func(b *testing.B) {
					args := []string{"lint", "--output", "concise"}
					if how == "cold" {
						args = append(args, "--no-cache")
					}
					runs(b, dir, n, exitFindings, args...)
				})
			}
		})
	}
}

func benchSpec(b *testing.B, n int) string {
	b.Helper()
	var spec strings.Builder
	spec.WriteString("apiVersion: quorumwright.dev/v1alpha1\nkind: HybridGateway\nmetadata: {name: gravitee}\nenvironments:\n")
	for i := range n {
		fmt.Fprintf(&spec, "  env-%05d: {preset: prod, spec: {namespace: team-%05d, redis: {persistence: {size: %dGi}}, gateway: {replicas: %d}}}\n", i, i, 4+i%4, 2+i%3)
	}
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "quorumwright.yaml"), []byte(spec.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkGenerate makes the trees of specs: new writes every file, evaluated
// finds out from the spec that nothing has changed, unchanged from the cache.
func BenchmarkGenerate(b *testing.B) {
	for _, n := range sizes() {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := benchSpec(b, n)
			b.Run("new", func(b *testing.B) {
				i := 0
				b.Setenv("XDG_CACHE_HOME", b.TempDir())
				b.ReportAllocs()
				for b.Loop() {
					i++
					out := filepath.Join(dir, fmt.Sprintf("new-%d", i))
					args := []string{"generate", "-q", "--no-cache", "-f", filepath.Join(dir, "quorumwright.yaml"), "-o", out}
					var told strings.Builder
					if code := run(context.Background(), args, streams{nil, io.Discard, &told}); code != exitClean {
						b.Fatal(told.String())
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N*n), "ms/environment")
			})
			b.Run("evaluated", func(b *testing.B) { runs(b, dir, n, exitClean, "generate", "-q", "--no-cache") })
			b.Run("unchanged", func(b *testing.B) { runs(b, dir, n, exitClean, "generate", "-q") })
		})
	}
}

// BenchmarkCheckStaged is the hook on a spec and its tree.
func BenchmarkCheckStaged(b *testing.B) {
	for _, n := range sizes()[:3] {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := benchSpec(b, n)
			if code := run(context.Background(), []string{"generate", "-q", "-f", filepath.Join(dir, "quorumwright.yaml"), "-o", filepath.Join(dir, "deploy")}, streams{nil, io.Discard, io.Discard}); code != exitClean {
				b.Fatalf("generate: exit code %d", code)
			}
			for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}} {
				if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
					b.Fatalf("git: %s", out)
				}
			}
			runs(b, dir, n, exitClean, "check", "--staged", "--fail-on", "error")
		})
	}
}
