package main

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// repeated repeats a text, with the number of each in place of every #.
func repeated(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "#", strconv.Itoa(i)))
	}
	return b.String()
}

// manyOf are files below 1 MiB that hold very many of one thing, each with the
// bound that linting them hits, "" for none. What compares things with each other
// would take minutes for most.
func manyOf() map[string]struct{ text, limit string } {
	type file = struct{ text, limit string }
	conf := func(redis, sentinel string) string {
		indent := func(text string) string { return strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") }
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis}\ndata:\n  redis.conf: |\n    port 6379\n    " + indent(redis) +
			"\n  sentinel.conf: |\n    sentinel resolve-hostnames yes\n    " + indent(sentinel) + "\n---\n"
	}
	workload := func(name, container, more string) string {
		return "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: " + name + "}\nspec:\n  serviceName: redis\n  selector: {matchLabels: {app: redis}}\n" +
			"  template:\n    metadata: {labels: {app: redis}}\n    spec:\n      volumes: [{name: conf, configMap: {name: redis}}]\n" +
			"      containers:\n      - {name: redis, image: 'redis:7.2.5', " + container + "}\n" + more + "---\n"
	}
	const mounted = ", volumeMounts: [{name: conf, mountPath: /conf}]"
	redis := workload("redis", "command: [redis-server, /conf/redis.conf]"+mounted, "")
	sentinel := workload("sentinel", "command: [redis-sentinel, /conf/sentinel.conf]"+mounted, "")
	script := func(text string) string { return workload("redis", "command: [sh, -c, '"+text+"']", "") }
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: redis}\nspec: {clusterIP: None, selector: {app: redis}, ports: [{port: 6379}]}\n---\n"
	values := func(text string) string {
		return "ratelimit: {type: redis}\ngateway:\n  image: {repository: graviteeio/apim-gateway, tag: 4.9.0}\n  " + text + "\n"
	}
	application := func(parameters string) string {
		return "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  destination: {namespace: n}\n" +
			"  source: {chart: apim, repoURL: 'https://helm.gravitee.io', targetRevision: 4.9.0, helm: {parameters: [" + parameters + "]}}\n"
	}
	return map[string]file{
		"directives":             {conf(repeated(20_000, "maxmemory-x# 1\n"), "") + redis, "a server reads at most 10000 directives"},
		"unknown directives":     {conf(repeated(9_000, "maxmemoryy# 1\n"), "") + redis, ""},
		"users":                  {conf(repeated(9_000, "user u# on >secret# ~* +@all\n"), "") + redis, ""},
		"includes of itself":     {conf(repeated(9_000, "include /conf/redis.conf\n"), "") + redis, "a server reads at most 64 files, 8 deep in each other, with at most 10000 directives"},
		"options":                {workload("redis", "command: [redis-server"+repeated(12_000, ", --foo#, x")+"]", ""), "a server reads at most 10000 directives"},
		"masters":                {conf("", repeated(20_000, "sentinel monitor m# redis-0 6379 2\n")) + redis + sentinel, "a Sentinel watches at most 1000 masters"},
		"masters with passwords": {service + conf("", repeated(900, "sentinel monitor m# redis-0.redis 6379 2\nsentinel auth-pass m# secret#\nsentinel down-after-milliseconds m# 100\n")) + redis + sentinel, ""},
		"passwords of nobody":    {conf("", repeated(9_000, "sentinel auth-pass m# p#\n")) + redis + sentinel, "more than 1000 sides that know its password"},
		"times of nobody":        {conf("", "sentinel monitor mymaster redis-0 6379 2\n"+repeated(9_000, "sentinel down-after-milliseconds m# 1\n")) + redis + sentinel, ""},
		"Sentinels that watch many": {service + conf("", repeated(900, "sentinel monitor m# redis-0.redis 6379 2\n")) + redis +
			workload("sentinel", "command: [redis-sentinel, /conf/sentinel.conf]"+mounted, repeated(100, "      - {name: c#, image: redis, command: [redis-sentinel, /conf/sentinel.conf]"+mounted+"}\n")),
			"all servers together read more than 60000 directives"},
		"Redis that many masters are": {service + conf("", repeated(900, "sentinel monitor m# redis-0.redis 6379 2\n")) + sentinel +
			workload("redis", "command: [redis-server]", repeated(1_200, "      - {name: c#, image: redis, args: [redis-server, --requirepass, p#]}\n")), "the limit for one group"},
		"servers":                 {workload("redis", "command: [redis-server]", repeated(4_000, "      - {name: c#, image: redis, args: [redis-server]}\n")), "more than 2000 servers"},
		"branches":                {script(repeated(600, "if a; then redis-server --port #; fi; ")), "starts a server in more than 64 places"},
		"commands":                {script("redis-server /conf/a; " + repeated(9_000, "echo # >> /conf/a; ")), "this script has more than 2000 commands"},
		"copies of copies":        {script(repeated(1_900, "cp /conf/a /conf/a; ") + "redis-server /conf/a"), "takes more than 4000000 steps"},
		"variables in each other": {script(`a="` + repeated(9_000, "$b") + `"; b="` + repeated(9_000, "$c") + `"; c="` + repeated(9_000, "$d") + `"; d=x; redis-server --port x$a`), ""},
		"mounts of many keys": {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis}\ndata:\n" + repeated(5_000, "  k#.conf: port 1\n") + "---\n" +
			workload("redis", "command: [redis-server], volumeMounts: ["+repeated(8_000, "{name: conf, mountPath: /c#},")+"]", ""), "takes more than 4000000 steps"},
		"variables":             {workload("redis", "command: [redis-server"+repeated(8_000, ", $(V#)")+"], env: ["+repeated(6_000, "{name: V#, value: x},")+"]", ""), ""},
		"passwords in a line":   {workload("redis", "command: [redis-server], env: ["+repeated(9_000, "{name: P#_PASSWORD, value: x#},")+"]", ""), ""},
		"references":            {workload("redis", "command: [redis-server], env: ["+repeated(3_500, "{name: V#, valueFrom: {secretKeyRef: {name: s, key: k#}}},")+"]", ""), ""},
		"keys of the chart":     {values("ratelimit: {redis: {" + repeated(15_000, "key#: x,") + "}}"), ""},
		"brackets of the chart": {values("x: {" + repeated(15_000, "p#: <x#>,") + "}"), ""},
		"plugins":               {values("additionalPlugins: [" + repeated(9_000, "'https://e.com/gravitee-policy-ratelimit-1.0.#.zip',") + "]"), ""},
		"nodes in variables":    {values("env: [" + repeated(6_000, "{name: gravitee_ratelimit_redis_sentinel_nodes_#_host, value: x},") + "]"), "more than 100 Sentinels are given in variables"},
		"parameters":            {application(repeated(8_000, "{name: gateway.x#, value: y},")), ""},
		"deep parameters":       {application(repeated(3_000, "{name: '"+strings.Repeat("a.", 90)+"x#', value: y},")), ""},
		"sources of values": {"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  chart: {spec: {chart: apim, version: 4.9.0, sourceRef: {kind: HelmRepository, name: g}}}\n" +
			"  valuesFrom: [" + repeated(5_000, "{kind: ConfigMap, name: v},") + "]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: v}\ndata:\n  values.yaml: |\n" + repeated(3_000, "    a#: 1\n"), "more than 50 sources of values"},
		"suppressions": {conf(repeated(4_500, "# quorumwright:ignore redis/unknown-directive -- x\nfoo# 1\n"), "") + redis, ""},
	}
}

