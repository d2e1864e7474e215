package main

import (
	"fmt"
	"strings"
	"testing"
)

// hostileFolders are folders of a stranger that are nothing but plain files: what
// costs time is not how the YAML is written, but what it says.
func hostileFolders() map[string]map[string]string {
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			if strings.Contains(format, "%") {
				fmt.Fprintf(&b, format, i)
			} else {
				b.WriteString(format)
			}
		}
		return b.String()
	}
	settings := func(redis, sentinel string) string {
		indent := func(s string) string { return strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n    ") }
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis}\ndata:\n  redis.conf: |\n    port 6379\n    " + indent(redis) +
			"\n  sentinel.conf: |\n    sentinel monitor mymaster redis-0.redis 6379 2\n    " + indent(sentinel) + "\n"
	}
	workload := func(container string) string {
		return "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: redis}\nspec:\n  serviceName: redis\n  selector: {matchLabels: {app: redis}}\n" +
			"  template:\n    metadata: {labels: {app: redis}}\n    spec:\n      containers:\n      - name: redis\n        image: redis:7.2.5\n" + container +
			"      volumes: [{name: conf, configMap: {name: redis}}]\n"
	}
	const mounted = "        command: [redis-server, /conf/redis.conf]\n        volumeMounts: [{name: conf, mountPath: /conf}]\n"
	redis := workload(mounted)
	values := func(redis string) map[string]string {
		return map[string]string{"values.yaml": "ratelimit: {type: redis}\ngateway:\n  image: {repository: graviteeio/apim-gateway, tag: 4.9.0}\n" + redis}
	}
	conf := func(redis2, sentinel string) map[string]string {
		return map[string]string{"redis.yaml": settings(redis2, sentinel) + "---\n" + redis}
	}
	set := func(spec string) map[string]string {
		return map[string]string{"set.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n" + spec +
			"  template:\n    metadata: {name: '{{a}}-{{b}}'}\n    spec: {source: {path: 'x/{{a}}', repoURL: 'https://example.com', helm: {values: 'gateway: {a: {{a}}}'}}}\n"}
	}
	list := func(name string, n int) string {
		return "{list: {elements: [" + repeat(n, "{"+name+": x%d},") + "]}}"
	}
	return map[string]map[string]string{
		// Configuration of Redis.
		"a long line of configuration": conf("requirepass "+strings.Repeat("x", 800_000), ""),
		"many directives":              conf(repeat(10_000, "maxmemory %dmb\n"), ""),
		"many unknown directives":      conf(repeat(2_000, "maxmemoryy%d 1\n"), ""),
		"many users":                   conf(repeat(4_000, "user u%d on >p ~* +@all\n"), ""),
		"many renamed commands":        conf(repeat(2_000, "rename-command C%d \"\"\n"), ""),
		"many words on a line":         conf("bind "+repeat(20_000, "10.0.0.%d "), ""),
		"many masters":                 conf("", repeat(20_000, "sentinel monitor m%d redis-0 6379 2\n")),
		"many settings of one master":  conf("", repeat(20_000, "sentinel down-after-milliseconds mymaster %d\n")),
		"many open quotes":             conf(repeat(20_000, "requirepass \"x%d\n"), repeat(20_000, "sentinel auth-pass mymaster 'x%d\n")),
		"many words":                   conf("save "+repeat(20_000, "1 2 "), ""),
		"escapes in configuration":     conf(`requirepass "`+strings.Repeat(`\x00\n\"`, 80_000)+`"`, ""),
		"an include of itself":         conf(strings.Repeat("include /conf/redis.conf\n", 2_000), ""),
		"includes from outside":        conf("include /etc/passwd\ninclude ../../../../etc/passwd\ninclude /conf/*\ninclude /proc/self/environ\nloadmodule /tmp/evil.so\naclfile /etc/shadow", ""),
		"numbers beyond all bounds":    conf("maxmemory 99999999999999999999999999gb\nport 99999999999999999999\nhz -99999999999999999999\nrepl-backlog-size 1e999", "sentinel monitor m h 99999999999999999999 99999999999999999999"),
		"a script that is long":        {"redis.yaml": workload("        command: [sh, -c, \"" + repeat(20_000, "if a; then echo $((%d+1)); fi; ") + "\"]\n")},
		"a script that is deep":        {"redis.yaml": workload("        command: [sh, -c, '" + strings.Repeat("$(", 50_000) + "']\n")},
		"a script of quotes":           {"redis.yaml": workload("        command: [sh, -c, '" + strings.Repeat(`"`+"`$((", 60_000) + "']\n")},
		"a script of variables":        {"redis.yaml": workload("        command: [sh, -c, '" + repeat(2_000, "a%d=$a$a; ") + "redis-server --port ${a:-${b:-${c:-$a}}}']\n")},
		"variables that double": {"redis.yaml": workload("        command: [redis-server, $(V40)]\n        env:\n        - {name: V0, value: xxxxxxxx}\n" + func() string {
			var b strings.Builder
			for i := 1; i <= 40; i++ {
				fmt.Fprintf(&b, "        - {name: V%d, value: $(V%d)$(V%d)}\n", i, i-1, i-1)
			}
			return b.String()
		}())},
		"a script whose variables double": {"redis.yaml": workload("        command: [sh, -c, '" + "v0=xxxxxxxx; " + func() string {
			var b strings.Builder
			for i := 1; i <= 40; i++ {
				fmt.Fprintf(&b, "v%d=$v%d$v%d; ", i, i-1, i-1)
			}
			return b.String()
		}() + "redis-server --requirepass $v40']\n")},
		"many containers":         {"redis.yaml": strings.Replace(workload(mounted), "      volumes:", repeat(8_000, "      - {name: c%d, image: redis, args: [redis-server]}\n")+"      volumes:", 1)},
		"many variables":          {"redis.yaml": workload(mounted + "        env: [" + repeat(15_000, "{name: V%d, value: x},") + "]\n")},
		"many ports":              {"redis.yaml": workload(mounted + "        ports: [" + repeat(15_000, "{containerPort: %d},") + "]\n")},
		"many volumes":            {"redis.yaml": workload("        command: [redis-server, /conf/redis.conf]\n        volumeMounts: [" + repeat(8_000, "{name: conf, mountPath: /c%d},") + "]\n")},
		"many services":           {"redis.yaml": redis + "---\n" + repeat(450, "apiVersion: v1\nkind: Service\nmetadata: {name: s%d}\nspec: {selector: {app: redis}, ports: [{port: 6379}]}\n---\n")},
		"many redis":              {"redis.yaml": strings.Join(strings.Split(repeat(240, strings.ReplaceAll(strings.Replace(redis, "name: redis}", "name: redis-%d}", 1), "\n%", "\n")+"---\n"), "\x00"), "")},
		"names of all directions": {"redis.yaml": strings.ReplaceAll(redis, "redis", "\"re\u202edis\u2066\u0000\"")},

		// Values of the gateway.
		"many nodes":             values("  ratelimit: {redis: {sentinel: {master: m, nodes: [" + repeat(12_000, "{host: h%d, port: 26379},") + "]}}}\n"),
		"many plugins":           values("  additionalPlugins: [" + repeat(3_000, "'https://example.com/p%d-1.0.0.zip',") + "]\n"),
		"many keys of secrets":   values("  x: {" + repeat(300, "p%dpassword: x,") + "}\n"),
		"many keys of the chart": values("  ratelimit: {redis: {" + repeat(1_000, "key%d: x,") + "}}\n"),
		"many near keys":         values("  ratelimit: {redis: {" + repeat(1_000, "passwor%d: x,") + "}}\n"),
		"a deep value":           values("  a: " + strings.Repeat("{a: ", 90) + "1" + strings.Repeat("}", 90) + "\n"),
		"variables of settings":  values("  env: [" + repeat(12_000, "{name: gravitee_ratelimit_redis_sentinel_nodes_%d_host, value: x},") + "]\n"),
		"a far index":            values("  env: [{name: gravitee_ratelimit_redis_sentinel_nodes_999999999_host, value: x}, {name: 'gravitee_ratelimit_redis_sentinel_nodes[99999999999999999999]_host', value: x}]\n"),
		"a template of Spring":   values("  ratelimit: {redis: {password: '" + strings.Repeat("${", 40_000) + strings.Repeat("}", 40_000) + "', host: '${a:${b:${a:${b:x}}}}'}}\n"),
		"a long URL":             values("  ratelimit: {redis: {host: 'redis://" + strings.Repeat("a:b@", 100_000) + "h:1/0'}}\n"),
		"many values files": func() map[string]string {
			files := values("")
			for i := range 300 {
				files[fmt.Sprintf("v%d/values.yaml", i)] = files["values.yaml"]
			}
			return files
		}(),

		// What is multiplied.
		"a matrix":               set("  generators: [{matrix: {generators: [" + list("a", 10_000) + ", " + list("b", 10_000) + "]}}]\n"),
		"a matrix of matrices":   set("  generators: [{matrix: {generators: [{matrix: {generators: [" + list("a", 150) + ", " + list("b", 150) + "]}}, {matrix: {generators: [" + list("c", 150) + ", " + list("d", 150) + "]}}]}}]\n"),
		"many generators":        set("  generators: [" + repeat(2_000, list("a", 3)+",") + "]\n"),
		"a merge":                set("  generators: [{merge: {mergeKeys: [a], generators: [" + list("a", 8_000) + ", " + list("a", 8_000) + "]}}]\n"),
		"folders of an operator": set("  generators: [{git: {repoURL: 'https://example.com', revision: HEAD, directories: [{path: '" + strings.Repeat("*/", 200) + "**'}, {path: '" + strings.Repeat("[a-z]*", 2_000) + "'}]}}]\n"),
		"a Go template":          set("  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n  generators: [" + list("a", 500) + "]\n  templatePatch: '" + strings.Repeat("{{range .}}", 5_000) + "'\n"),
		"a long template":        set("  generators: [{list: {elements: [{a: '" + strings.Repeat("{{a}}", 20_000) + "', b: '" + strings.Repeat("{{b}}", 20_000) + "'}]}}]\n"),

		// What SOPS and others leave in a file, and the configuration of this program.
		"a secret of many recipients": {"s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: 'ENC[AES256_GCM,data:" + strings.Repeat("A", 400_000) + ",iv:x,tag:y,type:str]'}\nsops: {mac: x, age: [" + repeat(10_000, "{recipient: age%d, enc: x},") + "]}\n"},
		"rules of SOPS":               {".sops.yaml": "creation_rules:\n" + repeat(200, "- {path_regex: '((a*)*)*b%d', encrypted_regex: '(a{0,500}){0,2}'}\n"), "s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b}\n"},
		"patterns of exclusion":       {".quorumwright.yaml": "exclude: ['" + strings.Repeat("*a", 200) + "', '" + strings.Repeat("**/", 500) + "b']\n", strings.Repeat("a", 200) + ".yaml": "a: b\n"},
		"many ignored rules":          {".quorumwright.yaml": "ignore: [" + repeat(10_000, "'secret/*',") + "]\n", "a.yaml": "a: b\n"},
		"many suppressions":           {"redis.yaml": repeat(20_000, "# quorumwright:ignore secret/plaintext -- %d\n") + redis},
		"many bad suppressions":       {"redis.yaml": repeat(20_000, "# quorumwright: disable=%d\n") + redis},
		"many files": func() map[string]string {
			files := map[string]string{}
			for i := range 4_000 {
				files[fmt.Sprintf("d%d/%d.yaml", i%40, i)] = "a: b\n"
			}
			return files
		}(),
	}
}

// TestHostileFolders gives each folder to every command that reads one. What is
// asserted is that the program comes to an orderly end, and that a bound that was
// hit is a finding; a fatal error of the runtime would end the test.
func TestHostileFolders(t *testing.T) {
	cases := hostileFolders()
	if len(cases) < 50 {
		t.Errorf("only %d cases", len(cases))
	}
	for name, files := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeFiles(t, dir, files)
			r := inside(t, dir, "lint", "--no-cache", "--output", "text")
			r.orderly(t)
			if r.code == exitFailed && !strings.Contains(r.stdout, "[yaml/limits]") && !strings.HasPrefix(r.stderr, "quorumwright: .quorumwright.yaml:") {
				t.Errorf("something was not read, and no finding says so: %s", clipped(r.all()))
			}
			for _, args := range [][]string{{"import", ".", "-o", "-"}, {"prove", "--manifests", ".", "--redis-server", "./none"}} {
				inside(t, dir, args...).orderly(t)
			}
		})
	}
}
