package repo_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/quorumwright/quorumwright/internal/secret"
	"github.com/quorumwright/quorumwright/lint/repo"
)

func open(t testing.TB, files map[string]string, paths ...string) *repo.Repo {
	t.Helper()
	tree := fstest.MapFS{}
	for name, data := range files {
		tree[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
	}
	r, err := repo.Open(tree, repo.Options{Paths: paths})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func whole(file string, lines int) repo.Span {
	return repo.Span{File: file, Line: 1, Column: 1, EndLine: lines, EndColumn: 1000}
}

func printed(lines []repo.Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Text + "\n")
	}
	return b.String()
}

// TestMasksByPosition puts CANARY wherever a secret can stand; no snippet may
// show it. SHOWN stands where masking would only hide what a person needs.
func TestMasksByPosition(t *testing.T) {
	files := map[string]string{
		"secret.yaml": `apiVersion: v1
kind: Secret
metadata: {name: SHOWN}
stringData:
  anything: CANARY
  block: |
    CANARY
    more CANARY
data: {x: CANARY, "y": 'CANARY'}
`,
		"config.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: SHOWN}
data:
  redis.conf: |
    requirepass CANARY
    masterauth "CANARY x"
    user SHOWN on >CANARY ~* +@all
    user SHOWN2 on #CANARY
    # requirepass CANARY
    REQUIREPASS CANARY
    tls-key-file-pass CANARY
  sentinel.conf: "sentinel auth-pass SHOWN CANARY\nsentinel sentinel-pass CANARY\n"
  url: redis://user:CANARY@SHOWN:6379/0
  run.sh: |
    redis-cli -a CANARY ping
    redis-server --requirepass CANARY --port SHOWN
    export REDIS_PASSWORD=CANARY
    REDIS_PASSWORD="CANARY" SHOWN=x
    redis-cli AUTH CANARY
    use $(SHOWN) --requirepass "$(SHOWN)"
  app.properties: |
    spring.redis.password=CANARY
    token: CANARY
    tokenFile: SHOWN
  key: |
    -----BEGIN RSA PRIVATE KEY-----
    CANARY
    -----END RSA PRIVATE KEY-----
  cert: |
    -----BEGIN CERTIFICATE-----
    SHOWN
    -----END CERTIFICATE-----
  age: AGE-SECRET-KEY-CANARY
`,
		"pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: SHOWN}
spec:
  containers:
  - args: ["--requirepass", "CANARY", "--port", "SHOWN"]
    command:
    - redis-server
    - --masterauth
    - CANARY
    env:
    - name: REDIS_PASSWORD
      value: CANARY
    - {value: "CANARY", name: gravitee_cloud_token}
    - name: REDIS_PASSWORD_FILE
      value: /SHOWN
    - name: AUTH_TOKEN
      valueFrom: {secretKeyRef: {name: SHOWN, key: SHOWN}}
    - name: REF
      value: $(SHOWN)
  imagePullSecrets: [{name: SHOWN}]
  automountServiceAccountToken: false # SHOWN
`,
		"values.yaml": `license: {key: CANARY, name: SHOWN}
gateway:
  ratelimit:
    redis: {password: CANARY, host: SHOWN}
  management:
    http: {authentication: {basic: {username: SHOWN, password: "CANARY"}}}
  env: [{name: gravitee_license_key, value: CANARY}]
auth:
  existingSecret: SHOWN
  existingSecretPasswordKey: SHOWN
  clientSecret: CANARY
  secretName: SHOWN
  apiKey: CANARY
# password: CANARY
`,
		"kustomization.yaml": `secretGenerator:
- name: SHOWN
  literals: [x=CANARY, 'y="CANARY z"']
  files: [f.txt]
  envs: [e.env]
configMapGenerator:
- name: SHOWN
  files: [real.conf]
  literals: [password=CANARY, other=SHOWN]
`,
		"f.txt":       "CANARY\n",
		"e.env":       "SHOWN=CANARY\n",
		"real.conf":   "port SHOWN\nrequirepass CANARY\n",
		"broken.yaml": "password: CANARY\ndata: [\n  token: CANARY\nrequirepass CANARY\n",
	}
	r := open(t, files)
	for name, data := range files {
		got := printed(r.Snippet(whole(name, strings.Count(data, "\n")), 1))
		if strings.Contains(got, "CANARY") {
			t.Errorf("%s shows a secret:\n%s", name, got)
		}
		if want, have := strings.Count(data, "SHOWN"), strings.Count(got, "SHOWN"); have != want {
			t.Errorf("%s hides what is no secret (%d of %d are left):\n%s", name, have, want, got)
		}
	}
}

