package rules

import (
	"fmt"
	"slices"

	"github.com/quorumwright/quorumwright/lint"
)

var secretRules = []*lint.Rule{
	secretCSINotMounted,
	secretDanglingRef,
	secretHashSuffixRef,
	secretNotEncrypted,
	secretPlaintext,
	secretPlaceholder,
	secretSealedScope,
}

var secretPlaintext = &lint.Rule{
	ID:       "secret/plaintext",
	Severity: lint.Warning,
	Strict:   lint.Error,
	Doc: lint.Doc{
		Title: "a password, token or licence is in git in plain text",
		Why: `Whoever can read the repository, a fork, a CI log or a backup of it has the secret, and removing it from the newest commit leaves it in the history. In Helm values it goes further: the chart writes gateway.ratelimit.redis.password and license.key into objects that everyone with access to the namespace can read, the password into a ConfigMap.

Secrets are found by where they stand (requirepass, masterauth, sentinel auth-pass, the gateway's settings and variables, Secret objects), because people choose passwords that scanners for random text do not see.`,
		Fix:  `Keep the value in a Secret that is made in the cluster by External Secrets, Sealed Secrets, SOPS or the Secrets Store CSI driver. Mount it as a file for Redis and Sentinel, whose start scripts write it into their configuration; give it to the gateway as gravitee_ratelimit_redis_password, gravitee_cloud_token and gravitee_license_key by secretKeyRef. Then change the value: what was in git is known.`,
		Refs: []string{refSecret, "https://external-secrets.io/latest/", "https://github.com/bitnami-labs/sealed-secrets", "https://getsops.io/docs/"},
	},
	Check: func(p *lint.Pass) {
		found := plainOf.Of(p.Facts)
		ofSecrets := found.bySecret()
		for _, s := range found.sets {
			owner := s.all[0].owner
			switch {
			case s.group == nil && isPlaceholder(s.all[0].value):
			case owner == nil:
				reportPlaintext(p, s)
			case ofSecrets[owner] != nil:
				reportSecret(p, owner, ofSecrets[owner])
				delete(ofSecrets, owner) // told once
			}
		}
	},
}

func reportPlaintext(p *lint.Pass, s *plainSet) {
	f := lint.Finding{
		Message: s.what + " is in plain text",
		Help:    "refer to a Secret instead, and change the value: it is known now",
	}
	if s.group != nil {
		f.Help = "keep it in one Secret: mount that as a file for Redis and Sentinel, and give it to the gateway as gravitee_ratelimit_redis_password by secretKeyRef"
	}
	if n := len(s.all); n > 1 {
		f.Message = fmt.Sprintf("%s is in plain text in %d places", s.what, n)
	}
	numbers := map[string]int{}
	for _, t := range s.all {
		n, ok := numbers[t.text()]
		if !ok {
			n = len(numbers) + 1
			numbers[t.text()] = n
		}
		f.Places = append(f.Places, labeledPlace(t.place, fmt.Sprintf("%s (secret #%d)", t.label, n)))
	}
	if len(s.all) == 1 {
		f.Places[0].Label = ""
	}
	p.Report(f)
}

// bySecret returns what the Secrets hold that are written in plain text.
func (f *plainSecrets) bySecret() map[*lint.Config][]plainSecret {
	all := map[*lint.Config][]plainSecret{}
	for _, s := range f.sets {
		if s.group == nil && isPlaceholder(s.all[0].value) {
			continue
		}
		for _, t := range s.all {
			if t.owner != nil {
				all[t.owner] = append(all[t.owner], t)
			}
		}
	}
	return all
}

func reportSecret(p *lint.Pass, c *lint.Config, held []plainSecret) {
	f := lint.Finding{
		Message: fmt.Sprintf("Secret %q holds its values in plain text: base64 is no encryption", c.Name),
		Help:    "encrypt it with SOPS or kubeseal, or let an ExternalSecret fetch it, and change the values: they are known now",
	}
	for _, t := range held {
		f.Places = append(f.Places, labeledPlace(t.place, t.label))
	}
	slices.SortStableFunc(f.Places, func(a, b lint.Place) int { return a.Compare(b.Span) })
	p.Report(f)
}
