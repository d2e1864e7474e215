package repo

import (
	"path"
	"strings"
)

// envWords are the words by which people call their environments.
var envWords = map[string]bool{
	"dev": true, "devel": true, "develop": true, "development": true,
	"test": true, "tests": true, "testing": true, "tst": true, "e2e": true, "ci": true,
	"qa": true, "int": true, "integration": true, "sit": true, "uat": true, "acc": true, "acceptance": true,
	"stg": true, "stage": true, "staging": true,
	"preprod": true, "ppd": true, "preview": true, "nonprod": true,
	"prd": true, "prod": true, "production": true, "live": true, "dr": true,
	"sandbox": true, "sbx": true, "demo": true, "perf": true, "load": true, "canary": true,
	"local": true, "minikube": true, "lab": true, "poc": true,
}

// envFolders are folders whose folders are environments, whatever their names.
var envFolders = map[string]bool{
	"overlays": true, "overlay": true, "environments": true, "environment": true, "envs": true, "env": true,
	"stages": true, "clusters": true, "cluster": true,
}

// envOfDir returns the name of the environment that a folder is; "" if it is
// none.
func envOfDir(dir string) string {
	base := path.Base(dir)
	if base == "." || base == "/" || base == ".." {
		return ""
	}
	if envFolders[path.Base(path.Dir(dir))] && base != "base" && base != "common" && base != "shared" {
		return base
	}
	if hasEnvWord(base) {
		return base
	}
	return ""
}

// envOfFile returns the word of an environment in the name of a file:
// values-prod.yaml, redis.dev.yaml; "" if there is none.
func envOfFile(file string) string {
	base := strings.TrimSuffix(path.Base(file), path.Ext(file))
	for _, w := range nameWords(base) {
		if isEnvWord(w) {
			return w
		}
	}
	return ""
}

func hasEnvWord(name string) bool {
	for _, w := range nameWords(name) {
		if isEnvWord(w) {
			return true
		}
	}
	return false
}

func nameWords(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == ' ' })
}

// isEnvWord tells an environment's word, also with a number behind it.
func isEnvWord(w string) bool {
	return envWords[w] || envWords[strings.TrimRight(w, "0123456789")]
}

// envOfPath returns the name of the environment of a file, by its own name or
// that of the nearest folder that has one; "" if there is none.
func envOfPath(file string) string {
	if env := envOfFile(file); env != "" {
		return env
	}
	for dir := path.Dir(file); dir != "." && dir != "/" && dir != ".."; dir = path.Dir(dir) {
		if env := envOfDir(dir); env != "" {
			return env
		}
	}
	return ""
}
