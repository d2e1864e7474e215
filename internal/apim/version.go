package apim

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version is a release of the chart, of the gateway image or of a plugin:
// major.minor.patch and what follows it. Chart and APIM release carry the same
// number from 3.2.0 on.
type Version struct {
	Major, Minor, Patch int
	// Partial is set when the text named no patch ("4.9"); Patch is then 0.
	Partial bool
	// Suffix is what follows the numbers, with its separator: "-debian",
	// "-alpha.1", "+build".
	Suffix string
}

// ParseVersion reads "4.9", "4.9.0", "v4.9.32" and "4.9.32-debian".
func ParseVersion(s string) (Version, error) {
	text := strings.TrimPrefix(s, "v")
	numbers, suffix := text, ""
	if i := strings.IndexAny(text, "-+"); i >= 0 {
		numbers, suffix = text[:i], text[i:]
	}
	parts := strings.Split(numbers, ".")
	if len(parts) < 2 || len(parts) > 3 {
		return Version{}, fmt.Errorf("%q is not a version: write major.minor.patch, for example 4.9.32", s)
	}
	var n [3]int
	for i, part := range parts {
		number, err := parseNumber(part)
		if err != nil {
			return Version{}, fmt.Errorf("%q is not a version: write major.minor.patch, for example 4.9.32", s)
		}
		n[i] = number
	}
	return Version{Major: n[0], Minor: n[1], Patch: n[2], Partial: len(parts) == 2, Suffix: suffix}, nil
}

// parseNumber reads a plain decimal number of at most six digits.
func parseNumber(s string) (int, error) {
	if s == "" || len(s) > 6 {
		return 0, strconv.ErrSyntax
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, strconv.ErrSyntax
		}
	}
	return strconv.Atoi(s)
}

// Compare orders by major, minor and patch. A pre-release (-alpha.1, -rc.2)
// comes before its release; every other suffix, such as the image variant
// -debian, does not count.
func (v Version) Compare(w Version) int {
	return cmp.Or(
		cmp.Compare(v.Major, w.Major),
		cmp.Compare(v.Minor, w.Minor),
		cmp.Compare(v.Patch, w.Patch),
		cmp.Compare(v.preRelease(), w.preRelease()),
	)
}

// preRelease is -1 for a pre-release and 0 for a release.
func (v Version) preRelease() int {
	word := strings.TrimLeft(v.Suffix, "-")
	for _, mark := range []string{"alpha", "beta", "rc", "milestone", "snapshot"} {
		if strings.HasPrefix(strings.ToLower(word), mark) {
			return -1
		}
	}
	return 0
}

// SameMinor says whether both are releases of one minor line.
func (v Version) SameMinor(w Version) bool {
	return v.Major == w.Major && v.Minor == w.Minor
}

// MinorString is the minor line: "4.9".
func (v Version) MinorString() string {
	return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor)
}

// String is the version as it is written, without a leading v.
func (v Version) String() string {
	if v.Partial {
		return v.MinorString() + v.Suffix
	}
	return v.MinorString() + "." + strconv.Itoa(v.Patch) + v.Suffix
}

// IsZero says whether v names no version at all.
func (v Version) IsZero() bool { return v == Version{} }
