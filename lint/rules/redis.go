package rules

import "github.com/quorumwright/quorumwright/lint"

// redisRules judge the Redis servers themselves: their files, their data, and
// who follows whom.
var redisRules = []*lint.Rule{
	redisBadValue,
	redisConfigNotUsed,
	redisEmptyMasterRestart,
	redisEphemeralData,
	redisFixedMasterService,
	redisHandoverWithoutPause,
	redisReplicaofTarget,
	redisStaticReplicaof,
	redisTLSMismatch,
	redisUnknownDirective,
	redisVersionOrder,
	redisWriteSafety,
}

const (
	refRedisConfig  = "https://redis.io/docs/latest/operate/oss_and_stack/management/config/"
	refPersistence  = "https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/"
	refReplication  = "https://redis.io/docs/latest/operate/oss_and_stack/management/replication/"
	refTLS          = "https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/"
	refValkeyConfig = "https://valkey.io/topics/valkey.conf/"
)
