package schema

import "fmt"

// secretSources notes what does not hold between the references of a spec and
// what the provider makes their Secrets of.
func (c *checker) secretSources(full *node, env *environment) {
	for i, p := range purposes {
		for _, q := range purposes[:i] {
			c.sharedKey(full, env, p.field, q.field)
			switch textAt(full, "secrets.provider") {
			case "sealed-secrets":
				c.sharedFile(full, env, "secrets.sealedSecrets.", p, q)
			case "sops":
				c.sharedFile(full, env, "secrets.sops.", p, q)
			case "csi":
				c.sharedObject(full, env, p, q)
			}
		}
	}
}

// sharedKey refuses two references to one value.
func (c *checker) sharedKey(full *node, env *environment, p, q string) {
	if !sameText(full, p+".secretName", q+".secretName") || !sameText(full, p+".key", q+".key") {
		return
	}
	c.between(full, env, p+".key", q+".key",
		fmt.Sprintf("%s is the same key of the same Secret as %s: one value cannot be both", p, q),
		"write another key, or the name of another Secret")
}

// sharedFile refuses one Secret in two files, and two Secrets in one file: the
// file is the Secret.
func (c *checker) sharedFile(full *node, env *environment, block string, p, q purpose) {
	p1, q1 := block+p.name, block+q.name
	oneSecret, oneFile := sameText(full, p.field+".secretName", q.field+".secretName"), sameText(full, p1, q1)
	switch {
	case textAt(full, p1) == "" || textAt(full, q1) == "" || oneSecret == oneFile:
	case oneSecret:
		c.between(full, env, p1, q1,
			fmt.Sprintf("%s is another file than %s.%s, but both are keys of one Secret, which is one file", p1, lastName(block[:len(block)-1]), q.name),
			"write the same file twice, or give one of them the name of another Secret")
	default:
		c.between(full, env, p1, q1,
			fmt.Sprintf("%s is the same file as %s.%s, but they are keys of two Secrets, and a file is one", p1, lastName(block[:len(block)-1]), q.name),
			"write another file, or give both the name of one Secret")
	}
}

// sharedObject refuses two objects that the driver would mount as one file.
func (c *checker) sharedObject(full *node, env *environment, p, q purpose) {
	p1, q1 := "secrets.csi."+p.name+".objectName", "secrets.csi."+q.name+".objectName"
	if sameText(full, p.field+".secretName", q.field+".secretName") && sameText(full, p1, q1) {
		c.between(full, env, p1, q1,
			fmt.Sprintf("%s is the same as csi.%s.objectName: both are keys of one Secret, and their files lie in one folder", p1, q.name),
			"write another name")
	}
}

// between notes a conflict of two fields, whose values stay unsaid.
func (c *checker) between(full *node, env *environment, path, other, message, help string) {
	at, where := c.blame(full, env, false, path, other)
	e := &Error{
		File: c.file, Line: at.line, Column: at.col, EndLine: at.endLine, EndColumn: at.endCol,
		Path: where, Kind: KindConflict, Message: message, Help: help,
	}
	if n := full.find(other); n != nil && n.at.known() && n.at != at {
		e.Related = append(e.Related, c.related(n.at, other+" is here"))
	}
	c.note(env, e)
}

func sameText(n *node, p, q string) bool {
	return textAt(n, p) != "" && textAt(n, p) == textAt(n, q)
}

// vaultObject looks through what a provider of the CSI driver wants to know of
// an object, which the schema leaves open, for what a spec never holds.
func (c *checker) vaultObject(n *node) {
	for _, f := range n.fields {
		c.vaultValue(f.name, f.value)
	}
	for _, item := range n.items {
		c.vaultValue("", item)
	}
}

func (c *checker) vaultValue(name string, n *node) {
	named := secretName().MatchString(name) && name != "secretKey" && isLiteral(n) // secretKey of vault is a field's name
	if named || n.kind == textKind && secretText().MatchString(n.text) {
		c.report(n.at, n.path, KindSecretLiteral,
			short(n.path)+" holds a secret: a spec never holds one, only where it is kept",
			"write where the vault keeps the value, and how its plugin may ask for it")
		n.broken = true
		return
	}
	c.vaultObject(n)
}
