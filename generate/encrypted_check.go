package generate

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Fault is what is wrong with an encrypted file.
type Fault int

const (
	// Absent is a file that is not there.
	Absent Fault = iota + 1
	// Unreadable is a file that holds no Secret that can be looked at.
	Unreadable
	// Plain is a value that is not encrypted.
	Plain
	// Misplaced is a Secret of another name, namespace or key than the tree asks for.
	Misplaced
)

// An EncryptedProblem says what is wrong with an encrypted file, where, and what
// to do. It holds nothing of a value.
type EncryptedProblem struct {
	File          EncryptedFile
	Fault         Fault
	Line, Column  int // from 1
	Message, Help string
}

// maxEncrypted bounds what is read: etcd takes no Secret above a mebibyte.
const maxEncrypted = 4 << 20

// Check looks at the file below the output folder: is it there, encrypted, and
// the Secret that the tree asks for. Values are looked at and forgotten. tree is
// the output folder, as commands name it. The error is that of reading.
func (f EncryptedFile) Check(have fs.FS, tree string) ([]EncryptedProblem, error) {
	data, err := f.read(have)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []EncryptedProblem{{
			File: f, Fault: Absent, Line: 1, Column: 1,
			Message: fmt.Sprintf("it is to hold Secret %s of namespace %s, encrypted, and only you have the values", f.Name, f.Namespace),
			Help:    f.before() + f.Command(tree),
		}}, nil
	case err != nil:
		return nil, readError(path.Join(tree, f.Path), err)
	}
	c := &encryptedChecker{file: f, tree: tree}
	c.check(data)
	return c.problems, nil
}

func (f EncryptedFile) read(have fs.FS) ([]byte, error) {
	file, err := have.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(file, maxEncrypted+1))
	if err == nil && len(data) > maxEncrypted {
		err = errors.New("larger than any Secret")
	}
	return data, err
}

type encryptedChecker struct {
	file     EncryptedFile
	tree     string
	problems []EncryptedProblem
}

func (c *encryptedChecker) report(at *yaml.Node, fault Fault, help, format string, args ...any) {
	p := EncryptedProblem{File: c.file, Fault: fault, Line: 1, Column: 1, Message: fmt.Sprintf(format, args...), Help: help}
	if at != nil && at.Line > 0 {
		p.Line, p.Column = at.Line, at.Column
	}
	c.problems = append(c.problems, p)
}

func (c *encryptedChecker) check(data []byte) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var docs []*yaml.Node
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil { // its text could hold a part of a value
			c.report(nil, Unreadable, c.anew(), "this is not YAML")
			return
		}
		if root := doc.Content[0]; root.Kind != yaml.ScalarNode || root.Tag != "!!null" {
			docs = append(docs, root)
		}
	}
	if len(docs) == 0 {
		c.report(nil, Unreadable, c.anew(), "this file is empty: it is to hold Secret %s, and the command that was to write it failed", c.file.Name)
		return
	}
	if len(docs) != 1 {
		c.report(nil, Unreadable, "keep each Secret in a file of its own", "this file holds %d documents, and is to hold one Secret", len(docs))
		return
	}
	values := 0
	if at, message := tooMuch(docs[0], 0, &values); at != nil {
		c.report(at, Unreadable, c.anew(), "%s", message)
		return
	}
	if c.file.Provider == "sops" {
		c.sops(docs[0])
	} else {
		c.sealed(docs[0])
	}
}

// What an encrypted file may hold: programs write it, and kustomize, which renders
// it, follows what is larger or leads back to itself until it has no memory left.
const (
	maxEncryptedDepth  = 100
	maxEncryptedValues = 20_000
)

// tooMuch returns what in a document is beyond these bounds, and in words; nil if
// nothing is.
func tooMuch(n *yaml.Node, depth int, values *int) (*yaml.Node, string) {
	*values++
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return n, "this file has a YAML anchor, which neither sops nor kubeseal writes"
	case depth > maxEncryptedDepth:
		return n, fmt.Sprintf("this file is nested more than %d deep", maxEncryptedDepth)
	case *values > maxEncryptedValues:
		return n, fmt.Sprintf("this file holds more than %d values", maxEncryptedValues)
	}
	for _, child := range n.Content {
		if at, message := tooMuch(child, depth+1, values); at != nil {
			return at, message
		}
	}
	return nil, ""
}

// anew is the help that always helps.
func (c *encryptedChecker) anew() string { return "write it anew: " + c.file.Command(c.tree) }

