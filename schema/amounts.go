package schema

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// amounts notes quantities that contradict each other: Kubernetes refuses a
// request above its limit, and kills a Redis that may grow beyond its memory
// limit.
func (c *checker) amounts(full *node, env *environment) {
	for _, path := range []string{"redis.resources", "sentinel.resources", "gateway.resources"} {
		for _, what := range []string{"cpu", "memory"} {
			request, limit := path+".requests."+what, path+".limits."+what
			r, ok := quantity(full.find(request))
			l, ok2 := quantity(full.find(limit))
			if ok && ok2 && r > l {
				c.contradiction(full, env, request, limit,
					fmt.Sprintf("%s %s is more than the limit %s", request, full.find(request).text, full.find(limit).text),
					"write "+full.find(limit).text+" or less, or raise "+limit)
			}
		}
	}
	const memory, limit = "redis.config.maxmemory", "redis.resources.limits.memory"
	if n := full.find(memory); n != nil && !n.broken && len(n.items) == 1 {
		m, ok := redisBytes(n.items[0].text)
		l, ok2 := quantity(full.find(limit))
		if ok && ok2 && m >= l {
			c.contradiction(full, env, memory, limit,
				fmt.Sprintf("%s %s leaves no room below %s %s: a full Redis would be killed", memory, n.items[0].text, limit, full.find(limit).text),
				"leave a quarter for replication and overhead: lower maxmemory, or raise "+limit)
		}
	}
}

func (c *checker) contradiction(full *node, env *environment, path, other, message, help string) {
	at, where := c.blame(full, env, false, path, other)
	e := &Error{
		File: c.file, Line: at.line, Column: at.col, EndLine: at.endLine, EndColumn: at.endCol,
		Path: where, Kind: KindConflict, Message: message, Help: help,
	}
	for _, p := range []string{path, other} {
		n := full.find(p)
		switch {
		case n.at.known() && n.at != at:
			e.Related = append(e.Related, c.related(n.at, short(n.path)+" is written here"))
		case strings.HasPrefix(n.layer, "preset "):
			e.Help += fmt.Sprintf(" (the %s sets %s; environments.%s.spec can set another)", n.layer, p, env.name)
		}
	}
	c.note(env, e)
}

// quantity is a Kubernetes quantity in cores or bytes.
func quantity(n *node) (float64, bool) {
	if n == nil || n.broken {
		return 0, false
	}
	m := quantityForm().FindStringSubmatch(n.text)
	if m == nil {
		return 0, false
	}
	f, err := strconv.ParseFloat(m[1], 64)
	return f * unit[m[2]], err == nil
}

var quantityForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(m|[kMGT]|[KMGT]i)?$`)
})

var unit = map[string]float64{
	"": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
	"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40,
}

// redisBytes is an amount of memory as redis.conf writes it: 1k is 1000 bytes
// and 1kb is 1024, in any case (memtoll in util.c). Percentages and 0, which
// is no limit, are not amounts.
func redisBytes(s string) (float64, bool) {
	m := redisForm().FindStringSubmatch(strings.ToLower(s))
	if m == nil {
		return 0, false
	}
	f, err := strconv.ParseFloat(m[1], 64)
	f *= map[string]float64{"": 1, "b": 1, "k": 1e3, "m": 1e6, "g": 1e9, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}[m[2]]
	return f, err == nil && f > 0 && !math.IsInf(f, 0)
}

var redisForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]+)(b|[kmg]b?)?$`) })
