package generate

import (
	"bytes"

	"github.com/quorumwright/quorumwright/internal/redisconf"
)

// encodeConf writes the groups of #RedisConf or #SentinelConf as the text of a
// configuration file, with an empty line before every group.
func encodeConf(b *bytes.Buffer, conf node) {
	groups, _ := lookup(conf, "groups").([]any)
	for _, group := range groups {
		b.WriteByte('\n')
		about, _ := lookup(group, "about").([]any)
		for _, line := range about {
			b.WriteString("# " + line.(string) + "\n")
		}
		lines, _ := lookup(group, "lines").([]any)
		for _, line := range lines {
			b.WriteString(confLine(line))
			b.WriteByte('\n')
		}
	}
}

func confLine(line node) string {
	words, ok := lookup(line, "words").([]any)
	if !ok {
		return text(line, "text")
	}
	args := make([]string, len(words))
	for i, word := range words {
		args[i] = word.(string)
	}
	return redisconf.Line(args[0], args[1:]...)
}
