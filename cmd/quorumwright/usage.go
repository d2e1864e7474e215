package main

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
	"github.com/quorumwright/quorumwright/internal/spelling"
	"github.com/spf13/cobra"
)

// What cobra complains about, in its words.
var (
	argumentCount = pattern.New(`^(requires at least|accepts|accepts at most|accepts between) .*arg\(s\)`).Where(pattern.Has("arg(s)"))
	unknownWord   = pattern.New(`^unknown command ("(?:[^"\\]|\\.)*") for`).Where(pattern.Begins("unknown command "))
	together      = pattern.New(`^if any flags in the group \[([^ ]+) ([^ ]+)\] are set`).Where(pattern.Begins("if any flags "))
	missingFlag   = pattern.New(`^required flag\(s\) "([^"]+)" not set`).Where(pattern.Begins("required flag"))
)

// usageError words cobra's own complaints about a command line like ours.
func usageError(cmd *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	form := strings.TrimSuffix(cmd.UseLine(), " [flags]")
	switch {
	case argumentCount.MatchString(text):
		return usagef("an argument is missing, or one is too many: write %s\nsee: %s --help", form, cmd.CommandPath())
	case unknownWord.MatchString(text):
		word := unknownWord.FindStringSubmatch(text)[1]
		if cmd.HasParent() {
			return usagef("%s takes no argument such as %s\nsee: %[1]s --help", cmd.CommandPath(), word)
		}
		var names []string
		for _, c := range cmd.Commands() {
			names = append(names, c.Name())
		}
		if near := spelling.Nearest(strings.Trim(word, `"`), names, spelling.Slips(word)); near != "" {
			return usagef("unknown command %s: did you mean %s?\nsee: quorumwright --help", word, near)
		}
		return usagef("unknown command %s\nsee: quorumwright --help", word)
	case together.MatchString(text):
		m := together.FindStringSubmatch(text)
		return usagef("--%s and --%s exclude each other", m[1], m[2])
	case missingFlag.MatchString(text):
		return usagef("--%s is missing: write %s\nsee: %s --help", missingFlag.FindStringSubmatch(text)[1], form, cmd.CommandPath())
	}
	return err
}
