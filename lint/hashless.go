package lint

import "strings"

// WithoutHash returns the name of a generated object without the suffix that
// kustomize gives it: ten characters of an alphabet without vowels (api/hasher). It
// is false for names that have none.
func WithoutHash(name string) (base string, ok bool) {
	i := len(name) - 11
	if i <= 0 || name[i] != '-' || strings.Trim(name[i+1:], "2456789bcdfghkmt") != "" {
		return name, false
	}
	return name[:i], true
}

// hashedNames are the names of objects of an environment that end with a hash, each
// followed by the name without it.
var hashedNames = Derive(func(f *Facts) []string {
	if !f.Env.Rendered {
		return nil
	}
	var names []string
	for _, o := range f.Env.Objects {
		if base, ok := WithoutHash(o.Name); ok && (o.Kind == "ConfigMap" || o.Kind == "Secret") {
			names = append(names, o.Name, base)
		}
	}
	return names
})

// hideHashes writes the names of generated objects as people wrote them. The hash is
// the beginning of a checksum of all that the object holds: a guess at a password
// could be compared with it, and it changes with each word in a configuration, so
// that a baseline would not know the finding again.
func (f *Finding) hideHashes(names []string) {
	for i := 0; i+1 < len(names); i += 2 {
		hide := func(text *string) {
			if strings.Contains(*text, names[i]) {
				*text = strings.ReplaceAll(*text, names[i], names[i+1])
			}
		}
		hide(&f.Message)
		hide(&f.Help)
		for j := range f.Places {
			hide(&f.Places[j].Label)
			hide(&f.Places[j].Object)
		}
		for j := range f.Fixes {
			hide(&f.Fixes[j].Title)
		}
	}
}
