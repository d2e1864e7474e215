package lint

import (
	"encoding/base64"
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// referencePattern is what a whole value looks like that names a secret
// instead of being one: an address (secret://kubernetes/…, ref+vault://…,
// op://…), Bank-Vaults' vault:path#key, the <path:…> of Argo CD's Vault plugin,
// a shell variable, or a token that a pipeline or a script replaces (__X__, %X%,
// %%X%%, #{X}#).
var referencePattern = pattern.New(`^(?:[a-zA-Z][a-zA-Z0-9+.-]*://.*|vault:.*|<(?:path|secret):.*>|\$[A-Za-z_][A-Za-z0-9_]*|__[A-Za-z0-9_.-]+__|%%?[A-Za-z0-9_.-]+%%?|@@[A-Za-z0-9_.-]+@@|#\{.*\}#?)$`).
	Where(pattern.Either(isAddress, pattern.Begins("vault:", "<", "$", "__", "%", "@@", "#{"))).Surely(isAddress)

// isAddress tells addresses, which need no pattern.
func isAddress(text string) bool {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme == "" || strings.Contains(rest, "\n") {
		return false
	}
	for i := range len(scheme) {
		switch c := scheme[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '.' || c == '-'):
		default:
			return false
		}
	}
	return true
}

// IsReference tells whether a text stands for a value that is put in its place
// before or when a process reads it, or that is encrypted: a template, a
// variable, the address of a secret, a SOPS ciphertext. What the value is
// cannot be told then.
func IsReference(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "${") || strings.Contains(text, "$(") ||
		strings.Contains(text, "://kubernetes/") || strings.HasPrefix(text, "ENC[") || referencePattern.MatchString(text)
}

var sopsPattern = pattern.New(`^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]*),`).Where(pattern.Begins("ENC["))

// sopsSize returns the number of bytes of what SOPS encrypted: AES-GCM keeps
// the length (getsops/sops, aes/cipher.go).
func sopsSize(text string) (int, bool) {
	m := sopsPattern.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	b, err := base64.StdEncoding.DecodeString(m[1])
	return len(b), err == nil && len(b) > 0
}
