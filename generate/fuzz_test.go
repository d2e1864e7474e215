package generate

import (
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"
)

// FuzzEncryptedCheck judges anything as a file that a person should have
// encrypted: it is never silent about a value in plain text, and never prints one.
func FuzzEncryptedCheck(f *testing.F) {
	files := EncryptedFiles(encryptedDeployment())
	if len(files) == 0 {
		f.Fatal("nothing is to be encrypted")
	}
	for _, seed := range []string{
		"apiVersion: v1\nkind: Secret\nmetadata: {name: redis-auth, namespace: gravitee-apim}\nstringData: {password: canary-password}\n",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: redis-auth}\ndata: {password: 'ENC[AES256_GCM,data:aaaa,iv:bbbb,tag:cccc,type:str]'}\nsops: {mac: x, version: 3.9.0, age: [{recipient: a, enc: b}]}\n",
		"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: redis-auth}\nspec: {encryptedData: {password: AgBy}}\n",
		"a: &a [*a]\n", "- 1\n", "", "{", "kind: Secret\n---\nkind: Secret\n", "kind: Secret\nstringData: &s {password: *s}\n", "sops: {}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		for _, file := range files {
			problems, err := file.Check(fstest.MapFS{file.Path: {Data: data}}, "deploy")
			if err != nil {
				t.Fatal(err)
			}
			values := plainValues(data)
			if len(values) > 0 && len(problems) == 0 {
				t.Errorf("nothing is said about values in plain text:\n%s", data)
			}
			for _, p := range problems {
				for _, v := range values {
					if strings.Contains(p.Message+p.Help, v) {
						t.Errorf("%q is printed: %s (%s)", v, p.Message, p.Help)
					}
				}
			}
		}
	})
}

// plainValues are the longer values of stringData in a single Secret that is the
// whole file: those that no name of the spec can be a part of by accident.
func plainValues(data []byte) []string {
	var doc struct {
		Kind       string            `yaml:"kind"`
		StringData map[string]string `yaml:"stringData"`
	}
	if len(data) > 2048 || strings.Contains(string(data), "*") || yaml.Unmarshal(data, &doc) != nil || doc.Kind != "Secret" {
		return nil
	}
	var values []string
	for _, v := range doc.StringData {
		if strings.HasPrefix(v, "canary-") {
			values = append(values, v)
		}
	}
	return values
}
