package apim

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPluginInfo(t *testing.T) {
	for _, test := range []struct{ apim, artifact, pinned, bundling string }{
		{"4.6.0", "gravitee-policy-jwt", "6.0.0", "bundled"},
		{"4.9.0", "gravitee-policy-jwt", "6.2.0", "bundled"},
		{"4.9.7", "gravitee-policy-jwt", "6.2.0", "bundled"},
		{"4.9.8", "gravitee-policy-jwt", "7.0.0", "bundled"},
		{"4.9.32", "gravitee-policy-jwt", "7.0.4", "bundled"},
		{"4.9.99", "gravitee-policy-jwt", "7.0.4", "bundled"},
		{"4.12.17", "gravitee-policy-jwt", "8.1.0", "bundled"},
		{"4.9.0", "gravitee-policy-ratelimit", "4.1.1", "bundled"},
		{"4.9.0", "gravitee-policy-transformheaders", "5.0.2", "bundled"},
		{"4.9.0", "gravitee-resource-cache-redis", "4.0.1", "to be downloaded"},
		{"4.6.0", "gravitee-policy-circuit-breaker", "1.1.5", "to be downloaded"},
		{"4.9.0", "gravitee-policy-circuit-breaker", "2.0.0", "to be downloaded"},
		{"4.9.0", "gravitee-fetcher-git", "2.1.2", "for the Management API only"},
		{"4.9.0", "gravitee-apim-repository-redis", "4.9.0", "bundled"},
		{"4.11.0", "gravitee-reporter-file", "", "not known"},
		{"4.11.0", "gravitee-apim-reporter-file", "4.11.0", "bundled"},
		{"4.9.32", "gravitee-node-cluster-plugin-hazelcast", "7.27.0", "to be downloaded"},
	} {
		plugin, ok := PluginInfo(version(t, test.apim), test.artifact)
		pinned := ""
		if !plugin.Pinned.IsZero() {
			pinned = plugin.Pinned.String()
		}
		if !ok || pinned != test.pinned || plugin.Bundling.String() != test.bundling {
			t.Errorf("APIM %s, %s: %s, %s; want %s, %s", test.apim, test.artifact, pinned, plugin.Bundling, test.pinned, test.bundling)
		}
	}
	if _, ok := PluginInfo(version(t, "4.9.0"), "gravitee-policy-nonsense"); ok {
		t.Error("an unknown plugin is known")
	}
}

func TestJudgePlugin(t *testing.T) {
	names := [...]string{"unknown", "downgrade", "redundant", "incompatible", "not for the gateway"}
	for _, test := range []struct{ apim, file, want string }{
		// The nine of the vendor's guide.
		{"4.9.0", "gravitee-policy-apikey-5.1.0", "redundant 5.1.0"},
		{"4.9.0", "gravitee-policy-jwt-6.2.0", "redundant 6.2.0"},
		{"4.9.0", "gravitee-policy-oauth2-4.0.1", "redundant 4.0.1"},
		{"4.9.0", "gravitee-policy-ratelimit-3.0.0", "downgrade 4.1.1, incompatible 4.1.1"},
		{"4.9.0", "gravitee-policy-transformheaders-4.1.2", "downgrade 5.0.2, incompatible 5.0.2"},
		{"4.9.0", "gravitee-connector-http-5.0.5", "redundant 5.0.5"},
		{"4.9.0", "gravitee-policy-aws-lambda-3.0.0", ""},
		{"4.9.0", "gravitee-resource-cache-redis-4.0.1", ""},
		{"4.9.0", "gravitee-policy-circuit-breaker-1.1.5", "incompatible 2.0.0"},

		{"4.9.32", "gravitee-policy-jwt-6.2.0", "downgrade 7.0.4, incompatible 7.0.4"},
		{"4.9.0", "gravitee-policy-jwt-6.2.2", ""}, // the major line that 4.9.0 ships itself
		{"4.9.0", "gravitee-policy-jwt-7.0.0", ""}, // allowed by the matrix
		{"4.9.0", "gravitee-policy-jwt-8.0.0", "incompatible 6.2.0"},
		{"4.12.0", "gravitee-resource-cache-redis-4.0.4", "incompatible 5.0.0"},
		{"4.6.0", "gravitee-policy-circuit-breaker-1.1.5", ""}, // 4.6.0 is built with it
		{"4.9.0", "gravitee-policy-keyless-3.9.9", "downgrade 4.0.0"},
		{"4.9.0", "gravitee-policy-keyless-5.0.0", ""},
		{"4.9.0", "gravitee-notifier-email-1.5.2", "not for the gateway 0.0.0"},
		{"4.9.0", "gravitee-policy-mine-1.0.0", "unknown 0.0.0"},
		{"4.9.0", "gravitee-policy-interrupt-1.0.0", ""}, // downloaded anyway: no downgrade of the image
	} {
		artifact, v := splitArtifact(test.file)
		var got []string
		for _, j := range JudgePlugin(version(t, test.apim), artifact, v) {
			got = append(got, fmt.Sprintf("%s %s", names[j.Problem], j.Use))
			if j.Why == "" {
				t.Errorf("%s: no reason", test.file)
			}
		}
		if joined := strings.Join(got, ", "); joined != test.want {
			t.Errorf("APIM %s, %s: %q, want %q", test.apim, test.file, joined, test.want)
		}
	}
}

