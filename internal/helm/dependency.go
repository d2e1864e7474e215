package helm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// metadata is what Chart.yaml says, as far as it matters here; requirements.yaml
// of charts of the old form holds dependencies alone.
type metadata struct {
	Name         string       `yaml:"name"`
	Version      string       `yaml:"version"`
	Dependencies []dependency `yaml:"dependencies"`
}

type dependency struct {
	Name      string `yaml:"name"`
	Version   string `yaml:"version"`
	Condition string `yaml:"condition"`
}

// read reads the chart's own files.
func (c *Chart) read() error {
	var m, old metadata
	if err := decode(filepath.Join(c.dir, "Chart.yaml"), &m); err != nil {
		return err
	}
	if m.Name == "" || m.Version == "" {
		return errors.New("the file Chart.yaml has no name and version")
	}
	if err := decode(filepath.Join(c.dir, "requirements.yaml"), &old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	c.Name, c.Version = m.Name, m.Version
	for _, d := range append(m.Dependencies, old.Dependencies...) {
		if d.Name != "" && !strings.ContainsAny(d.Name, `/\`) && !c.has(d.Name) {
			c.stubs = append(c.stubs, d)
		}
	}
	return nil
}

func decode(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s cannot be read as YAML", filepath.Base(file))
	}
	return nil
}

// has tells whether a sub-chart is there, as a folder or packed.
func (c *Chart) has(name string) bool {
	if _, err := os.Stat(filepath.Join(c.dir, "charts", name, "Chart.yaml")); err == nil {
		return true
	}
	packed, err := filepath.Glob(filepath.Join(c.dir, "charts", name+"-[0-9v]*.tgz"))
	return err == nil && len(packed) > 0
}

// stubMark begins the message of a stub that is switched on.
const stubMark = "quorumwright: missing sub-chart "

var versionPattern = pattern.New(`[0-9]+(\.[0-9]+){0,2}`)

// stub puts empty charts in the place of those that are not there. Helm refuses
// a chart whose dependencies are missing, also when the values switch them off.
// A stub that is switched on fails.
func (c *Chart) stub(into *sink) error {
	for _, d := range c.stubs {
		// The version must lie in the range that the chart asks for.
		version := versionPattern.FindString(d.Version)
		if version == "" {
			version = "0.0.1"
		}
		for strings.Count(version, ".") < 2 {
			version += ".0"
		}
		chart, err := yaml.Marshal(map[string]string{"apiVersion": "v2", "name": d.Name, "version": version})
		if err != nil {
			return err
		}
		fail := fmt.Sprintf("{{ fail %q }}\n", stubMark+d.Name)
		for name, text := range map[string]string{"Chart.yaml": string(chart), "templates/fail.yaml": fail} {
			if err := into.put("charts/"+d.Name+"/"+name, strings.NewReader(text)); err != nil {
				return err
			}
		}
	}
	return nil
}
