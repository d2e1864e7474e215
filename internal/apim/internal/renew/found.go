package renew

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim/internal/chartread"
)

// found is what the templates read.
type found struct {
	keys   map[string]chartread.Key
	sorted []chartread.Key
}

func index(keys []chartread.Key) found {
	f := found{keys: make(map[string]chartread.Key, len(keys)), sorted: keys}
	for _, key := range keys {
		f.keys[key.Path] = key
	}
	return f
}

// read is a key that a template reads.
type read struct {
	chartread.Key
	// own says that the templates name the key, and not only a block above it.
	own bool
}

// reads says whether a template reads a path, itself or as a part of a block
// that it passes through.
func (f found) reads(path string) (read, bool) {
	if key, ok := f.keys[path]; ok {
		return read{key, true}, true
	}
	for p := path; ; {
		i := strings.LastIndexAny(p, ".[")
		if i < 0 {
			return read{}, false
		}
		p = p[:i]
		for _, at := range []string{p, p + "[]"} {
			if key, ok := f.keys[at]; ok && key.Mode&chartread.Passed != 0 {
				return read{key, false}, true
			}
		}
	}
}

// proposal is a key as it would be catalogued.
type proposal struct {
	chartread.Key
	kind, typ, def string
}

// proposals are all keys that the templates read, as they would be catalogued.
func (f found) proposals(defaults map[string]any) []proposal {
	var all []proposal
	for _, key := range f.sorted {
		if strings.HasSuffix(key.Path, "[]") {
			continue // what is done to the elements decides the kind of the list
		}
		kind, ok := f.kind(key)
		if !ok {
			continue
		}
		p := proposal{Key: key, kind: kind}
		p.def, _ = lookup(defaults, key.Path)
		p.typ = typeOf(key, kind, p.def)
		all = append(all, p)
	}
	return all
}

// kind is the kind of a key; ok is false for a block that is only tested on the
// way to the keys in it.
func (f found) kind(key chartread.Key) (kind string, ok bool) {
	element, each := f.keys[key.Path+"[]"]
	switch {
	case key.Mode&chartread.Rendered != 0:
		return "template", true
	case key.Mode&chartread.Passed != 0:
		return "free", true
	case f.has(key.Path + "[]."):
		return "items", true
	case each && element.Mode&chartread.Passed != 0:
		return "free", true
	case each && key.Mode&chartread.EachNamed != 0:
		return "map", true
	case each:
		return "list", true
	case f.has(key.Path + "."):
		return "", false
	default:
		return "", true
	}
}

func (f found) has(prefix string) bool {
	return slices.ContainsFunc(f.sorted, func(k chartread.Key) bool { return strings.HasPrefix(k.Path, prefix) })
}

// typeOf infers the YAML type of a key from its default, else from its use.
func typeOf(key chartread.Key, kind, def string) string {
	switch kind {
	case "template":
		return "str"
	case "items":
		return "list:map"
	case "list":
		return "list"
	case "map":
		return "map"
	}
	for _, text := range []string{def, key.Fallback} {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			continue
		}
		switch v.(type) {
		case bool:
			return "bool"
		case float64:
			return "int"
		case string:
			return "str"
		case []any:
			return "list"
		case map[string]any:
			return "map"
		}
	}
	switch name := key.Path[strings.LastIndexByte(key.Path, '.')+1:]; {
	case kind == "free":
		return "map"
	case name == "enabled", key.Mode&^chartread.Tested == 0:
		return "bool"
	case strings.HasSuffix(strings.ToLower(name), "port"):
		return "int"
	default:
		return "str"
	}
}

// letters are the objects that the templates render.
var letters = []struct{ part, letter string }{
	{"pem-registry", "M"}, {"configmap", "C"}, {"deployment", "D"}, {"service", "S"}, {"httproute", "R"}, {"ingress", "I"},
	{"autoscaler", "H"}, {"pdb", "P"}, {"rbac", "A"}, {"role", "A"}, {"licenses", "L"},
	{"networkpolicy", "N"}, {"extra-manifests", "X"},
}

// lands are the letters of the objects in which a key lands.
func (p proposal) lands() string {
	var all []string
	for _, file := range p.Files {
		for _, l := range letters {
			if strings.Contains(file, l.part) {
				if file == "serviceaccount" {
					l.letter = "A"
				}
				all = append(all, l.letter)
				break
			}
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "")
}

// when is the derived condition, with a mark when it is only a part of it.
func (p proposal) when() string { return p.When }
