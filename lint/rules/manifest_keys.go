package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var manifestMissingKey = &lint.Rule{
	ID:       "manifest/missing-key",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a key that the ConfigMap does not have",
		Why: `A subPath that is no key of the ConfigMap is mounted as an empty folder: Redis ends with "Fatal error, can't open config file … Is a directory", or the container is not created because a folder cannot be mounted over a file. A missing key below items or in configMapKeyRef keeps the pod from starting.

A script or file that a command names below the folder of a ConfigMap, and that no key gives, is simply not there.`,
		Fix:  "Write the key as it stands in the ConfigMap, or add it there.",
		Refs: []string{refConfigMap, "https://kubernetes.io/docs/concepts/storage/volumes/#using-subpath"},
	},
	Check: func(p *lint.Pass) {
		k := missingKeys{pass: p, uses: keyUses(p.Facts)}
		for _, u := range k.uses {
			k.check(u)
		}
	},
}

// A keyUse is a place that names a key of a ConfigMap.
type keyUse struct {
	config *lint.Config
	key    string
	at     lint.Place
	// Where the key is part of a word of a command, that is word of container, and at
	// is not filled in: these are the bytes from on.
	word      repo.Value
	container *lint.Container
	from      int
	// mount is the path at which a subPath is mounted.
	mount   string
	mountAt lint.Place
	// loose says that the key is part of a path in a command, which may be
	// something else.
	loose bool
}

// place is where the key is named.
func (u keyUse) place() lint.Place {
	if !u.word.Exists() {
		return u.at
	}
	at := u.container.At(u.word, "")
	at.Span = u.word.TextSpan(u.from, u.from+len(u.key))
	return at
}

// keyUses returns every place that names a key of a ConfigMap of the repository.
func keyUses(f *lint.Facts) []keyUse {
	var all []keyUse
	for _, r := range configRefs(f) {
		// A HelmRelease is neither workload nor values: gitops/values-path.
		if r.kind == "ConfigMap" && r.key != "" && !r.optional && (r.workload != nil || r.values != nil) {
			if c := f.Config("ConfigMap", r.namespace, r.name); c != nil {
				all = append(all, keyUse{config: c, key: r.key, at: r.keyAt})
			}
		}
	}
	for _, w := range f.Workloads {
		for v := range w.Pod.Get("volumes").Elements() {
			source := v.Get("configMap")
			if source.Get("optional").IsTrue() || source.Get("items").Exists() {
				continue
			}
			config := f.Config("ConfigMap", w.Object.Namespace, source.Get("name").Text())
			if !source.Exists() || config == nil {
				continue
			}
			for _, c := range w.Containers {
				all = append(all, mountUses(c, v, config)...)
			}
		}
	}
	return all
}

// mountUses returns the keys of a volume that a container mounts one by one, or
// whose files its command names.
func mountUses(c *lint.Container, volume repo.Value, config *lint.Config) []keyUse {
	var all []keyUse
	for m := range c.Value.Get("volumeMounts").Elements() {
		if m.Get("name").Text() != volume.Get("name").Text() {
			continue
		}
		path := m.Get("mountPath")
		if sub := m.Get("subPath"); sub.Exists() {
			key := strings.Trim(sub.Text(), "/")
			if key != "" && !strings.Contains(key, "/") && !lint.IsReference(key) {
				all = append(all, keyUse{config: config, key: key, at: c.At(sub, ""), mount: path.Text(), mountAt: c.At(path, "")})
			}
			continue
		}
		all = append(all, pathUses(c, strings.TrimRight(path.Text(), "/"), config)...)
	}
	return all
}

// pathUses looks for paths below a folder in the commands of a container.
func pathUses(c *lint.Container, folder string, config *lint.Config) []keyUse {
	if folder == "" {
		return nil
	}
	var all []keyUse
	for _, list := range [][]string{
		{"command"}, {"args"},
		{"livenessProbe", "exec", "command"}, {"readinessProbe", "exec", "command"}, {"startupProbe", "exec", "command"},
		{"lifecycle", "preStop", "exec", "command"}, {"lifecycle", "postStart", "exec", "command"},
	} {
		for word := range c.Value.Get(list...).Elements() {
			for _, key := range filesBelow(word.Text(), folder) {
				all = append(all, keyUse{config: config, key: word.Text()[key[0]:key[1]], word: word, container: c, from: key[0], loose: true})
			}
		}
	}
	return all
}

