package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var gitopsOrder = &lint.Rule{
	ID:       "gitops/order",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "the gateway is not deployed after the Redis that it needs",
		Why: `Flux and Argo CD apply what has no order at once. The gateway then starts while no Sentinel knows a master, logs errors, and lets requests pass without counting them until it connects; if its timeout is shorter than the start of Redis, a Helm upgrade with wait fails and is rolled back.

Within one Application of Argo CD waves order the objects; between Applications they do if a parent Application makes them.`,
		Fix:  "Flux: name the release of Redis in dependsOn of the gateway's. Argo CD: give the gateway a later argocd.argoproj.io/sync-wave.",
		Refs: []string{"https://fluxcd.io/flux/components/helm/helmreleases/#dependencies", "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/"},
	},
	Check: func(p *lint.Pass) {
		for _, c := range p.Facts.Clients {
			if c.Object == nil || c.Values == nil {
				continue
			}
			for _, v := range p.Env().Values {
				if v.Object == nil || v.Object == c.Object || v.Object.Kind != c.Object.Kind || !isRedisChart(v.Chart.Name) {
					continue // not Redis, or deployed in another way
				}
				switch c.Object.Kind {
				case "HelmRelease":
					fluxOrder(p, c, v.Object)
				case "Application":
					argoOrder(p, c, v.Object)
				}
			}
		}
	},
}

// fluxOrder looks for the release of Redis in dependsOn, also through others.
func fluxOrder(p *lint.Pass, c *lint.Client, redis *repo.Object) {
	if dependsOn(p.Env(), c.Object, redis, 8) {
		return
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("HelmRelease %s does not wait for HelmRelease %s, which runs its Redis", c.Object.Name, redis.Name),
		Help:    fmt.Sprintf("add dependsOn: [{name: %s}] to its spec", dependency(c.Object, redis)),
		Places: []lint.Place{
			lint.AtKey(c.Object, c.Object.Value.Get("spec"), ""),
			lint.At(redis, redis.Value.Get("metadata", "name"), "the release of Redis"),
		},
	})
}

func dependency(from, to *repo.Object) string {
	if from.Namespace != to.Namespace && to.Namespace != "" {
		return to.Name + ", namespace: " + to.Namespace
	}
	return to.Name
}

func dependsOn(env *repo.Environment, from, to *repo.Object, depth int) bool {
	for d := range from.Value.Get("spec", "dependsOn").Elements() {
		name := d.Get("name").Text()
		if name == to.Name {
			return true
		}
		for _, o := range env.Objects {
			if depth > 0 && o.Kind == from.Kind && o.Name == name && dependsOn(env, o, to, depth-1) {
				return true
			}
		}
	}
	return false
}

// argoOrder compares the waves of two Applications.
func argoOrder(p *lint.Pass, c *lint.Client, redis *repo.Object) {
	gateway, at := wave(c.Object)
	other, otherAt := wave(redis)
	if gateway > other || !strings.HasPrefix(c.Object.APIVersion, "argoproj.io/") {
		return
	}
	if !at.Exists() {
		at = c.Object.Value.Get("metadata", "name")
	}
	if !otherAt.Exists() {
		otherAt = redis.Value.Get("metadata", "name")
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("Application %s is in sync wave %d, and Application %s, which runs its Redis, in wave %d", c.Object.Name, gateway, redis.Name, other),
		Help:    fmt.Sprintf("give it the annotation argocd.argoproj.io/sync-wave: %q", strconv.Itoa(other+1)),
		Places:  []lint.Place{lint.At(c.Object, at, ""), lint.At(redis, otherAt, "the Application of Redis")},
	})
}

// wave returns the sync wave of an object; 0 if it has none.
func wave(o *repo.Object) (int, repo.Value) {
	v := o.Value.Get("metadata", "annotations", "argocd.argoproj.io/sync-wave")
	n, _ := v.Int()
	return n, v
}

// isRedisChart tells the charts that deploy Redis.
func isRedisChart(name string) bool { return name == "redis" || name == "valkey" || name == "redis-ha" }
