package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var imageDrift = &lint.Rule{
	ID:       "image/drift",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "Redis and its Sentinels run different versions",
		Why: `One configuration is read by several versions: a directive that one knows ends the other at start, and defaults differ. After a failover a replica of an older version cannot load what a newer master sends. Mostly one of the images was updated and the others were forgotten.

A floating tag takes part as far as it goes: 7 and 6.2.14 differ, 7 and 7.2.5 need not; image/floating-tag speaks of it.`,
		Fix:  "Give all of them the same image, in one place: an images: entry of the kustomization.",
		Refs: []string{refImages, refReplication},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			if len(g.Redis) > 0 && len(g.Sentinels) > 0 {
				checkDrift(p, g)
			}
			for _, r := range g.Released {
				checkReleaseDrift(p, r)
			}
		}
	},
}

// checkReleaseDrift compares the images that the values of a chart give Redis and
// Sentinel; of one that they do not give the chart's own is not known.
func checkReleaseDrift(p *lint.Pass, r *lint.Release) {
	if r.Sentinel == nil {
		return
	}
	redis, sentinel := r.Redis.Container.Image, r.Sentinel.Container.Image
	if redis.Ref.Span() == sentinel.Ref.Span() {
		return
	}
	a, one := releaseOf(redis)
	b, two := releaseOf(sentinel)
	if !one || !two || a.compare(b) != lint.Differs {
		return
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("Sentinel runs %s, and Redis of the same chart runs %s", b, a),
		Places: []lint.Place{
			lint.At(r.Values.Object, sentinel.Ref, ""),
			lint.At(r.Values.Object, redis.Ref, "runs "+a.String()),
		},
		Help: "give both the same release: the chart runs them in one pod",
	})
}

// A running is a container of a group whose image tells a release.
type running struct {
	// server is nil for the other containers of its pods, which only show what
	// the images of the group usually are.
	server    *lint.Server
	container *lint.Container
	release   release
}

func checkDrift(p *lint.Pass, g *lint.Group) {
	var all []running
	var known lint.Distinct[repo.Span]
	add := func(s *lint.Server, c *lint.Container) {
		r, ok := releaseOf(c.Image)
		if ok && known.Add(c.Image.Ref.Span()) {
			all = append(all, running{s, c, r})
		}
	}
	servers := slices.Concat(g.Redis, g.Sentinels)
	for _, s := range servers {
		add(s, s.Container)
	}
	for _, w := range workloadsOf(servers) {
		for _, c := range w.Containers {
			if redisconf.ImageVersion(c.Image.Repository, c.Image.Tag).Flavor != redisconf.UnknownFlavor {
				add(nil, c)
			}
		}
	}
	if len(all) > maxHolders {
		p.Facts.Stop(all[maxHolders].container.At(all[maxHolders].container.Image.Ref, ""), "split the environment", "one Redis runs in more than %d containers, the limit; from here on their images were not compared", maxHolders)
		all = all[:maxHolders]
	}
	usual, odd := lint.Odd(all, func(a, b running) lint.Match { return a.release.compare(b.release) })
	i := slices.IndexFunc(usual, func(r running) bool { return r.server != nil })
	var wrong []running
	for _, side := range odd {
		for _, r := range side {
			if r.server != nil {
				wrong = append(wrong, r)
			}
		}
	}
	if i < 0 || len(wrong) == 0 || !bothKinds(append(wrong, usual...)) {
		return
	}
	right := usual[i]
	first := wrong[0]
	f := lint.Finding{
		Message: fmt.Sprintf("%s of %s runs %s, and %s of %s runs %s", serverWord(first.server), first.server.Name(), first.release,
			serverWord(right.server), right.server.Name(), right.release),
		Help: "write " + right.container.Image.Ref.Text(),
	}
	for _, r := range append(wrong, usual...) {
		f.Places = addPlace(f.Places, r.container.At(r.container.Image.Ref, "runs "+r.release.String()))
	}
	f.Places[0].Label = ""
	f.Fixes = replace(lint.Arg{Place: f.Places[0]}, right.container.Image.Ref.Text(), f.Help, false)
	p.Report(f)
}

// workloadsOf returns the workloads of servers.
func workloadsOf(servers []*lint.Server) []*lint.Workload {
	var all lint.Distinct[*lint.Workload]
	for _, s := range servers {
		all.Add(s.Container.Workload)
	}
	return all.All()
}

// bothKinds tells whether there are Redis servers and Sentinels.
func bothKinds(all []running) bool {
	is := func(sentinel bool) bool {
		return slices.ContainsFunc(all, func(r running) bool { return r.server != nil && r.server.Sentinel == sentinel })
	}
	return is(false) && is(true)
}

