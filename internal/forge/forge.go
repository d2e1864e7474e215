// Package forge opens the pull request, or merge request, of a branch that was
// pushed: with the forge's own program if it is installed, by what the push
// itself can ask for, or by telling the person where to click.
package forge

import (
	"net/url"
	"strings"
)

// A Kind is what software runs on a host.
type Kind int

// The forges that are known, by what their host is called.
const (
	Unknown Kind = iota
	GitHub
	GitLab
	Bitbucket
)

// A Place is a repository on a forge.
type Place struct {
	Kind Kind
	Host string // with the port, if there is one
	Path string // owner/name; GitLab may have more folders
}

// Locate reads the URL of a remote: https://HOST/PATH.git, ssh://git@HOST/PATH,
// git@HOST:PATH. It returns the zero Place for anything else, such as a folder.
func Locate(remote string) Place {
	host, path := "", ""
	if u, err := url.Parse(remote); err == nil && u.Host != "" {
		if u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "ssh" {
			return Place{}
		}
		host, path = u.Host, u.Path
		if u.Scheme == "ssh" {
			host = u.Hostname() // the port is that of SSH
		}
	} else if before, after, ok := strings.Cut(remote, ":"); ok && len(before) > 1 && !strings.ContainsAny(before, "/\\") && !strings.HasPrefix(after, ":") && !strings.HasPrefix(after, "//") {
		_, host, ok = strings.Cut(before, "@")
		if !ok {
			host = before
		}
		path = after
	}
	path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	if host == "" || path == "" {
		return Place{}
	}
	p := Place{Host: host, Path: path}
	switch name := strings.ToLower(host); {
	case strings.Contains(name, "github"):
		p.Kind = GitHub
	case strings.Contains(name, "gitlab"):
		p.Kind = GitLab
	case strings.Contains(name, "bitbucket"):
		p.Kind = Bitbucket
	}
	return p
}

// A Request is a pull request to be opened.
type Request struct {
	Branch, Base string
	Title, Body  string
}

// URL is where a person opens the request; "" if the place is not known.
func (p Place) URL(r Request) string {
	if p.Host == "" {
		return ""
	}
	u := url.URL{Scheme: "https", Host: p.Host, Path: "/" + p.Path}
	q := url.Values{}
	switch p.Kind {
	case GitHub:
		u.Path += "/compare/" + r.Base + "..." + r.Branch
		q.Set("expand", "1")
	case GitLab:
		u.Path += "/-/merge_requests/new"
		q.Set("merge_request[source_branch]", r.Branch)
		q.Set("merge_request[target_branch]", r.Base)
	case Bitbucket:
		u.Path += "/pull-requests/new"
		q.Set("source", r.Branch)
		q.Set("dest", r.Base)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// PushOptions are what GitLab needs to be told with the push to open the
// request itself; none for other forges.
func (p Place) PushOptions(r Request) []string {
	if p.Kind != GitLab {
		return nil
	}
	title := strings.Join(strings.Fields(r.Title), " ")
	return []string{"merge_request.create", "merge_request.target=" + r.Base, "merge_request.title=" + title}
}

// Program is the forge's own program, "" if it has none that is known here.
func (p Place) Program() string {
	switch p.Kind {
	case GitHub:
		return "gh"
	case GitLab:
		return "glab"
	}
	return ""
}
