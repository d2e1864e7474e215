package main

import rego.v1

# What people write by hand: the passwords and master names of Redis, Sentinel
# and the gateway, taken out of the texts by regular expressions.

texts contains text if {
	some doc in input
	doc.contents.kind == "ConfigMap"
	some text in doc.contents.data
}

passwords contains m[1] if {
	some text in texts
	some m in regex.find_all_string_submatch_n(`(?m)^\s*(?:requirepass|masterauth|sentinel auth-pass \S+) (\S+)`, text, -1)
}

masters contains m[1] if {
	some text in texts
	some m in regex.find_all_string_submatch_n(`(?m)^\s*sentinel monitor (\S+)`, text, -1)
}

deny contains "the sides of Redis do not have one password" if count(passwords) > 1

deny contains msg if {
	some doc in input
	asked := doc.contents.gateway.ratelimit.redis.sentinel.master
	not asked in masters
	msg := sprintf("no Sentinel monitors %v", [asked])
}
