package redisconf

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Flavor is one of the two families of servers that read these files.
type Flavor int

const (
	UnknownFlavor Flavor = iota
	Redis
	Valkey
)

// String returns the product's name.
func (f Flavor) String() string {
	switch f {
	case Redis:
		return "Redis"
	case Valkey:
		return "Valkey"
	}
	return "Redis or Valkey"
}

// A Version is what is known of a server's version. Its zero value knows
// nothing: any Redis or Valkey.
type Version struct {
	Flavor Flavor
	Major  int  // 0 if not known
	Minor  int  // -1 if a major is known and the minor is not, as for the tag 7
	Patch  int  // -1 if not known, as for the tag 7.2
	Known  bool // flavor, major and minor are all known
}

// ParseVersion reads a version or an image tag: 7.2.5, v7.2, 7,
// 7.2.5-debian-12-r3, 8.0-m01. The result is not Known when the text names no
// minor version, as latest, alpine and 7 do.
func ParseVersion(f Flavor, text string) Version {
	v := Version{Flavor: f}
	text, _, _ = strings.Cut(text, "@")
	numbers, ok := versionNumbers(text)
	if !ok {
		return v
	}
	major := numbers[0]
	if !slices.Contains(majors(f), major) {
		return v // a build number, a date, or another product's numbering
	}
	v.Major, v.Minor, v.Patch = major, numbers[1], numbers[2]
	v.Known = f != UnknownFlavor && v.Minor >= 0
	return v
}

// versionNumbers reads up to three numbers of at most four digits, behind which
// nothing stands or, on the same line, what -, _ or + begin. A number that is not
// there is -1.
func versionNumbers(text string) ([3]int, bool) {
	numbers := [3]int{-1, -1, -1}
	rest := strings.TrimPrefix(text, "v")
	for i := range numbers {
		if i > 0 {
			if !strings.HasPrefix(rest, ".") {
				break
			}
			rest = rest[1:]
		}
		n := 0
		for n < len(rest) && '0' <= rest[n] && rest[n] <= '9' {
			n++
		}
		if n == 0 || n > 4 {
			return numbers, false
		}
		numbers[i], rest = number(rest[:n]), rest[n:]
	}
	return numbers, rest == "" || strings.IndexByte("-_+", rest[0]) >= 0 && !strings.Contains(rest, "\n")
}

// majors lists the major versions that exist, or may exist one day, with room
// to tell them from build numbers.
func majors(f Flavor) []int {
	switch f {
	case Valkey:
		return []int{7, 8, 9, 10, 11, 12}
	case Redis, UnknownFlavor:
		return []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	}
	return nil
}

func number(s string) int {
	if s == "" {
		return -1
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// ImageVersion tells which server a container image runs: the official images,
// Bitnami's, Redis Stack, and copies of them in other registries, recognised by
// the last part of the repository. The result is not Known for other images and
// for tags that name no minor version.
func ImageVersion(repository, tag string) Version {
	f, stack := imageFlavor(repository)
	if f == UnknownFlavor {
		return Version{}
	}
	v := ParseVersion(f, tag)
	if stack && v.Known {
		// Redis Stack 7.2.0-v10 is built on a later patch of Redis 7.2.
		v.Patch = -1
	}
	return v
}

// imageFlavor reads the last part of the repository, with a tag or digest that
// was left on it cut off.
func imageFlavor(repository string) (f Flavor, stack bool) {
	repository, _, _ = strings.Cut(repository, "@")
	name := repository[strings.LastIndexByte(repository, '/')+1:]
	name, _, _ = strings.Cut(name, ":")
	switch strings.ToLower(name) {
	case "redis", "redis-server", "redis-sentinel", "redis-cluster":
		return Redis, false
	case "redis-stack", "redis-stack-server":
		return Redis, true
	case "valkey", "valkey-server", "valkey-sentinel", "valkey-cluster":
		return Valkey, false
	}
	return UnknownFlavor, false
}

// String returns the version as a person writes it: Redis 7.2.5, Valkey 8.0,
// Redis 7, "Redis of unknown version".
func (v Version) String() string {
	switch {
	case v.Major == 0:
		return v.Flavor.String() + " of unknown version"
	case v.Minor < 0:
		return fmt.Sprintf("%s %d", v.Flavor, v.Major)
	case v.Patch < 0:
		return fmt.Sprintf("%s %d.%d", v.Flavor, v.Major, v.Minor)
	}
	return fmt.Sprintf("%s %d.%d.%d", v.Flavor, v.Major, v.Minor, v.Patch)
}

// Compare orders two versions of one flavor: -1, 0 or +1. The order is not
// known (ok is false) across flavors, and where the parts that both name do not
// decide it, as for 7.2 and 7.2.5.
func (v Version) Compare(w Version) (order int, ok bool) {
	if v.Flavor != w.Flavor || v.Flavor == UnknownFlavor || v.Major == 0 || w.Major == 0 {
		return 0, false
	}
	parts := [][2]int{{v.Major, w.Major}, {v.Minor, w.Minor}, {v.Patch, w.Patch}}
	for _, p := range parts {
		if p[0] < 0 || p[1] < 0 {
			return 0, false
		}
		if c := cmp.Compare(p[0], p[1]); c != 0 {
			return c, true
		}
	}
	return 0, true
}

// AtLeast tells whether v is major.minor or later, of either flavor. Valkey
// began as Redis 7.2, so Valkey answers for the Redis versions up to that one
// and never for the later ones. It is false where v does not say.
func (v Version) AtLeast(major, minor int) bool {
	if v.Flavor == Valkey {
		return major < 7 || major == 7 && minor <= 2
	}
	if v.Flavor != Redis || v.Major == 0 {
		return false
	}
	if v.Major != major {
		return v.Major > major
	}
	return v.Minor >= minor
}

// CanReplicate tells whether a replica of one version can take a full copy from
// a master of the other. A server refuses an RDB of a later format than its own
// ("Can't handle RDB format version"): a replica may be newer than its master,
// not older, and Valkey cannot follow Redis 7.4 or later. The answer is not
// known (known is false) when the versions do not decide it.
func CanReplicate(master, replica Version) (ok, known bool) {
	from, knownFrom := master.rdbFormats()
	to, knownTo := replica.rdbFormats()
	if !knownFrom || !knownTo {
		return false, false
	}
	always, never := true, true
	for _, m := range from {
		for _, r := range to {
			if m <= r {
				never = false
			} else {
				always = false
			}
		}
	}
	return always, always || never
}

// rdbFormats returns the RDB formats that v may write, and false if one of them
// is not in the table. The numbers are RDB_VERSION of src/rdb.h at the newest
// tag of each line.
func (v Version) rdbFormats() ([]int, bool) {
	if v.Flavor == UnknownFlavor || v.Major == 0 {
		return nil, false
	}
	var formats []int
	for _, line := range rdbTable {
		if line.flavor == v.Flavor && line.major == v.Major && (v.Minor < 0 || line.minor == v.Minor) {
			formats = append(formats, line.format)
		}
	}
	return formats, len(formats) > 0
}

var rdbTable = []struct {
	flavor               Flavor
	major, minor, format int
}{
	{Redis, 5, 0, 9},
	{Redis, 6, 0, 9},
	{Redis, 6, 2, 9},
	{Redis, 7, 0, 10},
	{Redis, 7, 2, 11},
	{Redis, 7, 4, 12},
	{Redis, 8, 0, 12},
	{Valkey, 7, 2, 11},
	{Valkey, 8, 0, 11},
	{Valkey, 8, 1, 11},
}
