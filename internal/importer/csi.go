package importer

import (
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamledit"
	"github.com/quorumwright/quorumwright/lint/repo"
)

// csi keeps the objects of a vault that the Secrets Store CSI driver mounts. It
// tells whether all of them are of one vault.
func (d *draft) csi(list []made) bool {
	var entries []yamledit.Value
	var names []string
	first := list[0].maker.Object.Value.Get("spec")
	for _, m := range list {
		o := m.maker.Object
		if o.Kind != "SecretProviderClass" || !sameVault(first, o.Value.Get("spec")) {
			return false
		}
		name, entry, ok := csiEntry(o, m.secret, m.key)
		if !ok {
			return false
		}
		names, entries = append(names, name), append(entries, entry)
	}
	at := func(path ...string) []string { return append([]string{"secrets", "csi"}, path...) }
	d.text("csi", first.Span(), "secrets", "provider")
	d.text(first.Get("provider").Text(), first.Get("provider").Span(), at("provider")...)
	for name, v := range first.Get("parameters").Fields() {
		if name != csiList(first.Get("provider").Text()) {
			d.text(v.Text(), v.Span(), at("parameters", name)...)
		}
	}
	for i, m := range list {
		d.text(names[i], first.Span(), at(m.field, "objectName")...)
		if len(entries[i].Fields) > 0 {
			d.spec.set(entries[i], first.Span(), at(m.field, "object")...)
		}
	}
	if d.part == "" { // the values of a tree of ours hold nothing that is generated
		d.unmount(list)
	}
	return true
}

// unmount takes the volumes of the classes out of the values of the chart: the
// generated values mount what takes the place of these classes.
func (d *draft) unmount(list []made) {
	var volumes []string
	without := func(field string, gone func(yamledit.Value) bool) {
		n := d.extra.at("gateway", field)
		if n == nil || n.value.Kind != yamledit.Scalar {
			return
		}
		all, err := yamledit.FromYAML(n.value.Text)
		if err != nil {
			return
		}
		kept := slices.DeleteFunc(slices.Clone(all.Items), gone)
		if len(kept) == len(all.Items) {
			return
		}
		var text strings.Builder
		for _, v := range kept {
			text.WriteString("- " + v.String() + "\n")
		}
		n.value.Text = text.String()
		if len(kept) == 0 {
			d.extra.remove("gateway", field)
		}
	}
	without("extraVolumes", func(v yamledit.Value) bool {
		class, _ := v.At("csi", "volumeAttributes", "secretProviderClass")
		if !slices.ContainsFunc(list, func(m made) bool { return m.maker.Object.Name == class.Text }) {
			return false
		}
		name, _ := v.Get("name")
		volumes = append(volumes, name.Text)
		return true
	})
	without("extraVolumeMounts", func(v yamledit.Value) bool {
		name, _ := v.Get("name")
		return slices.Contains(volumes, name.Text)
	})
}

// csiList is the parameter that holds the list of objects of a plugin.
func csiList(provider string) string {
	if provider == "gcp" {
		return "secrets"
	}
	return "objects"
}

// sameVault tells whether two classes say the same but for their objects.
func sameVault(a, b repo.Value) bool {
	provider := a.Get("provider").Text()
	if b.Get("provider").Text() != provider {
		return false
	}
	parameters := func(spec repo.Value) map[string]string {
		all := map[string]string{}
		for name, v := range spec.Get("parameters").Fields() {
			if name != csiList(provider) {
				all[name] = v.Text()
			}
		}
		return all
	}
	one, two := parameters(a), parameters(b)
	for name, text := range one {
		if other, ok := two[name]; !ok || other != text {
			return false
		}
	}
	return len(one) == len(two)
}

// csiEntry is the name of the file that becomes a key of a Secret, and what the
// plugin is told of the object that is mounted there.
func csiEntry(o *repo.Object, secret, key string) (name string, entry yamledit.Value, ok bool) {
	spec := o.Value.Get("spec")
	for _, s := range spec.Get("secretObjects").Items() {
		for _, data := range s.Get("data").Items() {
			if s.Get("secretName").Text() == secret && data.Get("key").Text() == key {
				name = data.Get("objectName").Text()
			}
		}
	}
	if name == "" {
		return "", entry, false
	}
	provider := spec.Get("provider").Text()
	for _, e := range csiObjects(provider, spec.Get("parameters", csiList(provider)).Text()) {
		if mounted(provider, e) != name {
			continue
		}
		e.Fields = slices.DeleteFunc(slices.Clone(e.Fields), func(f yamledit.Field) bool {
			switch f.Name {
			case "objectAlias":
				return f.Value.Text == name
			case "path":
				return provider == "gcp" && f.Value.Text == name
			case "objectName":
				return provider != "gcp" && f.Value.Text == name
			}
			return false
		})
		return name, e, true
	}
	return name, entry, false
}

// mounted is the name of the file that a plugin makes of an object.
func mounted(provider string, e yamledit.Value) string {
	names := []string{"objectAlias", "objectName"}
	if provider == "gcp" {
		names = []string{"path", "fileName"}
	}
	for _, n := range names {
		if v, ok := e.Get(n); ok {
			return v.Text
		}
	}
	return ""
}

// csiObjects reads the list of objects, which is YAML in a text; that of azure
// holds texts in YAML again.
func csiObjects(provider, text string) []yamledit.Value {
	list, err := yamledit.FromYAML(text)
	if err != nil {
		return nil
	}
	if provider != "azure" {
		return list.Items
	}
	array, _ := list.Get("array")
	var all []yamledit.Value
	for _, item := range array.Items {
		if e, err := yamledit.FromYAML(item.Text); err == nil {
			all = append(all, e)
		}
	}
	return all
}
