package generate

import "github.com/quorumwright/quorumwright/internal/redisconf"

// encodeConf writes the groups of #RedisConf or #SentinelConf as the text of a
// configuration file, with an empty line before every group.
func encodeConf(b *page, conf node) {
	groups, _ := lookup(conf, "groups").([]any)
	for _, group := range groups {
		b.WriteByte('\n')
		about, _ := lookup(group, "about").([]any)
		for _, line := range about {
			b.WriteString("# " + line.(string) + "\n")
		}
		lines, _ := lookup(group, "lines").([]any)
		for _, line := range lines {
			encodeLine(b, line)
		}
	}
}

// encodeLine writes one line: text as it is, or words with the quotes they need.
func encodeLine(b *page, line node) {
	list, ok := lookup(line, "words").([]any)
	if !ok {
		b.WriteString(text(line, "text") + "\n")
		return
	}
	b.WriteString(redisconf.Line(list[0].(string)))
	for _, item := range list[1:] {
		b.WriteByte(' ')
		if word := item.(string); hasHoles(word) {
			b.leave(func(b *page, own *ownSet) { b.WriteString(redisconf.Quote(own.fill(word))) })
		} else {
			b.WriteString(redisconf.Quote(word))
		}
	}
	b.WriteByte('\n')
}
