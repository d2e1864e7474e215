package apim

import (
	"fmt"
	"net/url"
	"strings"
)

// PluginURL is an entry of gateway.additionalPlugins.
type PluginURL struct {
	// Artifact and Version are read from the file name
	// <artifact>-<version>.zip; the version is zero if there is none.
	Artifact string
	Version  Version
	// File is the name under which the init container saves the download:
	// everything behind the last slash, a query included.
	File string
}

// URLProblem is what can be wrong with the address of a plugin.
type URLProblem struct {
	Kind URLProblemKind
	// Why is one sentence for a person, without a period.
	Why string
}

// URLProblemKind tells the problems of an address apart.
type URLProblemKind uint8

// The problems.
const (
	URLUnparsable URLProblemKind = iota // no absolute http(s) address
	URLShell                            // the init container's shell or the YAML around it breaks on a character
	URLNotZip                           // the saved file does not end in .zip: the gateway never loads it
	URLPlainHTTP                        // http: anyone on the way can replace the plugin
)

// shellCharacters mean something to the shell, or to the double-quoted YAML
// string, in which the chart pastes the address without quotes
// (deployment.pluginInitContainers in templates/_helpers.tpl).
const shellCharacters = " \t\r\n&;|<>()$`\\\"'*[]{}!#~"

// ParsePluginURL reads an address of gateway.additionalPlugins and says what
// the chart's init container and the gateway will make of it.
func ParsePluginURL(address string) (PluginURL, []URLProblem) {
	var problems []URLProblem
	add := func(kind URLProblemKind, format string, a ...any) {
		problems = append(problems, URLProblem{kind, fmt.Sprintf(format, a...)})
	}
	parsed, err := url.Parse(address)
	switch {
	case err != nil || parsed.Host == "" || parsed.Scheme == "":
		add(URLUnparsable, "it is no absolute address: write https://HOST/PATH.zip")
	case parsed.Scheme == "http":
		add(URLPlainHTTP, "it is fetched over http without a checksum, so anyone on the way can replace the plugin")
	case parsed.Scheme != "https":
		add(URLUnparsable, "the init container fetches with wget, which cannot read %s addresses", parsed.Scheme)
	}
	if i := strings.IndexAny(address, shellCharacters); i >= 0 {
		add(URLShell, "the chart pastes it without quotes into a shell command, which breaks at %q", address[i])
	}
	file := address[strings.LastIndexByte(address, '/')+1:]
	if !strings.HasSuffix(file, ".zip") {
		if before, _, ok := strings.Cut(file, "?"); ok && strings.HasSuffix(before, ".zip") {
			add(URLNotZip, "the query becomes part of the saved name, which then does not end in .zip, and the gateway never loads it")
		} else {
			add(URLNotZip, "the name does not end in .zip, so the gateway never loads it")
		}
	}
	name, _, _ := strings.Cut(file, "?")
	artifact, version := splitArtifact(strings.TrimSuffix(name, ".zip"))
	return PluginURL{Artifact: artifact, Version: version, File: file}, problems
}

// splitArtifact cuts "gravitee-policy-jwt-6.2.0" before the version.
func splitArtifact(name string) (string, Version) {
	for i := 0; i < len(name); i++ {
		if name[i] != '-' || i+1 == len(name) || name[i+1] < '0' || name[i+1] > '9' {
			continue
		}
		if version, err := ParseVersion(name[i+1:]); err == nil {
			return name[:i], version
		}
	}
	return name, Version{}
}
