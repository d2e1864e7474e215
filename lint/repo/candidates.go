package repo

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Which scalars may be gaps: those that kustomize copies. What it goes by (keys,
// names, kinds, paths, the values that tell elements of lists apart) is fixed, and
// so is what cannot be cut out of its file.

// root gathers the candidates of a root and its other texts. It is false if
// something is written in a way in which gaps cannot be cut out.
func (g *gapFinder) root(k *kust) bool {
	for name, v := range k.value.Fields() {
		g.fixed[name] = struct{}{}
		switch fieldName(name) {
		case "namespace":
			g.field(v)
		case "namePrefix", "nameSuffix":
			g.affix(v, fieldName(name) == "namePrefix")
		case "metadata", "commonLabels", "commonAnnotations":
			g.fields(v)
		case "labels":
			for _, e := range v.Items() {
				for key, f := range e.Fields() {
					if key == "pairs" {
						g.fields(f)
					} else {
						g.fixed.add(f.node)
					}
				}
			}
		case "images":
			for _, e := range v.Items() {
				for key, f := range e.Fields() {
					if key == "newTag" {
						g.field(f)
					} else {
						g.fixed.add(f.node)
					}
				}
			}
		case "patches", "patchesStrategicMerge", "patchesJson6902":
			// The paths are replaced; what is behind them follows.
			for _, e := range v.Items() {
				for key, f := range e.Fields() {
					if key != "path" && key != "patch" {
						g.fixed.add(f.node)
					}
				}
			}
		case "resources", "components", "bases":
		case "configMapGenerator", "secretGenerator":
			for _, e := range v.Items() {
				for key, f := range e.Fields() {
					g.fixed[key] = struct{}{}
					if strings.ToLower(key) != "literals" { // they follow
						g.fixed.add(f.node)
					}
				}
			}
		default:
			g.fixed.add(v.node)
		}
	}
	cut := map[*file]bool{}
	for _, p := range k.patches {
		f, _ := p.operations()
		if cut[f] {
			continue
		}
		cut[f] = true
		if !g.file(f, p.json) {
			return false
		}
	}
	for _, r := range k.resources {
		if r.file == nil || cut[r.file] {
			continue
		}
		cut[r.file] = true
		if !g.file(r.file, false) {
			return false
		}
	}
	g.generators(k, cut)
	return true
}

// generators makes what generators put into objects candidates, except files that
// are used in another way as well.
func (g *gapFinder) generators(k *kust, used map[*file]bool) {
	kinds := map[*file]string{}
	for _, gen := range k.generators {
		for _, s := range gen.sources {
			switch {
			case s.file == nil:
				g.literal(gen.kind, s)
			case used[s.file]:
			case s.env && s.file.bom == 0 && kinds[s.file] == "":
				used[s.file] = true
				g.variables(gen.kind, s.file)
			case s.env || kinds[s.file] != "" && kinds[s.file] != gen.kind || s.file.bom > 0:
				used[s.file] = true
				g.fixed[strings.TrimSpace(string(s.file.data))] = struct{}{}
			default:
				kinds[s.file] = gen.kind
			}
		}
	}
	for _, f := range k.parts() {
		if kind := kinds[f]; kind != "" && !used[f] {
			g.candidates = append(g.candidates, candidate{text: string(f.data), file: f, data: kind})
		}
	}
}

// literal makes the value of a literal, key=value, a candidate. kustomize takes
// quotes off its ends.
func (g *gapFinder) literal(kind string, s source) {
	key, value, _ := strings.Cut(s.at.Text(), "=")
	if value == "" || value != strings.Trim(value, `"'`) || strings.Contains(value, "\n") {
		g.fixed.add(s.at.node)
		return
	}
	g.candidates = append(g.candidates, candidate{text: value, node: s.at.node, before: key + "=", data: kind})
}

// variables makes the values of a file of lines, KEY=value, candidates. kustomize
// takes a value as it is, up to the end of the line.
func (g *gapFinder) variables(kind string, f *file) {
	at := 0
	for line := range strings.Lines(string(f.data)) {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		start := at + len(key) + 1
		at += len(line)
		g.fixed[strings.TrimSpace(key)] = struct{}{}
		if ok && !strings.HasPrefix(strings.TrimSpace(key), "#") {
			g.candidates = append(g.candidates, candidate{text: value, file: f, at: textRange{start, start + len(value)}, data: kind, line: true})
		}
	}
}

// affix makes what is added to names a candidate, if it is a word with a dash between
// it and the names.
func (g *gapFinder) affix(v Value, prefix bool) {
	word, dashed := strings.CutSuffix(v.node.Value, "-")
	c := candidate{text: word + "-", node: v.node, affix: startOfNames}
	if !prefix {
		word, dashed = strings.CutPrefix(v.node.Value, "-")
		c = candidate{text: word, node: v.node, before: "-", affix: endOfNames}
	}
	if !dashed || word == "" || word[0] < 'a' || v.node.Anchor != "" || v.node.ShortTag() != "!!str" {
		g.fixed.add(v.node)
		return
	}
	g.candidates = append(g.candidates, c)
}

// field makes a field of the kustomization a candidate, which is written anew.
func (g *gapFinder) field(v Value) {
	if v.node.Kind == yaml.ScalarNode && v.node.Anchor == "" && v.node.ShortTag() == "!!str" {
		g.candidates = append(g.candidates, candidate{text: v.node.Value, node: v.node})
		return
	}
	g.fixed.add(v.node)
}

func (g *gapFinder) fields(v Value) {
	for key, f := range v.Fields() {
		g.fixed[key] = struct{}{}
		if isOrder(key) {
			g.fixed.add(f.node)
			continue
		}
		g.field(f)
	}
}

// isOrder tells the keys of annotations and labels that may tell kustomize what
// to do.
func isOrder(key string) bool {
	return strings.Contains(key, "kubernetes.io/") || strings.Contains(key, "kustomize")
}

// file gathers the candidates of a patch or a file of objects.
func (g *gapFinder) file(f *file, operations bool) bool {
	if f.aliased || len(f.unread) > 0 || len(f.dropped) > 0 {
		return false
	}
	last := map[int]int{} // the last column in which something begins, by line
	var plain func(n *yaml.Node) bool
	plain = func(n *yaml.Node) bool {
		if n.Anchor != "" || n.Kind == yaml.AliasNode || n.Style&yaml.TaggedStyle != 0 {
			return false
		}
		last[n.Line] = max(last[n.Line], n.Column)
		return !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return !plain(c) })
	}
	for _, d := range f.docs {
		if !plain(d.root) {
			return false
		}
	}
	s := fileGaps{gapFinder: g, file: f}
	if !operations {
		// Whatever follows on the line would move.
		s.last = last
	}
	for _, d := range f.docs {
		if operations {
			s.operations(d.root)
		} else {
			s.object(d.root)
		}
	}
	return true
}

