package specedit

import (
	"fmt"
	"path"
	"strings"

	"github.com/quorumwright/quorumwright/internal/yamledit"
)

// Set makes assignments of the form PATH=VALUE in the own spec of an
// environment, or in the base for "".
func (s *Spec) Set(env string, assignments ...string) error {
	if err := s.known(env); err != nil {
		return err
	}
	for _, a := range assignments {
		name, text, ok := strings.Cut(a, "=")
		if !ok {
			return fmt.Errorf("%s: write PATH=VALUE, such as redis.nodes=5", a)
		}
		field, typ, err := s.fields.find(name)
		if err != nil {
			return err
		}
		v, err := value(typ, text)
		if err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		if err := s.set(env, field, v); err != nil {
			return err
		}
	}
	return nil
}

// SetImage makes assignments of the form NAME=TAG, NAME=REPOSITORY:TAG, each
// with @DIGEST or not, in an environment or in the base for "". NAME is that of
// the component, or of its present image. A digest that pinned the image before
// goes, unless a new one is given: it would win over the tag.
func (s *Spec) SetImage(env string, assignments ...string) error {
	if err := s.known(env); err != nil {
		return err
	}
	for _, a := range assignments {
		name, ref, ok := strings.Cut(a, "=")
		if !ok || ref == "" {
			return fmt.Errorf("%s: write NAME=TAG, such as redis=7.2.5", a)
		}
		if err := s.setImage(env, name, ref); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spec) setImage(env, name, ref string) error {
	at, pinned, err := s.image(env, name)
	if err != nil {
		return err
	}
	repository, tag, digest, err := parseImage(ref)
	if err != nil {
		return fmt.Errorf("%s=%s: %w", name, ref, err)
	}
	if digest != "" && !pinned {
		return fmt.Errorf("%s cannot be pinned by digest: the chart always appends a tag; write %s=%s", at, name, strings.TrimPrefix(strings.TrimSuffix(ref, "@"+digest), "@"))
	}
	for _, part := range []struct{ name, value string }{{"repository", repository}, {"tag", tag}, {"digest", digest}} {
		if part.value == "" {
			continue
		}
		if err := s.set(env, at.Join(part.name), yamledit.Text(part.value)); err != nil {
			return err
		}
	}
	if old, had := s.own(env, at.Join("digest")); had && digest == "" {
		if err := s.remove(env, at.Join("digest")); err != nil {
			return err
		}
		s.note("%s: removed %s, which pinned the image before; @sha256:… behind the tag pins the new one", at.Join("digest"), shorten(old.Text))
	}
	return nil
}

// image finds the field of an image by the name of its component or by that of
// the image that it has now. pinned tells whether it may have a digest.
func (s *Spec) image(env, name string) (at yamledit.Path, pinned bool, err error) {
	names, byName := s.fields.images()
	pick := func(n string) (yamledit.Path, bool, error) {
		f := byName[n]
		at, _, err := s.fields.find(f.Path)
		return at, has(f, "digest"), err
	}
	for _, n := range names {
		below := strings.TrimPrefix(byName[n].Path, "spec.")
		if name == n || name == below || name == strings.TrimSuffix(below, ".image") {
			return pick(n)
		}
	}
	var found []string
	for _, n := range names {
		at, _, err := pick(n)
		if err != nil {
			return nil, false, err
		}
		for _, layer := range []string{env, ""} {
			if v, ok := s.own(layer, at.Join("repository")); ok && (v.Text == name || path.Base(v.Text) == name) {
				found = append(found, n)
				break
			}
		}
	}
	if len(found) == 1 {
		return pick(found[0])
	}
	return nil, false, fmt.Errorf("no image is called %q: write %s", name, strings.Join(names, ", "))
}

// parseImage splits what an image shall be.
func parseImage(ref string) (repository, tag, digest string, err error) {
	rest, digest, pinned := strings.Cut(ref, "@")
	if pinned && !strings.HasPrefix(digest, "sha256:") {
		return "", "", "", fmt.Errorf("a digest is sha256: followed by 64 hexadecimal digits")
	}
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		repository, tag = rest[:i], rest[i+1:]
	} else if strings.Contains(rest, "/") {
		repository = rest
	} else {
		tag = rest
	}
	if tag == "" && digest == "" {
		return "", "", "", fmt.Errorf("a tag is missing: write %s:TAG", strings.TrimSuffix(rest, ":"))
	}
	return repository, tag, digest, nil
}

func shorten(digest string) string {
	if len(digest) > 19 {
		return digest[:19] + "…"
	}
	return digest
}