// A release is what an image says about the program in it.
type release struct {
	flavor     redisconf.Flavor
	repository string // where the flavor is not known
	version    string // 7.2.5, without variant
}

// leadingVersion is the version at the start of a tag, 7.2.5 of 7.2.5-alpine, "" if
// there is none. A v before it is none of it.
func leadingVersion(tag string) string {
	text := strings.TrimPrefix(tag, "v")
	end := 0
	for i := 0; i < len(text) && ('0' <= text[i] && text[i] <= '9' || text[i] == '.' && end == i && end > 0); i++ {
		if text[i] != '.' {
			end = i + 1
		}
	}
	return text[:end]
}

// releaseOf reads a release from an image; a floating tag tells none, but for its
// major version.
func releaseOf(image lint.Image) (release, bool) {
	version := leadingVersion(image.Tag)
	if v := redisconf.ImageVersion(image.Repository, image.Tag); isFloating(image.Tag) && v.Major == 0 {
		return release{}, false
	}
	if version == "" || lint.IsReference(image.Repository) || lint.IsReference(image.Tag) {
		return release{}, false
	}
	r := release{flavor: redisconf.ImageVersion(image.Repository, image.Tag).Flavor, version: version}
	if r.flavor == redisconf.UnknownFlavor {
		r.repository, r.version = image.Repository, image.Tag
	}
	return r, true
}

func (r release) String() string {
	switch r.flavor {
	case redisconf.Valkey:
		return "Valkey " + r.version
	case redisconf.Redis:
		return "Redis " + r.version
	}
	return r.repository + ":" + r.version
}

// compare tells whether two images hold the same program. 7.2 may be 7.2.5.
func (r release) compare(o release) lint.Match {
	switch {
	case r.repository != o.repository:
		return lint.Unknown
	case r.flavor != o.flavor:
		return lint.Differs
	case r.version == o.version:
		return lint.Same
	case strings.HasPrefix(r.version, o.version+".") || strings.HasPrefix(o.version, r.version+"."):
		return lint.Unknown
	}
	return lint.Differs
}

var imageFloatingTag = &lint.Rule{
	ID:       "image/floating-tag",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "an image without a fixed version",
		Why:   `latest, a missing tag or a bare major version mean another image from one day to the next. Pods of one StatefulSet then run different versions, depending on when each was last started, and a restart is an update that nobody decided on.`,
		Fix:   "Name a release, best with its digest.",
		Refs:  []string{refImages},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, s := range p.Facts.Servers() {
			if mayFloat(s.Container.Image) {
				floatingTag(p, seen, s.Container.At(s.Container.Image.Ref, ""), serverWord(s), s.Container.Image)
			}
		}
		for _, w := range workloadsOf(p.Facts.Servers()) {
			for _, c := range w.Containers {
				if mayFloat(c.Image) {
					floatingTag(p, seen, c.At(c.Image.Ref, ""), "container "+c.Name, c.Image)
				}
			}
		}
		for _, c := range p.Facts.Clients {
			if c.Image.Tag != "" && mayFloat(c.Image) { // without one the chart takes its own
				floatingTag(p, seen, lint.At(c.Object, c.Image.Ref, ""), c.Name, c.Image)
			}
		}
	},
}

// mayFloat tells whether a tag, or none, says that the image has no fixed version.
func mayFloat(image lint.Image) bool { return image.Tag == "" || isFloating(image.Tag) }

func floatingTag(p *lint.Pass, seen spanSet, at lint.Place, who string, image lint.Image) {
	if text := image.Ref.Text(); strings.ContainsAny(text, " \t") {
		return // image/invalid
	}
	if !at.IsValid() || !seen.add(at) || image.Digest != "" || lint.IsReference(image.Tag) || lint.IsReference(image.Repository) {
		return
	}
	switch {
	case image.Tag == "":
		p.ReportAt(at, "name a release", "%s runs an image without a tag, which means latest", who)
	case isFloating(image.Tag):
		p.ReportAt(at, "name a release", "%s runs the floating tag %s: it is another image from one day to the next", who, image.Tag)
	}
}

// isFloating tells whether a tag moves: latest and its like, or a major version
// with no more than a variant.
func isFloating(tag string) bool {
	word, _, _ := strings.Cut(tag, "-")
	switch word {
	case "latest", "stable", "master", "main", "edge", "nightly", "alpine", "bookworm":
		return true
	}
	version := leadingVersion(word)
	return version != "" && version == strings.TrimPrefix(word, "v") && !strings.Contains(word, ".")
}
