// Package cache keeps what a run has worked out for the next one, in the user's
// cache folder ($XDG_CACHE_HOME/quorumwright, or what the system has in its
// place).
//
// An entry is found by a key that covers everything that its content depends on,
// the program itself included: there is nothing to invalidate, and the folder can
// be deleted at any time. Damaged entries are none. What cannot be read or
// written is not there: a cache has no errors.
package cache

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// The bounds of the cache: of one entry, and of all of them in bytes. The entries
// that were not used for the longest time go first.
const (
	maxEntry = 16 << 20
	maxSize  = 64 << 20
)

// A Cache is a folder of entries. The nil Cache is empty and stays so.
type Cache struct{ dir, program string }

// Open returns the cache of the user; nil if there is no folder for it, such as
// where no HOME is set, or if this program cannot be told from others.
func Open() *Cache {
	base, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return nil
	}
	info, err := os.Stat(program)
	if err != nil {
		return nil
	}
	// Reading the program to take its checksum would cost more than most runs.
	build := program + "\x00" + strconv.FormatInt(info.Size(), 10) + "\x00" + strconv.FormatInt(info.ModTime().UnixNano(), 10)
	return In(filepath.Join(base, "quorumwright"), build)
}

// In returns the cache in a folder, for a program that is known by a text.
func In(dir, program string) *Cache { return &Cache{dir, program} }

// A Key finds an entry.
type Key [sha256.Size]byte

// Key returns the key of what follows from some texts.
func (c *Cache) Key(texts ...string) Key {
	h := sha256.New()
	for _, t := range append([]string{c.build()}, texts...) {
		// The length in front tells "ab", "c" from "a", "bc".
		h.Write(strconv.AppendInt(nil, int64(len(t)), 10))
		h.Write([]byte{0})
		h.Write([]byte(t))
	}
	return Key(h.Sum(nil))
}

func (c *Cache) build() string {
	if c == nil {
		return ""
	}
	return c.program
}

func (c *Cache) file(k Key) string {
	name := hex.EncodeToString(k[:])
	return filepath.Join(c.dir, name[:2], name[2:])
}

// Get returns the content of an entry; false if there is none.
func (c *Cache) Get(k Key) ([]byte, bool) {
	if c == nil {
		return nil, false
	}
	name := c.file(k)
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxEntry || info.Size() < sha256.Size {
		return nil, false
	}
	data, err := os.ReadFile(name)
	if err != nil || len(data) < sha256.Size {
		return nil, false
	}
	content := data[sha256.Size:]
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], data[:sha256.Size]) {
		return nil, false
	}
	if now := time.Now(); now.Sub(info.ModTime()) > time.Hour {
		_ = os.Chtimes(name, now, now) // it was used
	}
	return content, true
}

// Put keeps the content of an entry. Nobody but the user can read it.
func (c *Cache) Put(k Key, content []byte) {
	if c == nil || len(content) > maxEntry-sha256.Size {
		return
	}
	name := c.file(k)
	if os.MkdirAll(filepath.Dir(name), 0o700) != nil {
		return
	}
	c.trim()
	temporary := filepath.Join(c.dir, ".new-"+rand.Text())
	sum := sha256.Sum256(content)
	err := os.WriteFile(temporary, append(sum[:], content...), 0o600)
	if err == nil {
		err = os.Rename(temporary, name)
	}
	if err != nil {
		_ = os.Remove(temporary)
	}
}

// trim removes the oldest entries until there is room for another one.
func (c *Cache) trim() {
	type entry struct {
		name string
		info fs.FileInfo
	}
	var all []entry
	var size int64
	_ = filepath.WalkDir(c.dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		if info, err := e.Info(); err == nil {
			all = append(all, entry{name, info})
			size += info.Size()
		}
		return nil
	})
	if size <= maxSize {
		return
	}
	slices.SortFunc(all, func(a, b entry) int { return a.info.ModTime().Compare(b.info.ModTime()) })
	for _, e := range all {
		if size <= maxSize/2 {
			return
		}
		if os.Remove(e.name) == nil {
			size -= e.info.Size()
		}
	}
}
