package cache

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestGetReturnsWhatWasPut(t *testing.T) {
	c := In(t.TempDir(), "one")
	k := c.Key("a", "b")
	if _, ok := c.Get(k); ok {
		t.Error("an empty cache has an entry")
	}
	c.Put(k, []byte("content"))
	if got, ok := c.Get(k); !ok || string(got) != "content" {
		t.Errorf("got %q, %v", got, ok)
	}
	c.Put(k, nil)
	if got, ok := c.Get(k); !ok || len(got) != 0 {
		t.Errorf("got %q, %v, want an empty entry", got, ok)
	}
}

func TestKeysDiffer(t *testing.T) {
	c, other := In("x", "one"), In("x", "two")
	keys := map[Key]string{}
	for name, k := range map[string]Key{
		"ab": c.Key("ab"), "a b": c.Key("a", "b"), "a b empty": c.Key("a", "b", ""), "none": c.Key(),
		"another program": other.Key("ab"),
	} {
		if same, ok := keys[k]; ok {
			t.Errorf("%s and %s have one key", name, same)
		}
		keys[k] = name
	}
}

func TestDamagedEntriesAreNone(t *testing.T) {
	c := In(t.TempDir(), "one")
	k := c.Key("a")
	c.Put(k, []byte("content"))
	name := c.file(k)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, damaged := range [][]byte{nil, whole[:10], whole[:len(whole)-1], append([]byte("x"), whole[1:]...), append(whole[:len(whole):len(whole)], 'x')} {
		if err := os.WriteFile(name, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := c.Get(k); ok {
			t.Errorf("an entry of %d bytes gives %q", len(damaged), got)
		}
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Get(k); ok {
		t.Error("a folder is an entry")
	}
	c.Put(k, []byte("content")) // must not panic, and leaves nothing behind
	left, _ := filepath.Glob(filepath.Join(c.dir, ".new-*"))
	if len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestNoFolder(t *testing.T) {
	var c *Cache
	c.Put(c.Key("a"), []byte("content"))
	if _, ok := c.Get(c.Key("a")); ok {
		t.Error("the nil Cache has an entry")
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	if c := Open(); c != nil {
		t.Errorf("without HOME there is a cache in %s", c.dir)
	}
	c = In(filepath.Join(t.TempDir(), "file"), "one")
	if err := os.WriteFile(c.dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Put(c.Key("a"), []byte("content"))
	if _, ok := c.Get(c.Key("a")); ok {
		t.Error("a cache in a file has an entry")
	}
}

func TestOldEntriesMakeRoom(t *testing.T) {
	c := In(t.TempDir(), "one")
	large := make([]byte, maxEntry-100)
	for i := range 6 {
		c.Put(c.Key("entry", string(rune('a'+i))), large)
		at := time.Now().Add(time.Duration(i-10) * time.Minute)
		if err := os.Chtimes(c.file(c.Key("entry", string(rune('a'+i)))), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := c.Get(c.Key("entry", "a")); ok {
		t.Error("the oldest entry is still there")
	}
	if _, ok := c.Get(c.Key("entry", "f")); !ok {
		t.Error("the newest entry is gone")
	}
	c.Put(c.Key("too large"), make([]byte, maxEntry))
	if _, ok := c.Get(c.Key("too large")); ok {
		t.Error("an entry beyond the bound was kept")
	}
}

func TestEntriesArePrivate(t *testing.T) {
	c := In(filepath.Join(t.TempDir(), "cache"), "one")
	c.Put(c.Key("a"), []byte("content"))
	for name, want := range map[string]os.FileMode{c.dir: 0o700, c.file(c.Key("a")): 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}
