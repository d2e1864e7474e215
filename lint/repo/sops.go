package repo

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// sopsName is the file with the rules by which SOPS encrypts new files
// (getsops/sops, config/config.go).
const sopsName = ".sops.yaml"

// A sopsRule is one of the creation_rules: the first whose path matches a file
// is the one for it.
type sopsRule struct {
	dir  string         // of .sops.yaml
	path *regexp.Regexp // of the path below dir; nil matches every file
	// keys tells the keys below which values are encrypted; nil means all but
	// those below the keys that skip tells.
	keys, skip func(key string) bool
	at         Value // path_regex, or the rule
}

// sopsRules reads the rules that a folder's .sops.yaml holds; found says that
// there is such a file.
func (r *reader) sopsRules(dir string) (rules []sopsRule, found bool) {
	if r.noSops[dir] {
		return nil, false
	}
	name := path.Join(dir, sopsName)
	if info, err := r.stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	data, err := r.read(name)
	if err != nil {
		return nil, true
	}
	f := newFile(name, data)
	if problems := f.parse(); len(problems) > 0 || len(f.docs) == 0 {
		return nil, true
	}
	for _, v := range f.docs[0].value().Get("creation_rules").Items() {
		rule := sopsRule{dir: dir, at: v}
		if p := v.Get("path_regex"); p.Text() != "" {
			rule.at = p
			if rule.path, err = regexp.Compile(p.Text()); err != nil {
				continue
			}
		}
		rule.keysOf(v)
		rules = append(rules, rule)
	}
	return rules, true
}

// keysOf fills in the keys that a rule, or the metadata of an encrypted file,
// speaks of.
func (r *sopsRule) keysOf(v Value) {
	r.keys, r.skip = sopsKeys(v, "encrypted"), sopsKeys(v, "unencrypted")
	if r.skip == nil {
		r.skip = func(key string) bool { return strings.HasSuffix(key, "_unencrypted") }
	}
}

// anyFile tells whether the rule is for every YAML file, whatever its name and
// folder.
func (r *sopsRule) anyFile() bool {
	return r.path == nil || r.path.MatchString("q.yaml") || r.path.MatchString("q/q.yml") || r.path.MatchString("q/q.yaml")
}

// sopsKeys returns the keys that an option of a rule speaks of: a regular
// expression, or a suffix; nil if the rule has neither.
func sopsKeys(rule Value, option string) func(string) bool {
	if p := rule.Get(option + "_regex").Text(); p != "" {
		if re, err := regexp.Compile(p); err == nil {
			return re.MatchString
		}
		return func(string) bool { return false }
	}
	if s := rule.Get(option + "_suffix").Text(); s != "" {
		return func(key string) bool { return strings.HasSuffix(key, s) }
	}
	return nil
}

// checkSops looks at every file that was read for what a rule of the nearest
// .sops.yaml above it would have encrypted.
func (r *reader) checkSops() {
	if r.sops == nil {
		r.sops = map[string][]sopsRule{}
	}
	names := make([]string, 0, len(r.files))
	for name := range r.files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if name == stdinName {
			continue
		}
		rules := r.sopsAbove(path.Dir(name), r.sops)
		if len(rules) == 0 || exampleName.MatchString(path.Base(name)) {
			continue
		}
		f := r.files[name]
		for _, rule := range rules {
			rel := strings.TrimPrefix(strings.TrimPrefix(name, rule.dir), "/")
			if rule.path != nil && !rule.path.MatchString(rel) {
				continue
			}
			for _, d := range f.docs {
				r.checkEncrypted(rule, d.value())
			}
			break
		}
	}
}

// sopsAbove returns the rules of the nearest .sops.yaml in a folder or above.
func (r *reader) sopsAbove(dir string, byDir map[string][]sopsRule) []sopsRule {
	if rules, ok := byDir[dir]; ok {
		return rules
	}
	rules, found := r.sopsRules(dir)
	if up := path.Dir(dir); !found && up != dir && path.Base(dir) != ".." {
		rules = r.sopsAbove(up, byDir)
	}
	byDir[dir] = rules
	return rules
}

// checkEncrypted reports a document that holds a plain value where the rule
// asks for an encrypted one. Rules often match every file and mean the Secrets
// among them; other documents are judged only where the rule speaks of secrets.
func (r *reader) checkEncrypted(rule sopsRule, doc Value) {
	if doc.Get("kind").Text() != "Secret" {
		if doc.Get("kind").Exists() || rule.path == nil || !aboutSecrets.MatchString(rule.at.Text()) {
			return
		}
	}
	own := doc.Get("sops")
	switch {
	case own.IsMap():
		rule.keysOf(own) // what the file was encrypted by
	case rule.anyFile():
		return // it says how files are encrypted, not which
	}
	plain := plainValue(rule, doc, rule.keys == nil)
	if !plain.Exists() {
		return
	}
	p := Problem{
		Rule:    "secret/not-encrypted",
		Span:    plain.Span(),
		Message: fmt.Sprintf("%s is in plain text, although a rule of %s covers this file", plain.Path(), sopsName),
		Help:    "encrypt the file: sops encrypt --in-place " + path.Base(plain.Span().File),
		Related: []Related{{rule.at.Span(), "this rule covers the file"}},
	}
	if own.IsMap() {
		p.Message = fmt.Sprintf("%s is in plain text in a file that SOPS has encrypted", plain.Path())
		p.Help = "edit the file with sops edit, which encrypts what is added"
	}
	r.repo.Problems = append(r.repo.Problems, p)
}

// exampleName tells files that are meant to be read, not applied.
var exampleName = pattern.New(`(?i)example|sample|template`)

var aboutSecrets = pattern.New(`(?i)secret|credential|\.enc|sops|vault`)

// public is what a value in plain text may hold: a variable that Flux or a
// pipeline fills in, the address of a secret, a public key or a certificate.
var public = pattern.New(`^\s*(?:\$\{[^}]*\}|\$\([^)]*\)|<(?:path|secret):[^>]*>|[a-zA-Z][a-zA-Z0-9+.-]*://kubernetes/\S*|ref\+[a-z]+://\S*|vault:\S*|__\w+__)\s*$` +
	`|^\s*(?:ssh-[a-z0-9-]+|ecdsa-[a-z0-9-]+|sk-[a-z0-9@.-]+) AAAA|^\s*-----BEGIN (?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY|SSH2 PUBLIC KEY|PGP PUBLIC KEY BLOCK)-----`)

func isPublic(text string) bool {
	return public.MatchString(text) && !strings.Contains(text, "PRIVATE KEY")
}

// plainValue returns the first scalar that should be encrypted and is not.
func plainValue(rule sopsRule, v Value, inside bool) Value {
	if v.IsScalar() {
		if text := v.Text(); inside && text != "" && !strings.HasPrefix(text, "ENC[") && !isTemplate([]byte(text)) && !isPublic(text) {
			return v
		}
		return Value{}
	}
	for k, e := range v.Fields() {
		if len(v.Path()) == 0 && (k == "sops" || k == "apiVersion" || k == "kind" || k == "metadata" || k == "type") {
			continue
		}
		if rule.keys == nil && rule.skip(k) {
			continue
		}
		if p := plainValue(rule, e, inside || rule.keys != nil && rule.keys(k)); p.Exists() {
			return p
		}
	}
	for _, e := range v.Items() {
		if p := plainValue(rule, e, inside); p.Exists() {
			return p
		}
	}
	return Value{}
}