// sealed looks at a SealedSecret.
func (c *encryptedChecker) sealed(doc *yaml.Node) {
	kind := member(doc, "kind")
	switch {
	case scalar(kind) == "Secret":
		c.report(kind, Plain, "seal it: "+c.file.encryptInPlace(c.tree)+"; if it was committed, change the values", "this is a Secret in plain text, not a SealedSecret")
		return
	case scalar(kind) != "SealedSecret":
		c.report(kind, Unreadable, c.anew(), "this is no SealedSecret")
		return
	}
	annotations := member(doc, "metadata", "annotations")
	wide := scalar(member(annotations, "sealedsecrets.bitnami.com/cluster-wide")) == "true"
	anyName := wide || scalar(member(annotations, "sealedsecrets.bitnami.com/namespace-wide")) == "true"
	again := "seal it again, because name and namespace are part of what is sealed: " + c.file.Command(c.tree)
	if anyName {
		again = "write the name that the tree asks for"
	}
	c.identity(doc, again, wide)
	sealed, plain := member(doc, "spec", "encryptedData"), member(doc, "spec", "template", "data")
	for _, key := range c.file.Keys {
		value := member(sealed, key)
		switch {
		case value == nil && member(plain, key) != nil:
			c.report(member(plain, key), Plain, c.anew(), "key %s stands in spec.template.data, which is not encrypted", key)
		case value == nil:
			c.missingKey(doc, key, sealed)
		case !isSealed(scalar(value)):
			c.report(value, Plain, c.anew()+"; if it was committed, change the value", "key %s is not sealed: kubeseal writes some hundred bytes of base64", key)
		}
	}
}

// isSealed tells what kubeseal writes: the length of a session key, the key
// under RSA of 2048 bits or more, and the value under AES-GCM
// (bitnami-labs/sealed-secrets, pkg/crypto).
func isSealed(text string) bool {
	b, err := base64.StdEncoding.DecodeString(text)
	return err == nil && len(b) > 2+256+16
}

// sops looks at a Secret that SOPS has encrypted.
func (c *encryptedChecker) sops(doc *yaml.Node) {
	kind := member(doc, "kind")
	if strings.HasPrefix(scalar(kind), "ENC[") || strings.HasPrefix(scalar(member(doc, "metadata", "name")), "ENC[") {
		c.report(kind, Unreadable, "encrypt nothing but data and stringData: "+c.file.Command(c.tree), "kind and metadata are encrypted too: kustomize cannot read which object this is")
		return
	}
	if scalar(kind) != "Secret" {
		c.report(kind, Unreadable, c.anew(), "this is no Secret")
		return
	}
	c.identity(doc, "write what the tree asks for", true)
	if scalar(member(doc, "sops", "mac")) == "" {
		c.report(kind, Plain, "encrypt it: "+c.file.encryptInPlace(c.tree)+"; if it was committed, change the values", "this Secret is in plain text: SOPS has not encrypted it")
		return
	}
	for _, field := range []string{"data", "stringData"} {
		block := member(doc, field)
		for i := 0; block != nil && i+1 < len(block.Content); i += 2 {
			key, value := block.Content[i], block.Content[i+1]
			if text := scalar(value); text != "" && !isSopsText(text) {
				c.report(value, Plain, "edit the file with sops edit, which encrypts what is added; if it was committed, change the value",
					"key %s is in plain text in a file that SOPS has encrypted", key.Value)
			}
		}
	}
	for _, key := range c.file.Keys {
		if member(doc, "data", key) == nil && member(doc, "stringData", key) == nil {
			c.missingKey(doc, key, member(doc, "data"), member(doc, "stringData"))
		}
	}
}

// isSopsText tells a value that SOPS has encrypted (getsops/sops, aes).
func isSopsText(text string) bool {
	return strings.HasPrefix(text, "ENC[AES256_GCM,data:") && strings.HasSuffix(text, "]") && strings.Contains(text, ",tag:")
}

// identity compares name and namespace. Without a namespace kustomize sets it.
func (c *encryptedChecker) identity(doc *yaml.Node, help string, free bool) {
	name, namespace := member(doc, "metadata", "name"), member(doc, "metadata", "namespace")
	if scalar(name) != c.file.Name {
		c.report(orNode(name, doc), Misplaced, help, "this Secret is named %s, but the pods read %s", shown(name), c.file.Name)
	}
	switch {
	case scalar(namespace) == c.file.Namespace, free && namespace == nil:
	case free && c.file.Provider != "sops": // kustomize moves it, and it can be opened anywhere
	default:
		c.report(orNode(namespace, doc), Misplaced, help, "this Secret is for namespace %s, but the pods read it in %s", shown(namespace), c.file.Namespace)
	}
}

func (c *encryptedChecker) missingKey(doc *yaml.Node, key string, blocks ...*yaml.Node) {
	var keys []string
	for _, b := range blocks {
		for i := 0; b != nil && i+1 < len(b.Content); i += 2 {
			keys = append(keys, b.Content[i].Value)
		}
	}
	slices.Sort(keys)
	help := c.anew()
	if len(keys) > 0 {
		help = "it has " + strings.Join(keys, ", ") + "; " + help
	}
	c.report(member(doc, "kind"), Misplaced, help, "this Secret has no key %s, which the pods read", key)
}

// member follows keys down from a mapping; nil where there is nothing.
func member(n *yaml.Node, keys ...string) *yaml.Node {
next:
	for _, key := range keys {
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				n = n.Content[i+1]
				continue next
			}
		}
		return nil
	}
	return n
}

// scalar is the text of a scalar, else "".
func scalar(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

func orNode(n, other *yaml.Node) *yaml.Node {
	if n != nil {
		return n
	}
	return other
}

// shown is a name as a message shows it.
func shown(n *yaml.Node) string {
	switch s := scalar(n); {
	case s == "":
		return "nothing"
	case len(s) > 253 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "":
		return "something else"
	default:
		return s
	}
}
