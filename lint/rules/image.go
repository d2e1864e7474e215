package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/internal/apim"
	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var imageRules = []*lint.Rule{
	imageDrift,
	imageFloatingTag,
	imageGatewayChartSkew,
	imageInvalid,
	imageKnownDefect,
}

const refImages = "https://kubernetes.io/docs/concepts/containers/images/"

var imageGatewayChartSkew = &lint.Rule{
	ID:       "image/gateway-chart-skew",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "the gateway image is of another release than its chart",
		Why: `Chart and image of one minor version belong together: a chart has the version of the APIM release it installs. Charts from 4.12 on write the rate limit settings under repositories.ratelimit; images that do not know that name (4.9 before 4.9.17, 4.10 before 4.10.12 and others) take the type from there, but the connection from nowhere: they ask localhost:6379 without password and Sentinel.

Different patches of one minor are a warning.`,
		Fix:  "Give chart and image the same version, and update both at once; or leave gateway.image.tag out, so that the chart takes its own.",
		Refs: []string{refChart},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			tag := u.client.Image.Ref
			text := strings.TrimSpace(u.client.Values.Chart.Version)
			constraint, err := apim.ParseConstraint(text)
			if text == "" || err != nil || u.image.IsZero() || !tag.Exists() {
				continue
			}
			image := u.image
			fits := slices.ContainsFunc(u.charts, func(c *apim.Chart) bool { return chartOf(c).SameMinor(image) })
			exact, one := constraint.Exact()
			f := lint.Finding{Help: fmt.Sprintf("set gateway.image.tag to %s", apim.ImageTag(chartOf(u.chart())))}
			switch {
			case !fits:
				f.Message = fmt.Sprintf("gateway image %s under chart %s", image, text)
				if chartOf(u.chart()).Compare(apim.Version{Major: 4, Minor: 12}) >= 0 && !apim.HasRepositoriesAlias(image) {
					f.Message += ": this chart writes the Redis connection where the image does not read it, so it asks localhost:6379"
				} else {
					f.Message += ": they belong to different releases"
				}
			case one && !image.Partial && exact.Compare(plainRelease(image)) != 0:
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("gateway image %s under chart %s: they are of different patch releases", image, text)
			default:
				continue
			}
			f.Places = append(f.Places, u.at(tag, ""))
			f.Fixes = setValue(tag, apim.ImageTag(chartOf(u.chart())), f.Help, false)
			if at := u.client.Values.Chart.At; at.Exists() {
				f.Places = append(f.Places, u.at(at, "the chart's version"))
			}
			p.Report(f)
		}
	},
}

// chartOf is the release that a chart stands for, known or not.
func chartOf(c *apim.Chart) apim.Version {
	if c.Match != apim.Exact {
		return c.Asked
	}
	return c.Version
}

func plainRelease(v apim.Version) apim.Version {
	return apim.Version{Major: v.Major, Minor: v.Minor, Patch: v.Patch}
}

var imageKnownDefect = &lint.Rule{
	ID:       "image/known-defect",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a gateway release with a known defect in its use of Redis",
		Why: `Before 4.9.27, 4.10.23, 4.11.17 and 4.12.5, and in all releases of 4.6 to 4.8, the gateway may go on using a Redis connection that was closed: every call fails with "Connection is closed", and the rate limit policy lets requests pass until the pod is restarted. A failover closes connections.

4.12.0 writes an invalid gravitee.yml for Hazelcast with distributed sync.

No known release is free of another one: after a failover a gateway may stay on the demoted master, which answers READONLY (pull request 19870). It is not reported, because there is nothing to update to.`,
		Fix:  "Update the gateway image, and its chart, to the release that is named.",
		Refs: []string{"https://github.com/gravitee-io/issues/issues/11621", "https://github.com/gravitee-io/issues/issues/11583"},
	},
	Check: func(p *lint.Pass) {
		for _, u := range chartUses(p) {
			if u.image.IsZero() {
				continue
			}
			at := u.at(u.client.Image.Ref, "")
			if !at.IsValid() {
				at = u.at(u.client.Values.Chart.At, "")
			}
			for _, d := range apim.Defects(u.image) {
				if !u.meets(d) || !at.IsValid() {
					continue
				}
				fix := d.FixedIn
				if fix.IsZero() {
					fix = d.FixedLater
				}
				p.ReportAt(at, fmt.Sprintf("update to %s or later", fix), "gateway %s: %s (fixed in %s)", u.image, d.What, fix)
			}
		}
	},
}

// meets tells whether the values come across a defect that has a fix.
func (u *chartUse) meets(d apim.Defect) bool {
	switch d.ID {
	case apim.DefectConnectionClosed:
		return u.usesRedis() || u.client.UsesSentinel() || u.client.Host.Exists()
	case apim.DefectHazelcastSync:
		return u.is("gateway.cluster.type").Text == "hazelcast" && u.is("gateway.distributedSync").Truthy()
	}
	return false // the others are told by chart/blank-port and image/gateway-chart-skew
}

