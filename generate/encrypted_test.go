package generate

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/schema"
)

// encryptedDeployment has an environment for each provider with files, and one
// with two namespaces.
func encryptedDeployment() *schema.Deployment {
	files := func(provider string) schema.Secrets {
		auth, cloud := "secrets/redis-auth.yaml", "secrets/gravitee-cloud.yaml"
		if provider == "sops" {
			return schema.Secrets{Provider: provider, SOPS: schema.SOPS{Auth: auth, CloudToken: cloud, License: cloud, DecryptionSecret: "sops-age"}}
		}
		return schema.Secrets{Provider: provider, SealedSecrets: schema.SealedSecrets{Auth: auth, CloudToken: cloud, License: cloud}}
	}
	return deployment(map[string]func(*schema.Spec){
		"dev":     func(s *schema.Spec) { s.Secrets = files("sops") },
		"prod":    func(s *schema.Spec) { s.Secrets, s.Gateway.Namespace = files("sealed-secrets"), "gravitee" },
		"staging": nothing,
	})
}

func TestEncryptedFiles(t *testing.T) {
	var got []string
	for _, f := range EncryptedFiles(encryptedDeployment()) {
		got = append(got, fmt.Sprint(f.Path, " ", f.Provider, " ", f.Namespace, "/", f.Name, f.Keys))
	}
	want := []string{
		"overlays/dev/secrets/gravitee-cloud.yaml sops gravitee-apim/gravitee-cloud[token licensekey]",
		"overlays/dev/secrets/redis-auth.yaml sops gravitee-apim/redis-auth[password]",
		"overlays/prod/gateway/secrets/gravitee-cloud.yaml sealed-secrets gravitee/gravitee-cloud[token licensekey]",
		"overlays/prod/gateway/secrets/redis-auth.yaml sealed-secrets gravitee/redis-auth[password]",
		"overlays/prod/redis/secrets/redis-auth.yaml sealed-secrets gravitee-apim/redis-auth[password]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if only := EncryptedFiles(encryptedDeployment(), "dev"); len(only) != 2 {
		t.Errorf("%d files of dev", len(only))
	}
}

