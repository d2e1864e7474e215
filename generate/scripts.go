package generate

import "embed"

// scripts are what the containers of the generated pods run: POSIX sh, copied
// as they are into the tree.
//
//go:embed scripts/*.sh
var scripts embed.FS

// scriptNames lists them in the order of a pod's life.
var scriptNames = []string{
	"lib.sh",
	"start-sentinel.sh",
	"start-redis.sh",
	"probe-sentinel.sh",
	"probe-redis.sh",
	"stop-redis.sh",
}