// TestManyOf lints each. It ends a process that is busy for minutes: those that
// take time in proportion to their size end within a second of a quiet machine.
func TestManyOf(t *testing.T) {
	for name, file := range manyOf() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			name := "a.yaml"
			if strings.HasPrefix(file.text, "ratelimit:") {
				name = "values.yaml"
			}
			writeFiles(t, dir, map[string]string{name: file.text})
			if len(file.text) > 1<<20 {
				t.Fatalf("%d bytes are too many to be read", len(file.text))
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			program := command(t, dir, "lint", "--no-cache", "--output", "concise")
			cmd := exec.CommandContext(ctx, program.Path)
			cmd.Args, cmd.Dir, cmd.Env = program.Args, program.Dir, program.Env
			r := finish(t, cmd)
			r.orderly(t)
			var limits []string
			for line := range strings.Lines(r.stdout) {
				if strings.Contains(line, "[yaml/limits]") {
					limits = append(limits, line)
				}
			}
			switch {
			case file.limit == "" && len(limits) > 0:
				t.Errorf("a limit was hit: %s", limits[0])
			case file.limit != "" && !strings.Contains(strings.Join(limits, ""), file.limit):
				t.Errorf("no finding says %q: exit %d, %s%s", file.limit, r.code, clipped(strings.Join(limits, "")), r.stderr)
			case file.limit != "" && r.code != exitFailed:
				t.Errorf("exit %d", r.code)
			}
		})
	}
}
