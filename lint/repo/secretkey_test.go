package repo

import (
	"math/rand"
	"testing"

	"github.com/quorumwright/quorumwright/internal/spelling"
)

// TestQuickAnswersAreRight compares what tells most words apart at little cost
// with what it saves, for words near to those that count.
func TestQuickAnswersAreRight(t *testing.T) {
	words := []string{"REDIS_PASSWORD", "pass.word", "p-wd", "auth", "apiKey", "secretKeyRef", "licenseKey", "token", "credentials",
		"tls-key-file-pass", "masterauth", "requirepass", "sentinel", "rename-command", "primaryauth", "passphrase", "existingSecret", "name", "k"}
	random := rand.New(rand.NewSource(1))
	secret, near := 0, 0
	for range 300_000 {
		word := []byte(words[random.Intn(len(words))])
		for range random.Intn(4) {
			at, c := random.Intn(len(word)), "aeprsw_-. AK\xffé"[random.Intn(14)]
			switch random.Intn(3) {
			case 0:
				word[at] = c
			case 1:
				word = append(word[:at:at], append([]byte{c}, word[at:]...)...)
			case 2:
				if len(word) > 1 {
					word = append(word[:at], word[at+1:]...)
				}
			}
		}
		if w := string(word); !mayBeSecretKey(w) {
			if k := fold(w); saysSecret("license", k) {
				t.Fatalf("%q is the key of a secret", w)
			}
		} else if isSecretKey("license", w) {
			secret++
		}
		for _, d := range directives {
			w, name := string(word), d.words[0]
			far := len(w)-len(name) > 2 || len(name)-len(w) > 2
			alike := w == name || len(name) > 6 && !far && spelling.Distance(w, name, 3) <= 2
			if means(w, name, true) != alike {
				t.Fatalf("%q means %q: %t", w, name, !alike)
			}
			if alike {
				near++
			}
		}
	}
	if secret < 1000 || near < 1000 {
		t.Errorf("only %d keys of secrets and %d words near to a directive", secret, near)
	}
}