// imagePattern is a reference as the registries define it (distribution/
// reference): host, path in lower case, tag, digest.
var imagePattern = pattern.New(`^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`).
	Surely(isPlainImage)

// isPlainImage tells the most common references: words with single separators,
// and a tag.
func isPlainImage(text string) bool {
	name, tag, tagged := strings.Cut(text, ":")
	if tagged && (tag == "" || len(tag) > 128 || tag[0] == '.' || tag[0] == '-') {
		return false
	}
	for i := range len(tag) {
		if c := tag[i]; !isWord(c|0x20) && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	separated := true
	for i := range len(name) {
		switch c := name[i]; {
		case isWord(c), '0' <= c && c <= '9':
			separated = false
		case separated || c != '.' && c != '_' && c != '-' && c != '/':
			return false
		default:
			separated = true
		}
	}
	return !separated
}

func isWord(c byte) bool { return 'a' <= c && c <= 'z' }

// filledInPattern is a reference with a part that a pipeline fills in, by the way
// it is written: YOUR_REGISTRY/app, app:__IMAGE_TAG__, <image>.
var filledInPattern = pattern.New(`(?:^|[/:])_*[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+_*(?:$|[/:@])|<[A-Za-z][A-Za-z0-9 _-]*>`).Where(pattern.Has("_", "<"))

var imageInvalid = &lint.Rule{
	ID:       "image/invalid",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "an image reference that nothing can pull",
		Why: `A reference has the form registry/name:tag@digest, the name in lower case. Anything else ends in InvalidImageName, and the pod never starts.

The APIM chart always writes repository:tag, and the tag into the label app.kubernetes.io/version as well. A digest behind the tag makes that label invalid, one behind the repository makes the reference invalid.`,
		Fix:  "Write a valid reference. To pin the gateway by digest, use an images: entry of a kustomization that renders the chart.",
		Refs: []string{refImages, refChart},
	},
	Check: func(p *lint.Pass) {
		for _, w := range p.Facts.Workloads {
			for _, c := range w.Containers {
				if text := c.Image.Ref.Text(); text != "" && !lint.IsReference(text) && !imagePattern.MatchString(text) && !filledInPattern.MatchString(text) {
					f := lint.Finding{
						Message: fmt.Sprintf("%q is no valid image reference: the pod never starts", text),
						Help:    "write registry/name:tag, the name in lower case",
						Places:  []lint.Place{c.At(c.Image.Ref, "")},
					}
					name, rest := text, ""
					if i := strings.LastIndexByte(text, ':'); i > strings.LastIndexByte(text, '/') {
						name, rest = text[:i], text[i:]
					}
					if lower := strings.ToLower(name) + rest; imagePattern.MatchString(lower) {
						f.Fixes = setValue(c.Image.Ref, lower, "write the name in lower case", true)
					}
					p.Report(f)
				}
			}
		}
		for _, u := range chartUses(p) {
			u.checkImage(p)
		}
	},
}

func (u *chartUse) checkImage(p *lint.Pass) {
	image := u.root.Get("gateway", "image")
	repository, tag := image.Get("repository"), image.Get("tag")
	broken := func(v repo.Value) bool {
		return v.Text() != "" && !lint.IsReference(v.Text()) && !isPlaceholderText(v.Text())
	}
	if broken(repository) {
		text := repository.Text()
		name, oldTag, digest := lint.ParseImage(text)
		switch {
		case digest != "":
			p.ReportAt(u.at(repository, ""), "write the tag to gateway.image.tag and leave the digest out",
				"the chart puts :tag behind the repository: with a digest in it the reference is invalid")
		case oldTag != "":
			p.ReportAt(u.at(repository, ""), "write the tag to gateway.image.tag",
				"the chart puts :tag behind the repository: with %q in it the reference is invalid", ":"+oldTag)
		case !imagePattern.MatchString(name):
			p.ReportAt(u.at(repository, ""), "write registry/name, the name in lower case", "%q is no valid image repository: the pod never starts", text)
		}
	}
	if !broken(tag) {
		return
	}
	switch text := tag.Text(); {
	case strings.Contains(text, "@"):
		p.ReportAt(u.at(tag, ""), "leave the digest out, or set it by an images: entry of a kustomization that renders the chart",
			"the chart writes the tag into the label app.kubernetes.io/version, which a digest makes invalid: the API server refuses the Deployment")
	case !imagePattern.MatchString("name:" + text):
		p.ReportAt(u.at(tag, ""), "write a tag: letters, digits, dots, hyphens and underscores", "%q is no valid image tag: the pod never starts", text)
	}
}
