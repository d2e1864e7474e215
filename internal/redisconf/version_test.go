package redisconf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestImageVersion(t *testing.T) {
	for _, c := range []struct {
		repository, tag string
		want            Version
		text            string
	}{
		{"redis", "7.2.5", Version{Redis, 7, 2, 5, true}, "Redis 7.2.5"},
		{"redis", "v7.2.5", Version{Redis, 7, 2, 5, true}, "Redis 7.2.5"},
		{"library/redis", "7.2.5-alpine", Version{Redis, 7, 2, 5, true}, "Redis 7.2.5"},
		{"docker.io/library/redis", "7.2-alpine3.18", Version{Redis, 7, 2, -1, true}, "Redis 7.2"},
		{"docker.io/redis", "7", Version{Redis, 7, -1, -1, false}, "Redis 7"},
		{"redis", "latest", Version{Flavor: Redis}, "Redis of unknown version"},
		{"redis", "alpine", Version{Flavor: Redis}, "Redis of unknown version"},
		{"redis", "", Version{Flavor: Redis}, "Redis of unknown version"},
		{"redis", "8.0-m01", Version{Redis, 8, 0, -1, true}, "Redis 8.0"},
		{"redis", "7.2.5@sha256:0123", Version{Redis, 7, 2, 5, true}, "Redis 7.2.5"},
		{"redis@sha256:0123", "7.2.5", Version{Redis, 7, 2, 5, true}, "Redis 7.2.5"},
		{"registry:5000/mirror/redis", "6.2.14", Version{Redis, 6, 2, 14, true}, "Redis 6.2.14"},
		{"bitnami/redis", "7.2.5-debian-12-r3", Version{Redis, 7, 2, 5, true}, "Redis 7.2.5"},
		{"bitnamilegacy/redis-sentinel", "8.0.2-debian-12-r1", Version{Redis, 8, 0, 2, true}, "Redis 8.0.2"},
		{"bitnami/valkey", "8.0.1-debian-12-r0", Version{Valkey, 8, 0, 1, true}, "Valkey 8.0.1"},
		{"valkey/valkey", "8.1-alpine", Version{Valkey, 8, 1, -1, true}, "Valkey 8.1"},
		{"valkey/valkey", "unstable", Version{Flavor: Valkey}, "Valkey of unknown version"},
		{"redis/redis-stack", "7.2.0-v10", Version{Redis, 7, 2, -1, true}, "Redis 7.2"},
		{"redis/redis-stack-server", "latest", Version{Flavor: Redis}, "Redis of unknown version"},
		{"redis", "20240101", Version{Flavor: Redis}, "Redis of unknown version"},
		{"redis", "1.0.0", Version{Flavor: Redis}, "Redis of unknown version"},
		{"redis", "99999999999999999999.1", Version{Flavor: Redis}, "Redis of unknown version"},
		{"valkey/valkey", "6.2.0", Version{Flavor: Valkey}, "Valkey of unknown version"},
		{"oliver006/redis_exporter", "1.58.0", Version{}, "Redis or Valkey of unknown version"},
		{"redisinsight", "2.4", Version{}, "Redis or Valkey of unknown version"},
		{"", "", Version{}, "Redis or Valkey of unknown version"},
	} {
		got := ImageVersion(c.repository, c.tag)
		if diff := cmp.Diff(c.want, got); diff != "" || got.String() != c.text {
			t.Errorf("%s:%s is %s (-want +got):\n%s", c.repository, c.tag, got, diff)
		}
	}
}

func version(t *testing.T, f Flavor, text string) Version {
	t.Helper()
	v := ParseVersion(f, text)
	if text != "latest" && v.Major == 0 {
		t.Fatalf("%s is no version", text)
	}
	return v
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		order int
		ok    bool
	}{
		{"7.2.5", "7.2.5", 0, true},
		{"7.2.5", "7.2.10", -1, true},
		{"7.4", "7.2.10", 1, true},
		{"8", "7.4.1", 1, true},
		{"7", "7.2", 0, false},
		{"7.2", "7.2.5", 0, false},
		{"latest", "7.2.5", 0, false},
	} {
		order, ok := version(t, Redis, c.a).Compare(version(t, Redis, c.b))
		if order != c.order || ok != c.ok {
			t.Errorf("%s against %s: %d %v, want %d %v", c.a, c.b, order, ok, c.order, c.ok)
		}
	}
	if _, ok := ParseVersion(Redis, "7.2.5").Compare(ParseVersion(Valkey, "7.2.5")); ok {
		t.Error("Redis and Valkey have no common order")
	}
}

func TestAtLeast(t *testing.T) {
	for _, c := range []struct {
		flavor       Flavor
		text         string
		major, minor int
		want         bool
	}{
		{Redis, "6.2.16", 6, 2, true},
		{Redis, "6.0.20", 6, 2, false},
		{Redis, "8", 7, 4, true},
		{Redis, "7", 7, 2, false},
		{Redis, "latest", 6, 2, false},
		{Valkey, "8.0.1", 7, 2, true},
		{Valkey, "8.0.1", 6, 2, true},
		{Valkey, "8.0.1", 7, 4, false},
		{Valkey, "8.0.1", 8, 0, false},
	} {
		if got := ParseVersion(c.flavor, c.text).AtLeast(c.major, c.minor); got != c.want {
			t.Errorf("%s %s at least %d.%d: %v", c.flavor, c.text, c.major, c.minor, got)
		}
	}
}

func TestCanReplicate(t *testing.T) {
	v := func(text string) Version {
		if rest, ok := strings.CutPrefix(text, "valkey "); ok {
			return version(t, Valkey, rest)
		}
		return version(t, Redis, text)
	}
	for _, c := range []struct {
		master, replica string
		ok, known       bool
	}{
		{"7.2.0", "7.2.5", true, true},
		{"7.2.5", "7.2.0", true, true},
		{"7.2", "7.4.1", true, true},
		{"7.4.1", "7.2.0", false, true},
		{"7.2.0", "6.2.16", false, true},
		{"7.0.15", "6.2.16", false, true},
		{"7.4.1", "6.2.16", false, true},
		{"6.2.16", "7.0.15", true, true},
		{"7.4.1", "valkey 8.0.1", false, true},
		{"8.0", "valkey 7.2.7", false, true},
		{"7.2.0", "valkey 7.2.7", true, true},
		{"valkey 8.0.1", "7.2.0", true, true},
		{"valkey 8.0.1", "7.4.1", true, true},
		{"valkey 7.2.7", "6.2.16", false, true},
		{"valkey 8.1", "valkey 7.2", true, true},
		{"7", "6.2", false, true},
		{"7", "7", false, false},
		{"6.2", "7", true, true},
		{"latest", "7.2", false, false},
		{"valkey 9.0", "8.0", false, false},
	} {
		ok, known := CanReplicate(v(c.master), v(c.replica))
		if ok != c.ok || known != c.known {
			t.Errorf("%s -> %s: %v %v, want %v %v", c.master, c.replica, ok, known, c.ok, c.known)
		}
	}
}