// filesBelow returns the ranges of the names of files that stand directly below
// a folder in the paths of a text: where /config/redis.conf stands as a word,
// that of redis.conf. What ends one path does not begin the next.
func filesBelow(text, folder string) [][2]int {
	var all [][2]int
	taken := 0 // by paths before
	for at := 0; ; {
		i := strings.Index(text[at:], folder+"/")
		if i < 0 {
			return all
		}
		i += at
		start := i + len(folder) + 1
		end := start
		for end < len(text) && isNameByte(text[end]) {
			end++
		}
		begins := i == 0 || i > taken && strings.IndexByte("\t\n\f\r \"'=;(<", text[i-1]) >= 0
		ends := end == len(text) || strings.IndexByte("\t\n\f\r \"';)|&", text[end]) >= 0
		at = i + 1
		if begins && start < end && ends {
			all = append(all, [2]int{start, end})
			taken = min(end+1, len(text))
			at = taken
		}
	}
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-'
}

type missingKeys struct {
	pass *lint.Pass
	uses []keyUse
	done []string
}

func (k *missingKeys) check(u keyUse) {
	if !u.config.AllKeys || u.config.Key(u.key).Exists() {
		return
	}
	cause := u.config.Object.ID() + "\x00" + u.key
	if slices.Contains(k.done, cause) {
		return
	}
	var keys []string
	for key := range u.config.All() {
		keys = append(keys, key)
	}
	near := k.nearest(u.key, keys, u.loose)
	if u.loose && near == "" {
		return
	}
	k.done = append(k.done, cause)
	f := lint.Finding{Message: fmt.Sprintf("ConfigMap %s has no key %q", u.config.Name, u.key)}
	// Who is out of line: those that ask for the key, or the ConfigMap?
	want, have := 0, 1
	for _, o := range k.uses {
		if o.config != u.config {
			continue
		}
		_, base := splitPath(o.mount)
		switch o.key {
		case u.key:
			want++
			f.Places = addPlace(f.Places, labeledPlace(o.place(), fmt.Sprintf("key %q is asked for", u.key)))
		case near:
			have++
		default:
			continue
		}
		switch {
		case base == "":
		case base == u.key:
			want++
		case base == near:
			have++
		}
	}
	if isConfName(u.key) && !isConfName(near) {
		want++
	}
	if near == "" {
		f.Places[0].Label = ""
		f.Help = "add the key, or write one of those that it has: " + strings.Join(keys, ", ")
		f.Places = append(f.Places, lint.At(u.config.Object, u.config.Object.Value.Get("metadata", "name"), "the ConfigMap is defined here"))
		k.pass.Report(f)
		return
	}
	at := lint.AtKey(u.config.Object, u.config.Key(near), fmt.Sprintf("the ConfigMap has %q", near))
	if want > have {
		f.Message = fmt.Sprintf("the key of ConfigMap %s is named %q, and %q is asked for", u.config.Name, near, u.key)
		f.Help = "write " + u.key
		f.Places = append([]lint.Place{labeledPlace(at, "")}, f.Places...)
	} else {
		f.Places[0].Label = ""
		f.Help, f.Fixes = "write "+near, replace(lint.Arg{Place: f.Places[0]}, near, "write "+near, false)
		f.Places = append(f.Places, at)
	}
	k.pass.Report(f)
}

// nearest returns the key that is meant: one written alike, or the only one that
// nobody asks for and that ends in the same way. A word of a command must be
// written alike.
func (k *missingKeys) nearest(key string, keys []string, loose bool) string {
	var alike, left []string
	for _, have := range keys {
		if lint.Alike(key, have) {
			alike = append(alike, have)
		}
		used := slices.ContainsFunc(k.uses, func(u keyUse) bool { return u.key == have })
		if !used && extension(have) == extension(key) {
			left = append(left, have)
		}
	}
	if near := k.pass.Facts.Nearest(key, alike); near != "" {
		return near
	}
	if len(left) == 1 && !loose {
		return left[0]
	}
	return ""
}

func extension(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return ""
	}
	return name[i:]
}

// isConfName tells the names under which servers usually have their files.
func isConfName(name string) bool {
	switch name {
	case "redis.conf", "sentinel.conf", "valkey.conf":
		return true
	}
	return false
}
