package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/quorumwright/quorumwright/internal/git"
	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/schema"
)

// versionPhrases are the fields that people call by another name.
var versionPhrases = map[string]string{
	"redis.image.tag":         "redis",
	"redis.metrics.image.tag": "metrics",
	"gateway.image.tag":       "gateway",
	"gateway.chart.version":   "chart",
}

// secretive are keys whose values are not told.
var secretive = pattern.New(`(?i)(pass|secret|token|credential|license|key)[A-Za-z]*$`)

// references are fields that are called like secrets, and say where one is.
var references = pattern.New(`\.(secretName|key)$|^secrets\.(sealedSecrets|sops)\.`)

// specPhrases says in the domain's words what differs between two environments'
// specs: "redis 7.2.4 → 7.2.5", "redis.nodes 3 → 5".
func specPhrases(old, new schema.Spec) ([]string, error) {
	changes, err := fieldChanges(old, new)
	var phrases []string
	for _, c := range changes {
		phrases = append(phrases, c.Text)
	}
	return phrases, err
}

func phrase(name, from, to string) string {
	switch {
	case from == "":
		return fmt.Sprintf("%s set to %s", name, git.Clean(to))
	case to == "":
		return fmt.Sprintf("%s %s removed", name, git.Clean(from))
	}
	return fmt.Sprintf("%s %s → %s", name, git.Clean(from), git.Clean(to))
}

// fieldsOf lists the fields of a spec by path, each with its value as text.
func fieldsOf(s schema.Spec) (map[string]string, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var root any
	if err := json.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	fields := map[string]string{}
	collect(fields, "", root)
	return fields, nil
}

func collect(fields map[string]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, v := range value {
			collect(fields, strings.TrimPrefix(path+"."+key, "."), v)
		}
	case []any:
		// A list of plain values, such as the lines of a directive, reads as one.
		var parts []string
		for _, v := range value {
			if reflect.ValueOf(v).Kind() == reflect.Map {
				data, err := json.Marshal(v)
				if err == nil {
					parts = append(parts, string(data))
				}
				continue
			}
			parts = append(parts, fmt.Sprint(v))
		}
		if len(parts) > 0 {
			fields[path] = strings.Join(parts, ", ")
		}
	case nil:
	default:
		if text := fmt.Sprint(value); text != "" {
			fields[path] = text
		}
	}
}