// TestMasksKnownSecrets makes secrets known that stand where nobody looks for
// one.
func TestMasksKnownSecrets(t *testing.T) {
	const pw = `pa'ss"w\rd/1`
	r := open(t, map[string]string{"a.yaml": strings.Join([]string{
		"a: " + `pa'ss"w\rd/1`,
		`b: 'pa''ss"w\rd/1 and more'`,
		`c: "pa'ss\"w\\rd/1"`,
		"d: " + base64.StdEncoding.EncodeToString([]byte(pw)),
		"e: " + base64.StdEncoding.EncodeToString([]byte(pw+"\n")),
		"f: x?y=pa%27ss%22w%5Crd%2F1",
		"g: abcd and abcde",
		"h: redis",
	}, "\n") + "\n"})
	r.AddSecret(secret.New(pw))
	r.AddSecret(secret.New("abc1"))
	r.AddSecret(secret.New("abcde"))
	r.AddSecret(secret.New("redis"))
	r.AddSecret(secret.Value{})
	want := "a: ********\nb: '******** and more'\nc: \"********\"\nd: ********\ne: ********\nf: x?y=********\ng: abcd and abcde\nh: redis\n"
	if diff := cmp.Diff(want, printed(r.Snippet(whole("a.yaml", 8), 1))); diff != "" {
		t.Error(diff)
	}
	r.AddSecret(secret.New("more1234"))
	r.AddSecret(secret.New("abcd and"))
	if got := r.Snippet(repo.Span{File: "a.yaml", Line: 7, Column: 4, EndLine: 7, EndColumn: 12}, 1)[0]; got.Text != "g: ******** abcde" || got.Start != 3 || got.End != 11 {
		t.Errorf("a secret that is added later: %+v", got)
	}
}

// TestSnippetColumns checks where the span lands in the text that is printed.
func TestSnippetColumns(t *testing.T) {
	r := open(t, map[string]string{"a.yaml": "a: é\u202E\x1b[31m password: x\n\tb: \u00a0\u0085c\n\nlast", "b.yaml": "a: b\n\ntoken: secretsecret # after\n"})
	tests := []struct {
		span   repo.Span
		want   string // the marked part
		text   string
		number int
	}{
		{repo.Span{Line: 1, Column: 4, EndLine: 1, EndColumn: 5}, "é", `a: é\u202E\x1B[31m password: ********`, 1},
		{repo.Span{Line: 1, Column: 5, EndLine: 1, EndColumn: 6}, `\u202E`, `a: é\u202E\x1B[31m password: ********`, 1},
		{repo.Span{Line: 1, Column: 7, EndLine: 1, EndColumn: 11}, `[31m`, `a: é\u202E\x1B[31m password: ********`, 1},
		{repo.Span{Line: 1, Column: 22, EndLine: 1, EndColumn: 23}, `********`, `a: é\u202E\x1B[31m password: ********`, 1},
		{repo.Span{Line: 3, Column: 8, EndLine: 3, EndColumn: 20}, "********", "token: ******** # after", 3},
		{repo.Span{Line: 3, Column: 10, EndLine: 3, EndColumn: 12}, "********", "token: ******** # after", 3},
		{repo.Span{Line: 3, Column: 21, EndLine: 3, EndColumn: 26}, "# aft", "token: ******** # after", 3},
		{repo.Span{Line: 3, Column: 7, EndLine: 3, EndColumn: 7}, "", "token: ******** # after", 3},
		{repo.Span{Line: 4, Column: 1, EndLine: 4, EndColumn: 99}, "last", "last", 4},
		{repo.Span{Line: 4, Column: 50, EndLine: 4, EndColumn: 99}, "", "last", 4},
		{repo.Span{Line: 4, Column: 1, EndLine: 9, EndColumn: 1}, "last", "last", 4},
	}
	for _, tt := range tests {
		tt.span.File = "a.yaml"
		if tt.number == 3 {
			tt.span.File = "b.yaml"
		}
		lines := r.Snippet(tt.span, 1)
		if len(lines) == 0 {
			t.Errorf("%v: no line", tt.span)
			continue
		}
		l := lines[0]
		if got := string([]rune(l.Text)[l.Start:l.End]); got != tt.want || l.Text != tt.text || l.Number != tt.number {
			t.Errorf("%v: %+v marks %q, want %q in %q", tt.span, l, got, tt.want, tt.text)
		}
	}
	if got := r.Snippet(repo.Span{File: "a.yaml", Line: 2, Column: 1, EndLine: 2, EndColumn: 3}, 1); len(got) != 1 || got[0].Text != "\tb: \u00a0\\u0085c" {
		t.Errorf("a tab: %+v", got)
	}
	for _, s := range []repo.Span{{File: "nope", Line: 1}, {File: "a.yaml"}, {File: "a.yaml", Line: 77}} {
		if got := r.Snippet(s, 1); got != nil {
			t.Errorf("%v: %v", s, got)
		}
	}
}

