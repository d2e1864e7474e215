package git

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// An environ is the environment of the calling program, sorted out by what git
// needs of it for which purpose.
type environ struct {
	plain      []string          // everything that is not about git
	settings   []string          // where the person's own configuration is
	identity   []string          // author and committer
	network    []string          // how to reach a remote
	repository map[string]string // which repository, with absolute paths
	index      string            // GIT_INDEX_FILE, absolute
}

var (
	settingNames = []string{
		"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT",
		"GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM",
	}
	identityNames = []string{
		"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE",
		"GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",
	}
	networkNames    = []string{"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_PROXY_COMMAND", "GIT_ALLOW_PROTOCOL"}
	networkPrefixes = []string{"GIT_SSL_", "GIT_HTTP_"}
	repositoryNames = []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"}
)

// fixed is set for every call: no question, no translation, no lock that is not
// needed, no object that stands for another one, no network.
var fixed = []string{
	"LC_ALL=C",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_OPTIONAL_LOCKS=0",
	"GIT_NO_REPLACE_OBJECTS=1",
	"GIT_NO_LAZY_FETCH=1",
	"GIT_LITERAL_PATHSPECS=1",
}

// noProtocol forbids every transport.
const noProtocol = "GIT_ALLOW_PROTOCOL=none"

// sortEnviron sorts an environment out. Relative paths in it are relative to
// from.
func sortEnviron(env []string, from string) environ {
	e := environ{repository: map[string]string{}}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case name == "LC_ALL":
		case !strings.HasPrefix(name, "GIT_"):
			e.plain = append(e.plain, entry)
		case slices.Contains(settingNames, name), strings.HasPrefix(name, "GIT_CONFIG_KEY_"), strings.HasPrefix(name, "GIT_CONFIG_VALUE_"):
			e.settings = append(e.settings, entry)
		case slices.Contains(identityNames, name):
			e.identity = append(e.identity, entry)
		case slices.Contains(networkNames, name), slices.ContainsFunc(networkPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }):
			e.network = append(e.network, entry)
		case value == "":
		case slices.Contains(repositoryNames, name):
			e.repository[name] = absolute(from, value)
		case name == "GIT_ALTERNATE_OBJECT_DIRECTORIES":
			e.repository[name] = value
		case name == "GIT_INDEX_FILE":
			e.index = absolute(from, value)
		}
	}
	return e
}

// entries returns the variables that say which repository is meant.
func (e *environ) entries() []string {
	var list []string
	for name, value := range e.repository {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}

func absolute(from, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(from, path)
}

// chooseRepository drops what a hook says about its repository if the working
// directory lies in another one. found is the git folder that is around the
// working directory, "" if there is none.
func (e *environ) chooseRepository(found, workDir string) {
	dir := e.repository["GIT_DIR"]
	worktree := e.repository["GIT_WORK_TREE"]
	switch {
	case found == "" || dir == "":
	case same(found, dir):
		// What git finds by itself is right from every folder of the working
		// tree; GIT_DIR alone is so only from its top.
		for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"} {
			delete(e.repository, name)
		}
	case worktree != "" && within(workDir, worktree):
	default:
		e.repository = map[string]string{}
		dir = ""
	}
	if dir == "" && found == "" {
		return
	}
	if dir == "" {
		dir = found
	}
	// An index in some other repository's git folder is not ours. One that lies
	// elsewhere was named by a person.
	if e.index != "" && !within(e.index, dir) && inGitFolder(e.index) {
		e.index = ""
	}
}

// inGitFolder tells whether a path leads through the git folder of a repository.
func inGitFolder(name string) bool {
	return slices.ContainsFunc(strings.Split(filepath.ToSlash(filepath.Dir(name)), "/"), func(part string) bool {
		return strings.HasSuffix(part, ".git")
	})
}

// within tells whether a path is a folder or below it, symbolic links resolved
// as far as they exist.
func within(name, dir string) bool {
	rel, err := filepath.Rel(resolved(dir), resolved(name))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func same(a, b string) bool { return resolved(a) == resolved(b) }

// resolved follows the symbolic links of a path whose last elements need not
// exist.
func resolved(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	dir, base := filepath.Split(filepath.Clean(name))
	if dir = filepath.Clean(dir); dir == name || base == "" {
		return name
	}
	return filepath.Join(resolved(dir), base)
}

// ChildEnv is the environment for a program of the person that itself runs git,
// such as a forge's: with the settings that keep the repository from having its
// code run.
func (r *Repo) ChildEnv() []string {
	env := slices.Concat(r.environ.plain, r.environ.network, r.environ.entries())
	count := 0
	for _, entry := range r.environ.settings {
		name, value, _ := strings.Cut(entry, "=")
		if name != "GIT_CONFIG_COUNT" {
			env = append(env, entry)
			continue
		}
		if n, err := strconv.Atoi(value); err == nil {
			count = n
		}
	}
	for _, setting := range safe {
		name, value, _ := strings.Cut(setting, "=")
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", count, name), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", count, value))
		count++
	}
	return append(env, fmt.Sprintf("GIT_CONFIG_COUNT=%d", count), "GIT_TERMINAL_PROMPT=0")
}
