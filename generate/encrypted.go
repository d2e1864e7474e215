package generate

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/schema"
)

// An EncryptedFile is where a person keeps an encrypted Secret that the tree
// refers to. It is the only kind of file below the output folder that no run
// writes: only the person has the value.
type EncryptedFile struct {
	Path        string // relative to the output folder, with /
	Listed      string // the kustomization that lists it, likewise
	Environment string
	Provider    string // sealed-secrets or sops
	Namespace   string // of the Secret
	Name        string // of the Secret
	Keys        []string
}

// EncryptedFiles lists the encrypted files that the tree of a deployment refers
// to, of all environments or of those that are named, sorted by path.
func EncryptedFiles(d *schema.Deployment, environments ...string) []EncryptedFile {
	var all []EncryptedFile
	for _, env := range d.Environments {
		if len(environments) > 0 && !slices.Contains(environments, env.Name) {
			continue
		}
		e := environment{d.Name, env.Name, env.Spec}
		for _, p := range e.places() {
			for _, s := range p.secrets {
				name := encryptedFile(env.Spec.Secrets, s)
				if name == "" {
					continue
				}
				f := EncryptedFile{
					Path:        path.Join("overlays", env.Name, p.dir, name),
					Listed:      path.Join("overlays", env.Name, p.dir, "kustomization.yaml"),
					Environment: env.Name,
					Provider:    env.Spec.Secrets.Provider,
					Namespace:   p.namespace,
					Name:        s.Name,
				}
				for _, k := range s.Keys {
					f.Keys = append(f.Keys, k.Key)
				}
				all = append(all, f)
			}
		}
	}
	slices.SortFunc(all, func(a, b EncryptedFile) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// Command is the shell command that writes the file; tree is the output folder.
// FILE stands for files that hold one value each: a value on a command line
// would end up in the history of the shell and in the list of processes.
func (f EncryptedFile) Command(tree string) string {
	to := path.Join(tree, f.Path)
	var b strings.Builder
	fmt.Fprintf(&b, "mkdir -p %s && kubectl create secret generic %s --namespace %s", quote(path.Dir(to)), f.Name, f.Namespace)
	for _, key := range f.Keys {
		fmt.Fprintf(&b, " --from-file=%s=FILE", key)
	}
	b.WriteString(" --dry-run=client -o yaml | ")
	if f.Provider == "sops" {
		fmt.Fprintf(&b, "sops encrypt --filename-override %s --encrypted-regex '^(data|stringData)$' /dev/stdin > %s", quote(to), quote(to))
	} else {
		fmt.Fprintf(&b, "kubeseal --format yaml > %s", quote(to))
	}
	return b.String()
}

// before says what Command needs.
func (f EncryptedFile) before() string {
	if f.Provider == "sops" {
		return "with each value in a FILE, without a newline at its end, and the public key of Flux (age) in .sops.yaml: "
	}
	return "with each value in a FILE, without a newline at its end: "
}

// encryptInPlace is the command that encrypts what stands in the file in plain
// text.
func (f EncryptedFile) encryptInPlace(tree string) string {
	to := quote(path.Join(tree, f.Path))
	if f.Provider == "sops" {
		return "sops encrypt --in-place --encrypted-regex '^(data|stringData)$' " + to
	}
	return fmt.Sprintf("kubeseal --format yaml --namespace %s --secret-file %s --sealed-secret-file %s", f.Namespace, to, to)
}

// quote makes a path one word of a shell command.
func quote(s string) string {
	if strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