// TestSnippetOfLongLine shows of a long line what is around a place, so that the
// time for all places in it does not grow with the square of its length.
func TestSnippetOfLongLine(t *testing.T) {
	const field, fields = "é value, swordfish, ", 5_000
	r := open(t, map[string]string{"a.yaml": "# a\n[" + strings.Repeat(field, fields) + "]\n"})
	r.AddSecret(secret.New("swordfish"))
	for _, i := range []int{0, 1, 100, fields / 2, fields - 2, fields - 1} {
		column := i*utf8.RuneCountInString(field) + 4
		got := r.Snippet(repo.Span{File: "a.yaml", Line: 2, Column: column, EndLine: 2, EndColumn: column + 5}, column)[0]
		if marked := string([]rune(got.Text)[got.Start:got.End]); marked != "value" || len(got.Text) > 10_000 || strings.Contains(got.Text, "fish") {
			t.Errorf("the mark of %d is %q in %d bytes: %.100q", i, marked, len(got.Text), got.Text)
		}
		far := r.Snippet(repo.Span{File: "a.yaml", Line: 2, Column: 1, EndLine: 2, EndColumn: 2}, column)[0]
		if far.Text != got.Text || i > 1_000 && far.End != 0 {
			t.Errorf("what is far from %d is marked from %d to %d in %.100q", i, far.Start, far.End, far.Text)
		}
	}
}

func TestComments(t *testing.T) {
	r := open(t, map[string]string{
		"a.yaml": `# quorumwright:ignore a/b -- first
apiVersion: v1 # quorumwright:ignore c/d until=2030-01-01 -- x
kind: ConfigMap
metadata: {name: "# quorumwright:ignore not/this -- quoted"} #quorumwright:ignore e/f -- y
data:
  # other

  #  quorumwright:ignore: g/h -- above
  # and more
  redis.conf: |  # quorumwright:ignore header/line -- z
    port 1 # quorumwright:ignore not/this -- no comment in a conf
    # quorumwright:ignore i/j -- in conf
    requirepass x
  folded: a#quorumwright:ignore not/this
    b  # quorumwright:ignoresx not/this
  last: x  # quorumwright:ignore
`,
		"kustomization.yaml": "resources: [a.yaml]\nconfigMapGenerator: [{name: c, files: [r.conf]}]\n",
		"r.conf":             "port 1\n  # quorumwright:ignore k/l -- file\nrequirepass x\n",
	})
	type comment struct {
		Line, Column, Target int
		Text                 string
	}
	got := func(name string) []comment {
		var all []comment
		for _, c := range r.Comments(name) {
			all = append(all, comment{c.Line, c.Column, c.Target, c.Text})
		}
		return all
	}
	if diff := cmp.Diff([]comment{
		{1, 1, 2, "a/b -- first"},
		{2, 16, 2, "c/d until=2030-01-01 -- x"},
		{4, 62, 4, "e/f -- y"},
		{8, 3, 10, "g/h -- above"},
		{10, 18, 10, "header/line -- z"},
		{12, 5, 13, "i/j -- in conf"},
		{16, 12, 16, ""},
	}, got("a.yaml")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]comment{{2, 3, 3, "k/l -- file"}}, got("r.conf")); diff != "" {
		t.Error(diff)
	}
	if got := r.Comments("nope"); got != nil {
		t.Error(got)
	}
}