// maxOperand is the number from which on kustomize writes what JSON operations put in
// with an exponent.
const maxOperand = "1000000"

type fileGaps struct {
	*gapFinder
	file *file
	last map[int]int
}

func (s *fileGaps) object(n *yaml.Node) {
	for k, v := range pairs(n) {
		s.fixed.add(k)
		switch k.Value {
		case "apiVersion", "kind":
			s.fixed.add(v)
		case "metadata":
			s.metadata(v)
		default:
			s.below(v)
		}
	}
	if n.Kind != yaml.MappingNode {
		s.fixed.add(n)
	}
}

func (s *fileGaps) metadata(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		s.fixed.add(n)
	}
	for k, v := range pairs(n) {
		s.fixed.add(k)
		switch {
		case k.Value == "labels" || k.Value == "annotations":
			s.pairs(v)
		case (k.Value == "name" || k.Value == "namespace") && s.named && v.Kind == yaml.ScalarNode:
			s.scalar(v)
		default:
			s.fixed.add(v)
		}
	}
}

// pairs gathers the values of labels or annotations.
func (s *fileGaps) pairs(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		s.fixed.add(n)
	}
	for k, v := range pairs(n) {
		s.fixed.add(k)
		if isOrder(k.Value) {
			s.fixed.add(v)
		} else {
			s.below(v)
		}
	}
}

// tellingKeys are those whose values tell elements of lists and objects apart.
var tellingKeys = map[string]bool{
	"name": true, "namespace": true, "kind": true, "apiVersion": true, "apiGroup": true, "type": true, "key": true,
	"ip": true, "mountPath": true, "devicePath": true, "port": true, "containerPort": true, "topologyKey": true,
	"image": true, "uid": true, "protocol": true,
}

func (s *fileGaps) below(n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for k, v := range pairs(n) {
			s.fixed.add(k)
			if tellingKeys[k.Value] || strings.HasPrefix(k.Value, "$") {
				s.fixed.add(v)
				continue
			}
			s.below(v)
		}
	case yaml.SequenceNode:
		for _, c := range n.Content {
			if c.Kind == yaml.ScalarNode {
				s.fixed.add(c)
				continue
			}
			s.below(c)
		}
	default:
		s.scalar(n)
	}
}

// scalar makes a scalar a candidate if its text stands there as it is.
func (s *fileGaps) scalar(n *yaml.Node) {
	number := isNumber(n.Value) && (s.last != nil || len(n.Value) < len(maxOperand))
	if n.ShortTag() != "!!str" && !(number && n.ShortTag() == "!!int") || s.last != nil && s.last[n.Line] != n.Column {
		s.fixed.add(n)
		return
	}
	start, end := s.file.extent(n)
	quoted := false
	switch string(s.file.data[start:end]) {
	case n.Value:
	case `"` + n.Value + `"`, "'" + n.Value + "'":
		start, end = start+1, end-1
		quoted = s.last != nil // operations lose their quotes, except around numbers
	}
	if !isWord(n.Value) && !quoted && !number || string(s.file.data[start:end]) != n.Value {
		s.fixed.add(n)
		return
	}
	s.candidates = append(s.candidates, candidate{text: n.Value, file: s.file, at: textRange{start, end}, whole: quoted || number})
}

// operations gathers the candidates of JSON 6902 operations.
func (s *fileGaps) operations(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		s.fixed.add(n)
		return
	}
	for _, op := range n.Content {
		name, path := child(op, "op"), child(op, "path")
		if name == nil || path == nil || name.Value != "add" && name.Value != "replace" {
			s.fixed.add(op)
			continue
		}
		for k, v := range pairs(op) {
			s.fixed.add(k)
			if k.Value == "value" {
				s.operand(slices.Collect(segments(path.Value)), v)
			} else {
				s.fixed.add(v)
			}
		}
	}
}

// operand gathers the candidates of a value that is put at a path.
func (s *fileGaps) operand(path []string, v *yaml.Node) {
	n := len(path)
	isPairs := n > 1 && path[0] == "metadata" && (path[1] == "labels" || path[1] == "annotations")
	switch {
	case isPairs && n == 2:
		s.pairs(v)
	case isPairs && n == 3 && !isOrder(path[2]):
		s.below(v)
	case n > 1 && path[0] != "metadata" && !tellingKeys[path[n-1]]:
		s.below(v)
	default:
		s.fixed.add(v)
	}
}
