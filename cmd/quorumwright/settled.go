package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/generate"
	"github.com/quorumwright/quorumwright/internal/cache"
	"github.com/quorumwright/quorumwright/internal/regular"
	"github.com/quorumwright/quorumwright/schema"
)

// openCache returns what earlier runs have kept; nothing with --no-cache.
func (g *globals) openCache() *cache.Cache {
	if g.noCache {
		return nil
	}
	return cache.Open()
}

// A settlement remembers which files the text of a spec gives, so that a run
// that has nothing to do finds that out without evaluating the spec.
type settlement struct {
	cache *cache.Cache
	key   cache.Key
	// holds says that the output folder is what the spec gives.
	holds bool
}

// settlement looks whether the output folder is what an earlier run has made of
// the same spec, for all environments or for those that are named.
func (g *globals) settlement(out string, environments []string) settlement {
	s := settlement{cache: g.openCache()}
	name, err := g.specFile()
	if err != nil || s.cache == nil {
		return settlement{}
	}
	spec, err := regular.ReadFile(name, maxSpec)
	if err != nil {
		return settlement{}
	}
	environments = slices.Compact(slices.Sorted(slices.Values(environments)))
	s.key = s.cache.Key("generate", filepath.Base(name), string(spec), strings.Join(environments, "\n"))
	var seal generate.Seal
	if text, ok := s.cache.Get(s.key); ok && seal.UnmarshalText(text) == nil {
		s.holds = seal.Holds(os.DirFS(out))
	}
	return s
}

// keep remembers the tree of a spec. Where the spec speaks of files that only a
// person can make, there is more to find out than what was generated.
func (s settlement) keep(d *schema.Deployment, tree *generate.Tree) {
	if s.cache == nil || len(generate.EncryptedFiles(d)) > 0 {
		return
	}
	if text, err := tree.Seal().MarshalText(); err == nil {
		s.cache.Put(s.key, text)
	}
}
