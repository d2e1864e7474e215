package repo_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestOverlaysInSectionsTellTheSame reads overlays of a base one by one and all
// together: overlays with what else stands in their folders, with what they have
// in common, and with what makes reading one by one impossible.
func TestOverlaysInSectionsTellTheSame(t *testing.T) {
	const trees = 3
	values := guideLike("x")["values.yaml"]
	passed := map[string]int{}
	extras := map[string]func(files map[string]string, rnd *rand.Rand){
		"plain": func(map[string]string, *rand.Rand) {},
		"values": func(files map[string]string, rnd *rand.Rand) {
			for dir := range overlayDirs(files) {
				files[dir+"values.yaml"] = strings.ReplaceAll(values, "sentinel", []string{"sentinel", "redis"}[rnd.IntN(2)])
			}
		},
		"manifests": func(files map[string]string, rnd *rand.Rand) {
			for dir := range overlayDirs(files) {
				if rnd.IntN(2) == 0 {
					files[dir+"stray.yaml"] = service
				}
			}
		},
		"text": func(files map[string]string, rnd *rand.Rand) {
			for dir := range overlayDirs(files) {
				generateSecret(files, dir, "- name: pw\n  files: [a.txt, b.yaml]\n")
				files[dir+"a.txt"] = fmt.Sprint("s3cr3t-", rnd.IntN(3))
				files[dir+"b.yaml"] = fmt.Sprint("password: hunter-", rnd.IntN(3), "\n# quorumwright:ignore secret/plaintext: is a test\n")
			}
		},
		"nested": func(files map[string]string, _ *rand.Rand) {
			for dir := range overlayDirs(files) {
				for _, name := range slices.Collect(maps.Keys(files)) {
					if rest, ok := strings.CutPrefix(name, dir); ok && !strings.HasPrefix(rest, "inner/") {
						files[dir+"inner/"+rest] = strings.ReplaceAll(files[name], "../../", "../../../")
						delete(files, name)
					}
				}
				files[dir+"kustomization.yaml"] = "resources: [inner]\n"
			}
		},
		"chained": func(files map[string]string, _ *rand.Rand) {
			files["overlays/e5/kustomization.yaml"] = "resources: [../e4]\n"
		},
		"root beside": func(files map[string]string, _ *rand.Rand) {
			files["other/kustomization.yaml"] = "resources: [a.yaml]\n"
			files["other/a.yaml"] = service
		},
		"shared text": func(files map[string]string, _ *rand.Rand) {
			files["text/pw.txt"] = "hunter-2"
			for dir := range overlayDirs(files) {
				generateSecret(files, dir, "- name: pw\n  files: [../../text/pw.txt]\n")
			}
		},
		"chart": func(files map[string]string, _ *rand.Rand) {
			files["overlays/e3/kustomization.yaml"] += "helmCharts: [{name: apim, version: 4.9.0, valuesFile: v.yaml}]\n"
			files["overlays/e3/v.yaml"] = values
		},
		"flux": func(files map[string]string, _ *rand.Rand) {
			files["overlays/e3/flux.yaml"] = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {path: ./overlays/e1, postBuild: {substitute: {a: b}}}\n"
		},
		"broken": func(files map[string]string, rnd *rand.Rand) {
			for dir := range overlayDirs(files) {
				switch rnd.IntN(4) {
				case 0:
					files[dir+"kustomization.yaml"] += "namePrefx: x\n"
				case 1:
					files[dir+"kustomization.yaml"] += "  bad: [\n"
				}
			}
		},
		"orphan in the base": func(files map[string]string, _ *rand.Rand) { files["base/stray.yaml"] = service },
		"spec": func(files map[string]string, rnd *rand.Rand) {
			spec := "apiVersion: quorumwright.dev/v1alpha1\nkind: HybridGateway\nmetadata: {name: x}\nenvironments:\n"
			for dir := range overlayDirs(files) {
				files[dir+"values.yaml"] = values
				files[dir+".quorumwright.json"] = "{}"
			}
			for _, dir := range slices.Sorted(maps.Keys(overlayDirs(files))) {
				spec += "  " + path.Base(dir) + ": {spec: {gateway: {chart: {version: " + []string{"4.8.32", "4.9.32", "4.12.17"}[rnd.IntN(3)] + "}}}}\n"
			}
			files["quorumwright.yaml"] = spec
		},
		"sops": func(files map[string]string, _ *rand.Rand) {
			files[".sops.yaml"] = "creation_rules: [{path_regex: .*values.yaml, encrypted_regex: ^(host|data)$, age: x}]\n"
			for dir := range overlayDirs(files) {
				files[dir+"values.yaml"] = values
			}
		},
	}
	for _, name := range slices.Sorted(maps.Keys(extras)) {
		for seed := range uint64(trees) {
			rnd := rand.New(rand.NewPCG(seed, 23))
			files := overlayTree(rnd, 6)
			if seed%3 == 2 {
				files = randomTree(rnd)
			}
			extras[name](files, rnd)
			tree := fstest.MapFS{}
			for name, data := range files {
				tree[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
			}
			whole, _ := sayAll(t, tree, 0)
			alone, was := sayAll(t, tree, 5)
			if was {
				passed[name]++
			}
			if diff := cmp.Diff(whole, alone); diff != "" {
				t.Fatalf("%s, seed %d: read as a whole (-) and in sections (+), files %q:\n%s", name, seed, slices.Sorted(maps.Keys(files)), diff)
			}
		}
	}
	for _, name := range []string{"plain", "values", "text", "nested", "shared text", "spec", "sops"} {
		if passed[name] < 1 {
			t.Errorf("%s: only %d of %d trees are read in sections", name, passed[name], trees)
		}
	}
	for _, name := range []string{"root beside", "flux"} {
		if passed[name] > 0 {
			t.Errorf("%s: %d trees are read in sections", name, passed[name])
		}
	}
}

// generateSecret adds an entry to the generators of Secrets of an overlay.
func generateSecret(files map[string]string, dir, entry string) {
	const field = "secretGenerator:\n"
	name := dir + "kustomization.yaml"
	if !strings.Contains(files[name], field) {
		files[name] += field
	}
	files[name] = strings.Replace(files[name], field, field+entry, 1)
}

// overlayDirs are the folders of overlays.
func overlayDirs(files map[string]string) map[string]bool {
	dirs := map[string]bool{}
	for name := range files {
		if dir, ok := strings.CutSuffix(name, "kustomization.yaml"); ok && strings.HasPrefix(name, "overlays/") && strings.Count(dir, "/") == 2 {
			dirs[dir] = true
		}
	}
	return dirs
}
