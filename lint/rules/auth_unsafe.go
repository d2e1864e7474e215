package rules

import (
	"errors"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
)

var authUnsafePassword = &lint.Rule{
	ID:       "auth/unsafe-password",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a password that one of its readers changes or refuses",
		Why: `One password goes through several formats, and not every character survives all of them.

Sentinel reads a quoted password, but writes "sentinel auth-pass" back without quotes when it saves its state: white space or a quotation mark works at the first start and is fatal, or silently another password, at the next one. The chart pastes gateway.ratelimit.redis.password into gravitee.yml without quotes, where YAML reads 0123 as 83, yes as true and cuts at " #". Gateways up to 4.11 put the password into a URI as it is: a plus becomes a blank, and / # ? @ % end the connection with an exception. Flux reads what targetPath sets like "helm --set": a comma ends the value.

A newline at the end of a Secret's value ("echo password | base64") is part of the password for whoever reads it as a variable, and not for a script that reads the file with $(cat …).`,
		Fix:  `Use 32 or more letters, digits, hyphens and underscores with a letter first, for example from "openssl rand -hex 32", and write the Secret with printf or --from-literal, without a newline.`,
		Refs: []string{refSentinel, "https://datatracker.ietf.org/doc/html/rfc3986#section-3.2.1", refSecret},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, part := range p.Facts.PerMaster(g) {
				checkUnsafe(p, part)
			}
		}
	},
}

func checkUnsafe(p *lint.Pass, g *lint.Group) {
	// What disagrees has to be replaced by the usual password anyway.
	usual, odd := passwordDisagreement(p.Facts, g)
	if len(odd) == 0 {
		usual = passwordHolders(p.Facts, g)
	}
	f := lint.Finding{Help: "use letters, digits, '-' and '_' only, with a letter first, as from openssl rand -hex 32"}
	var reasons []string
	for _, h := range usual {
		if !h.cred.Known {
			continue
		}
		found := unsafe(g, h)
		if len(found) == 0 {
			continue
		}
		if at := h.cred.Source; !hasPlace(f.Places, at) {
			f.Places = append(f.Places, labeledPlace(at, "the password is written here"))
		}
		for _, r := range found {
			if !slices.Contains(reasons, r) {
				reasons = append(reasons, r)
			}
		}
	}
	if len(reasons) == 0 {
		return
	}
	f.Message = "the Redis password " + strings.Join(reasons, "; it ")
	if slices.Equal(reasons, []string{endsWithNewline}) {
		f.Help = "write the value without the newline: printf %s instead of echo, |- instead of |"
	}
	for _, h := range usual {
		f.Places = addPlace(f.Places, labeledPlace(h.cred.Place, h.says+" it"))
	}
	f.Places[0].Label = ""
	p.Report(f)
}

const endsWithNewline = "ends with a newline: who reads it as a variable sends the newline too, who reads the file with $(cat …) does not"

// unsafe returns what is wrong with the password of one side, for itself and
// for the Sentinels of its group.
func unsafe(g *lint.Group, h passwordHolder) []string {
	var reasons []string
	text := h.cred.Secret.Reveal()
	plain := strings.TrimRight(text, "\r\n")
	if text != plain && (h.cred.Ref == nil || !h.cred.Ref.Inferred) {
		reasons = append(reasons, endsWithNewline)
	}
	var bad *redisconf.PasswordError
	if err := redisconf.CheckPassword(plain); len(g.Sentinels) > 0 && errors.As(err, &bad) {
		switch bad.Reason {
		case redisconf.PasswordWhiteSpace, redisconf.PasswordQuote, redisconf.PasswordControl:
			reasons = append(reasons, "holds a "+wordOf(bad.Reason)+": Sentinel writes its file without quotes and does not start again, or logs in with another password")
		}
	}
	for _, c := range g.Clients {
		if h.role == roleClient && h.cred.Place.Span == c.Password.Place.Span {
			reasons = append(reasons, unsafeForGateway(c, plain)...)
		}
	}
	return reasons
}

func wordOf(r redisconf.PasswordReason) string {
	switch r {
	case redisconf.PasswordWhiteSpace:
		return "blank"
	case redisconf.PasswordQuote:
		return "quotation mark"
	}
	return string(r)
}

func unsafeForGateway(c *lint.Client, text string) []string {
	var reasons []string
	path := c.Password.Place.Resolved().Path
	target := strings.HasSuffix(path, "targetPath")
	if c.Values != nil && (target || strings.HasSuffix(path, "gateway.ratelimit.redis.password")) && !sameInYAML(c, text) {
		reasons = append(reasons, "is changed on its way through the chart, which writes it into gravitee.yml without quotes, where YAML reads something else")
	}
	if target && !literalTarget(c) && (strings.ContainsAny(text, `,\`) || strings.HasPrefix(text, "{")) {
		reasons = append(reasons, "holds a character that Flux takes for syntax in a targetPath without literal: true")
	}
	if v, ok := gatewayVersion(c); ok && v.Compare(apim.Version{Major: 4, Minor: 12}) < 0 && !isURISafe(text) {
		reasons = append(reasons, "holds a character that is not safe in a URI, into which gateways before 4.12 put it as it is")
	}
	return reasons
}

// isURISafe tells what survives redis://:PASSWORD@host unescaped.
func isURISafe(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("._~!$&'()*,;=:-", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// gatewayVersion returns the version of the gateway: its image's, or the
// chart's, which sets the image where the values do not.
func gatewayVersion(c *lint.Client) (apim.Version, bool) {
	text := c.Image.Tag
	if text == "" && c.Values != nil {
		text = c.Values.Chart.Version
	}
	v, err := apim.ParseVersion(text)
	return v, err == nil
}

// literalTarget tells whether the HelmRelease's targetPath takes the value as
// it is.
func literalTarget(c *lint.Client) bool {
	for from := range c.Object.Value.Get("spec", "valuesFrom").Elements() {
		if from.Get("targetPath").Span() == c.Password.Place.Span {
			return from.Get("literal").IsTrue()
		}
	}
	return false
}

// sameInYAML tells whether the gateway reads the text that the chart prints
// after "password: " as it was meant. Helm reads the values first, and takes
// long numbers without quotes for floating-point ones.
func sameInYAML(c *lint.Client, text string) bool {
	v := c.Values.Value.Get("gateway", "ratelimit", "redis", "password")
	if v.Exists() && v.IsScalar() && v.Text() != text {
		return true // quoted twice, as chart/unquoted-scalar advises
	}
	long := len(text) > 15 && strings.Trim(text, "0123456789") == ""
	return pasted(text) == "" && (!long || v.IsQuoted())
}