func TestEncryptedCommand(t *testing.T) {
	files := EncryptedFiles(encryptedDeployment())
	for i, want := range map[int]string{
		0: "mkdir -p deploy/overlays/dev/secrets && kubectl create secret generic gravitee-cloud --namespace gravitee-apim --from-file=token=FILE --from-file=licensekey=FILE --dry-run=client -o yaml | sops encrypt --filename-override deploy/overlays/dev/secrets/gravitee-cloud.yaml --encrypted-regex '^(data|stringData)$' /dev/stdin > deploy/overlays/dev/secrets/gravitee-cloud.yaml",
		3: "mkdir -p deploy/overlays/prod/gateway/secrets && kubectl create secret generic redis-auth --namespace gravitee --from-file=password=FILE --dry-run=client -o yaml | kubeseal --format yaml > deploy/overlays/prod/gateway/secrets/redis-auth.yaml",
	} {
		if got := files[i].Command("deploy"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if got := files[3].Command("my deploy's"); !strings.Contains(got, `> 'my deploy'\''s/overlays/prod/gateway/secrets/redis-auth.yaml'`) {
		t.Errorf("a path with blanks: %s", got)
	}
}

const sopsValue = "ENC[AES256_GCM,data:qgbE7bNL,iv:9Yz0VQ==,tag:a2Zc4A==,type:str]"

// TestEncryptedCheck holds files that may be wrong against what the tree asks
// for. canary stands for a value, and must never be told.
func TestEncryptedCheck(t *testing.T) {
	sealedValue := base64.StdEncoding.EncodeToString(make([]byte, 600))
	sealed := func(metadata, spec string) string {
		return "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {" + metadata + "}\nspec: {" + spec + "}\n"
	}
	sops := func(metadata, data, mac string) string {
		return "apiVersion: v1\nkind: Secret\nmetadata: {" + metadata + "}\ndata: {" + data + "}\n" + mac
	}
	const (
		here   = "name: redis-auth, namespace: gravitee-apim"
		mac    = "sops: {mac: \"" + sopsValue + "\"}\n"
		cipher = "password: \"" + sopsValue + "\""
	)
	good := "encryptedData: {password: " + sealedValue + "}"
	tests := []struct {
		provider, name, file string
		want                 []string // fault line:column message
	}{
		{"sealed-secrets", "good", sealed(here, good), nil},
		{"sealed-secrets", "with a comment and a template", "# sealed\n---\n" + sealed(here, good+", template: {metadata: {labels: {a: b}}}"), nil},
		{"sealed-secrets", "cluster-wide", sealed(`name: redis-auth, namespace: other, annotations: {sealedsecrets.bitnami.com/cluster-wide: "true"}`, good), nil},
		{"sealed-secrets", "empty", "", []string{"unreadable 1:1 this file is empty: it is to hold Secret redis-auth, and the command that was to write it failed"}},
		{"sealed-secrets", "no YAML", "password: {canary", []string{"unreadable 1:1 this is not YAML"}},
		{"sealed-secrets", "two", sealed(here, good) + "---\n" + sealed(here, good), []string{"unreadable 1:1 this file holds 2 documents, and is to hold one Secret"}},
		{"sealed-secrets", "an anchor", sealed(here, good) + "more: &canary {a: *canary}\n", []string{"unreadable 5:7 this file has a YAML anchor, which neither sops nor kubeseal writes"}},
		{"sealed-secrets", "deep", sealed(here, good) + "more: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "\n", []string{"unreadable 5:107 this file is nested more than 100 deep"}},
		{"sealed-secrets", "much", sealed(here, good) + "more: [" + strings.Repeat("1,", 20_000) + "]\n", []string{"unreadable 5:39970 this file holds more than 20000 values"}},
		{"sealed-secrets", "a list", "[canary]", []string{"unreadable 1:1 this is no SealedSecret"}},
		{"sealed-secrets", "a Secret", "apiVersion: v1\nkind: Secret\nmetadata: {name: redis-auth}\nstringData: {password: canary}\n",
			[]string{"plain 2:7 this is a Secret in plain text, not a SealedSecret"}},
		{"sealed-secrets", "a plain value", sealed(here, "encryptedData: {password: canary}"),
			[]string{"plain 4:34 key password is not sealed: kubeseal writes some hundred bytes of base64"}},
		{"sealed-secrets", "a value that was only encoded", sealed(here, "encryptedData: {password: "+base64.StdEncoding.EncodeToString([]byte("canary"))+"}"),
			[]string{"plain 4:34 key password is not sealed: kubeseal writes some hundred bytes of base64"}},
		{"sealed-secrets", "a plain template", sealed(here, "template: {data: {password: canary}}"),
			[]string{"plain 4:36 key password stands in spec.template.data, which is not encrypted"}},
		{"sealed-secrets", "another name", sealed("name: redis, namespace: gravitee-apim", good),
			[]string{"misplaced 3:18 this Secret is named redis, but the pods read redis-auth"}},
		{"sealed-secrets", "no name", sealed("namespace: gravitee-apim", good),
			[]string{"misplaced 1:1 this Secret is named nothing, but the pods read redis-auth"}},
		{"sealed-secrets", "another namespace", sealed("name: redis-auth, namespace: default", good),
			[]string{"misplaced 3:41 this Secret is for namespace default, but the pods read it in gravitee-apim"}},
		{"sealed-secrets", "no namespace", sealed("name: redis-auth", good),
			[]string{"misplaced 1:1 this Secret is for namespace nothing, but the pods read it in gravitee-apim"}},
		{"sealed-secrets", "namespace-wide elsewhere", sealed(`name: redis-auth, namespace: default, annotations: {sealedsecrets.bitnami.com/namespace-wide: "true"}`, good),
			[]string{"misplaced 3:41 this Secret is for namespace default, but the pods read it in gravitee-apim"}},
		{"sealed-secrets", "another key", sealed(here, "encryptedData: {Password: "+sealedValue+"}"),
			[]string{"misplaced 2:7 this Secret has no key password, which the pods read"}},
		{"sealed-secrets", "a value for a name", sealed(`name: "canary canary", namespace: gravitee-apim`, good),
			[]string{"misplaced 3:18 this Secret is named something else, but the pods read redis-auth"}},

		{"sops", "good", sops(here, cipher, mac), nil},
		{"sops", "no namespace", sops("name: redis-auth", cipher, mac), nil},
		{"sops", "stringData", "apiVersion: v1\nkind: Secret\nmetadata: {" + here + "}\nstringData: {" + cipher + "}\n" + mac, nil},
		{"sops", "never encrypted", sops(here, "password: Y2FuYXJ5", ""), []string{"plain 2:7 this Secret is in plain text: SOPS has not encrypted it"}},
		{"sops", "edited without sops", sops(here, cipher+", other: canary", mac), []string{"plain 4:92 key other is in plain text in a file that SOPS has encrypted"}},
		{"sops", "all encrypted", "apiVersion: v1\nkind: " + sopsValue + "\nmetadata: {name: \"" + sopsValue + "\"}\n" + mac,
			[]string{"unreadable 2:7 kind and metadata are encrypted too: kustomize cannot read which object this is"}},
		{"sops", "no Secret", "apiVersion: v1\nkind: ConfigMap\n" + mac, []string{"unreadable 2:7 this is no Secret"}},
		{"sops", "another namespace", sops("name: redis-auth, namespace: default", cipher, mac),
			[]string{"misplaced 3:41 this Secret is for namespace default, but the pods read it in gravitee-apim"}},
		{"sops", "another key", sops(here, "pass: \""+sopsValue+"\"", mac), []string{"misplaced 2:7 this Secret has no key password, which the pods read"}},
	}
	names := map[Fault]string{Absent: "absent", Unreadable: "unreadable", Plain: "plain", Misplaced: "misplaced"}
	for _, test := range tests {
		t.Run(test.provider+"/"+test.name, func(t *testing.T) {
			f := EncryptedFile{Path: "overlays/prod/secrets/redis-auth.yaml", Provider: test.provider, Namespace: "gravitee-apim", Name: "redis-auth", Keys: []string{"password"}}
			problems, err := f.Check(fstest.MapFS{f.Path: {Data: []byte(test.file)}}, "deploy")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, fmt.Sprintf("%s %d:%d %s", names[p.Fault], p.Line, p.Column, p.Message))
				if p.Help == "" || strings.Contains(p.Message+p.Help, "canary") || strings.Contains(p.Help, sealedValue) {
					t.Errorf("message %q, help %q", p.Message, p.Help)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestEncryptedAbsent(t *testing.T) {
	f := EncryptedFiles(encryptedDeployment())[1]
	problems, err := f.Check(fstest.MapFS{}, "deploy")
	if err != nil || len(problems) != 1 || problems[0].Fault != Absent || !strings.Contains(problems[0].Help, f.Command("deploy")) {
		t.Errorf("%v %+v", err, problems)
	}
	if _, err := f.Check(fstest.MapFS{f.Path + "/x": {}}, "deploy"); err == nil {
		t.Error("a folder is read")
	}
}

// Whatever stands in the encrypted files, also if nobody encrypted it, no run
// reads it into a file or a message, and none of them is touched.
func TestEncryptedFilesStay(t *testing.T) {
	d := encryptedDeployment()
	dir := t.TempDir()
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: redis-auth}\nstringData: {password: canary}\n"
	for _, f := range EncryptedFiles(d) {
		put(t, dir, f.Path, secret)
	}
	tree := mustGenerate(t, d)
	changes, err := tree.Write(dir, WriteOptions{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	after, err := tree.Diff(os.DirFS(dir))
	if err != nil || len(after) > 0 {
		t.Errorf("%v %v", err, after)
	}
	for _, c := range changes {
		if strings.Contains(c.Unified(), "canary") {
			t.Errorf("%s tells the secret", c.Path)
		}
	}
	for name, data := range snapshot(t, dir) {
		own := strings.Contains(name, "/secrets/")
		if own && data != secret {
			t.Errorf("%s was changed", name)
		}
		if !own && strings.Contains(data, "canary") {
			t.Errorf("%s holds the secret", name)
		}
	}
	// An environment that is gone takes its files with it, but not these.
	d.Environments = d.Environments[2:]
	if _, err := mustGenerate(t, d).Write(dir, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	left := 0
	for name := range snapshot(t, dir) {
		if strings.Contains(name, "/secrets/") {
			left++
		}
	}
	if left != 5 {
		t.Errorf("%d encrypted files are left", left)
	}
}
