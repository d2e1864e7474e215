package generate

import (
	"fmt"
	"io/fs"
	"strings"
)

// checkNames refuses a tree that some file system cannot hold: two names that
// differ only in case, and names that are devices on Windows or belong to git.
func checkNames(names []string) error {
	folded := make(map[string]string, len(names))
	for _, name := range names {
		if !fs.ValidPath(name) {
			return fmt.Errorf("%s: not a path inside the output folder", name)
		}
		fold := strings.ToLower(name)
		if other, ok := folded[fold]; ok {
			return fmt.Errorf("%s and %s are one file where case does not count: rename one of them", other, name)
		}
		folded[fold] = name
		for part := range strings.SplitSeq(fold, "/") {
			if isReserved(part) {
				return fmt.Errorf("%s: the name %s cannot be a file everywhere: choose another one", name, part)
			}
		}
	}
	return nil
}

// isReserved tells names, in lower case, that Windows keeps for devices, cannot
// store, or that git keeps for itself.
func isReserved(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	switch stem {
	case "con", "prn", "aux", "nul", "conin$", "conout$", "git~1":
		return true
	}
	if len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && isDigit(stem[3]) {
		return true
	}
	return name == ".git" || len(name) > 255 || strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") ||
		strings.ContainsAny(name, "\\:*?\"<>|")
}
