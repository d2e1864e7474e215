package sbom

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"runtime/debug"
	"strings"
	"time"
)

// The part of SPDX 2.3 that the document has (spdx.github.io/spdx-spec/v2.3).
type spdxDocument struct {
	SPDXVersion   string             `json:"spdxVersion"`
	DataLicense   string             `json:"dataLicense"`
	ID            string             `json:"SPDXID"`
	Name          string             `json:"name"`
	Namespace     string             `json:"documentNamespace"`
	Creation      spdxCreation       `json:"creationInfo"`
	Packages      []spdxPackage      `json:"packages"`
	Relationships []spdxRelationship `json:"relationships"`
}

type spdxCreation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type spdxPackage struct {
	ID               string         `json:"SPDXID"`
	Name             string         `json:"name"`
	Version          string         `json:"versionInfo"`
	FileName         string         `json:"packageFileName,omitempty"`
	Supplier         string         `json:"supplier"`
	DownloadLocation string         `json:"downloadLocation"`
	FilesAnalyzed    bool           `json:"filesAnalyzed"`
	Checksums        []spdxChecksum `json:"checksums,omitempty"`
	Concluded        string         `json:"licenseConcluded"`
	Declared         string         `json:"licenseDeclared"`
	Copyright        string         `json:"copyrightText"`
	Refs             []spdxRef      `json:"externalRefs,omitempty"`
}

type spdxChecksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

type spdxRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type spdxRelationship struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

const (
	noAssertion = "NOASSERTION"
	ownLicence  = "Apache-2.0"
)

// document describes the programs of a release and the modules in them. The same
// programs give the same document.
func document(version string, created time.Time, programs []program, licences map[string]string) spdxDocument {
	d := spdxDocument{
		SPDXVersion: "SPDX-2.3", DataLicense: "CC0-1.0", ID: "SPDXRef-DOCUMENT", Name: "quorumwright " + version,
		Creation: spdxCreation{created.Format(time.RFC3339), []string{"Tool: quorumwright internal/sbom"}},
	}
	all := sha256.New()
	for _, m := range linked(programs) {
		d.Packages = append(d.Packages, spdxPackage{
			ID: moduleID(m), Name: m.Path, Version: m.Version, Supplier: noAssertion,
			DownloadLocation: noAssertion, // the purl says where
			Concluded:        noAssertion, Declared: licences[m.Path], Copyright: noAssertion,
			Refs: []spdxRef{{"PACKAGE-MANAGER", "purl", "pkg:golang/" + m.Path + "@" + m.Version}},
		})
	}
	for _, p := range programs {
		io.WriteString(all, p.sha256)
		own := spdxPackage{
			ID: "SPDXRef-File-" + idText(p.name), Name: p.main, Version: version, FileName: p.name, Supplier: noAssertion,
			DownloadLocation: "https://" + p.main + "/releases/download/" + version + "/" + p.name,
			Checksums:        []spdxChecksum{{"SHA256", p.sha256}},
			Concluded:        noAssertion, Declared: ownLicence, Copyright: noAssertion,
			Refs: []spdxRef{{"PACKAGE-MANAGER", "purl", "pkg:golang/" + p.main + "@" + version}, {"PACKAGE-MANAGER", "purl", "pkg:golang/stdlib@" + strings.TrimPrefix(p.goTool, "go")}},
		}
		d.Packages = append(d.Packages, own)
		d.Relationships = append(d.Relationships, spdxRelationship{d.ID, "DESCRIBES", own.ID})
		for _, m := range p.deps {
			d.Relationships = append(d.Relationships, spdxRelationship{own.ID, "DEPENDS_ON", moduleID(m)})
		}
	}
	d.Namespace = "https://github.com/quorumwright/quorumwright/spdx/" + version + "/" + hex.EncodeToString(all.Sum(nil))
	return d
}

func moduleID(m debug.Module) string { return "SPDXRef-Module-" + idText(m.Path+"-"+m.Version) }

// idText returns a text with what an id may not hold as a hyphen.
func idText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' || r == '.' || r == '-') {
			return r
		}
		return '-'
	}, s)
}

func encode(w io.Writer, d spdxDocument) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}