func TestMatrixString(t *testing.T) {
	matrix := matrices["gravitee-policy-circuit-breaker"]
	if got := matrix.String(1) + ", " + matrix.String(2); got != "up to 4.5, 4.6 and later" {
		t.Error(got)
	}
	if got := rateLimitMatrix.String(4); got != "4.9 to 4.11" {
		t.Error(got)
	}
}

// What an image bundles must not be called incompatible by its own matrix rule.
func TestBundledPluginsAreCompatible(t *testing.T) {
	for _, artifact := range artifacts() {
		for _, minor := range Minors() {
			for patch := range minor.Patch + 1 {
				apim := Version{Major: minor.Major, Minor: minor.Minor, Patch: patch}
				plugin, _ := PluginInfo(apim, artifact)
				if plugin.Bundling != Bundled {
					continue
				}
				for _, j := range JudgePlugin(apim, artifact, plugin.Pinned) {
					if j.Problem != PluginRedundant {
						t.Errorf("APIM %s bundles %s %s: %s", apim, artifact, plugin.Pinned, j.Why)
					}
				}
			}
		}
	}
}

func TestParsePluginURL(t *testing.T) {
	for _, test := range []struct {
		url      string
		artifact string
		version  string
		problems []URLProblemKind
	}{
		{"https://s3.example.com/p/gravitee-policy-jwt-6.2.0.zip", "gravitee-policy-jwt", "6.2.0", nil},
		{"https://s3.example.com/gravitee-policy-js-1.0.0-alpha.7.zip", "gravitee-policy-js", "1.0.0-alpha.7", nil},
		{"https://s3.example.com/oauth2-provider-4-5.0.1.zip", "oauth2-provider-4", "5.0.1", nil},
		{"https://s3.example.com/plain.zip", "plain", "", nil},
		{"http://s3.example.com/a-1.0.0.zip", "a", "1.0.0", []URLProblemKind{URLPlainHTTP}},
		{"https://s3.example.com/a-1.0.0.jar", "a-1.0.0.jar", "", []URLProblemKind{URLNotZip}},
		{"https://s3.example.com/a-1.0.0.zip?X-Amz-Date=1", "a", "1.0.0", []URLProblemKind{URLNotZip}},
		{"https://s3.example.com/a-1.0.0.zip?X-Amz-Date=1&X=2", "a", "1.0.0", []URLProblemKind{URLShell, URLNotZip}},
		{"https://s3.example.com/<version>/a-1.0.0.zip", "a", "1.0.0", []URLProblemKind{URLShell}},
		{"https://s3.example.com/a 1.zip", "a 1", "", []URLProblemKind{URLShell}},
		{"file:///plugins/a-1.0.0.zip", "a", "1.0.0", []URLProblemKind{URLUnparsable}},
		{"ftp://example.com/a-1.0.0.zip", "a", "1.0.0", []URLProblemKind{URLUnparsable}},
		{"gravitee-policy-jwt-6.2.0.zip", "gravitee-policy-jwt", "6.2.0", []URLProblemKind{URLUnparsable}},
		{"", "", "", []URLProblemKind{URLUnparsable, URLNotZip}},
	} {
		got, problems := ParsePluginURL(test.url)
		var kinds []URLProblemKind
		for _, p := range problems {
			kinds = append(kinds, p.Kind)
			if p.Why == "" {
				t.Errorf("%s: no reason", test.url)
			}
		}
		v := ""
		if !got.Version.IsZero() {
			v = got.Version.String()
		}
		if got.Artifact != test.artifact || v != test.version {
			t.Errorf("%s is read as %s %s, want %s %s", test.url, got.Artifact, v, test.artifact, test.version)
		}
		if diff := cmp.Diff(test.problems, kinds); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.url, diff)
		}
	}
}

func TestDefects(t *testing.T) {
	for image, want := range map[string]string{
		"4.6.29":        "redis-connection-closed >4.9.27, demoted-master, no-repositories-alias >4.7.29",
		"4.8.32":        "redis-connection-closed >4.9.27, demoted-master",
		"4.9.0":         "redis-connection-closed =4.9.27 >4.10.23, demoted-master, no-repositories-alias =4.9.17 >4.10.12",
		"4.9.26-debian": "redis-connection-closed =4.9.27 >4.10.23, demoted-master",
		"4.9.27":        "demoted-master",
		"4.9":           "demoted-master",
		"4.10.22":       "redis-connection-closed =4.10.23 >4.11.17, demoted-master",
		"4.11.17":       "demoted-master",
		"4.12.0":        "redis-connection-closed =4.12.5, demoted-master, blank-redis-port, hazelcast-distributed-sync =4.12.1",
		"4.12.5":        "demoted-master, blank-redis-port",
		"4.12.18":       "", // not read
		"4.13.0":        "",
		"4.5.0":         "",
	} {
		var got []string
		for _, d := range Defects(version(t, image)) {
			line := d.ID
			if !d.FixedIn.IsZero() {
				line += " =" + d.FixedIn.String()
			}
			if !d.FixedLater.IsZero() {
				line += " >" + d.FixedLater.String()
			}
			got = append(got, line)
		}
		if joined := strings.Join(got, ", "); joined != want {
			t.Errorf("image %s: %q, want %q", image, joined, want)
		}
	}
}
