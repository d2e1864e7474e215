package repo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/hasher"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// kustomize puts a hash of what a generated object holds at the end of its name,
// and of every reference to it. In a marked rendering it is the hash of marks,
// so it is a gap as well, and what fills it is worked out for each overlay.

// A hashed is an object of a shape whose name ends with the hash of gaps.
type hashed struct {
	object int
	name   string // without the hash
}

// of returns the hash of the object of one overlay, by the form of the object.
func (h hashed) of(f *form, values []string, hashes int) string {
	filled := slices.Grow(slices.Clone(values), hashes)
	for range hashes {
		filled = append(filled, "") // in the name only
	}
	m := maker{values: filled, nodes: make([]yaml.Node, f.nodes), content: make([]*yaml.Node, f.content)}
	return hashOf(m.make(f), h.name)
}

// splitHash splits the hash off the name of an object; "" if there is none.
func splitHash(root *yaml.Node) (name, hash string) {
	n := child(child(root, "metadata"), "name")
	if n == nil {
		return "", ""
	}
	i := strings.LastIndexByte(n.Value, '-')
	if i <= 0 || hashOf(root, n.Value[:i]) != n.Value[i+1:] {
		return n.Value, ""
	}
	return n.Value[:i], n.Value[i+1:]
}

// hashedPart is what the hash of an object is taken of: all but its metadata.
func hashedPart(root *yaml.Node) *yaml.Node {
	part := &yaml.Node{Kind: yaml.MappingNode}
	for k, v := range pairs(root) {
		if k.Value != "metadata" {
			part.Content = append(part.Content, k, v)
		}
	}
	return part
}

// hashOf returns the hash that kustomize gives an object of a name: of its kind,
// the name, and what it holds. It is "" for objects that generators do not make.
func hashOf(root *yaml.Node, name string) string {
	if hash := plainHash(root); hash != "" {
		return hash
	}
	object := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for k, v := range pairs(root) {
		switch k.Value {
		case "metadata":
			v = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{
				{Kind: yaml.ScalarNode, Tag: "!!str", Value: "name"},
				{Kind: yaml.ScalarNode, Tag: "!!str", Value: name},
			}}
		case "kind":
			if v.Value != "ConfigMap" && v.Value != "Secret" {
				return ""
			}
		}
		object.Content = append(object.Content, k, v)
	}
	hash, err := (&hasher.Hasher{}).Hash(kyaml.NewRNode(object))
	if err != nil {
		return ""
	}
	return hash
}

// plainHash is hashOf for a ConfigMap that holds nothing but plain text. kustomize
// writes the object as YAML and reads it back before it takes the checksum of it
// as JSON (api/hasher v0.21.2); plain text comes out of that as it was. The name
// is no part of it, for it is looked for in a field "metadata/name".
func plainHash(root *yaml.Node) string {
	data := map[string]string{}
	for k, v := range pairs(root) {
		switch k.Value {
		case "kind":
			if v.Value != "ConfigMap" {
				return ""
			}
		case "apiVersion", "metadata":
		case "data":
			if v.Kind != yaml.MappingNode {
				return ""
			}
			for key, text := range pairs(v) {
				if text.Kind != yaml.ScalarNode || text.Tag != "!!str" || !isPlainText(text.Value) {
					return ""
				}
				data[key.Value] = text.Value
			}
		default:
			return ""
		}
	}
	text, err := json.Marshal(map[string]any{"kind": "ConfigMap", "name": "", "data": data})
	if err != nil || len(data) == 0 {
		return ""
	}
	sum := sha256.Sum256(text)
	hash := []byte(hex.EncodeToString(sum[:5]))
	for i, c := range hash { // no vowels, and no digits that look like them
		if j := strings.IndexByte("013ae", c); j >= 0 {
			hash[i] = "ghkmt"[j]
		}
	}
	return string(hash)
}

// isPlainText tells text of printable ASCII and tabs in lines, the first and the
// last of which are not empty.
func isPlainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return false
		}
	}
	return s != "" && s[0] > ' ' && !strings.HasSuffix(s, "\n\n")
}
