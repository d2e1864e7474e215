package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"quorumwright": main, "faulty": runFaulty})
}

// TestScripts runs testdata/script: each is one situation of a person at a
// terminal, named command_case. UPDATE_GOLDEN=1 rewrites what they compare
// with.
func TestScripts(t *testing.T) {
	runScripts(t, testscript.Params{Dir: "testdata/script"})
}

// TestRuleScripts runs the examples of those rules whose findings do not come
// from linting: their archives in lint/rules/testdata are scripts.
func TestRuleScripts(t *testing.T) {
	archives, err := filepath.Glob("../../lint/rules/testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var scripts []string
	for _, name := range archives {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(ar.Comment), "exec quorumwright ") {
			scripts = append(scripts, name)
		}
	}
	if len(scripts) == 0 {
		t.Fatal("no rule has a script")
	}
	runScripts(t, testscript.Params{Files: scripts})
}

func runScripts(t *testing.T, p testscript.Params) {
	p.UpdateScripts = os.Getenv("UPDATE_GOLDEN") != ""
	p.RequireExplicitExec, p.RequireUniqueNames = true, true
	p.Setup = func(env *testscript.Env) error {
		root, err := os.Getwd()
		if err != nil {
			return err
		}
		env.Setenv("REPO", root+"/../..")
		env.Setenv("GITHUB_ACTIONS", "")
		return nil
	}
	testscript.Run(t, p)
}
