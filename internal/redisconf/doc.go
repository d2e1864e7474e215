// Package redisconf knows the configuration files of Redis, Valkey and Sentinel:
// it reads them with positions, writes words that every server reads back
// unchanged, and tells which lines a given version refuses or misreads.
//
// # What it does
//
//   - Parse splits a text as the servers do and keeps where every word stands.
//     It reads any text; what cannot be split is told, not guessed.
//   - Quote and Line write words and directives.
//   - CheckPassword, MasterName and MasterNameFatal tell which passwords and
//     names a group of Sentinels can keep.
//   - ImageVersion, ParseVersion and CanReplicate tell which server an image
//     runs and which servers can follow each other.
//   - Check and CheckFile hold directives against what a version knows: names,
//     numbers of arguments, values, and durations that Sentinel misreads.
//
// No message repeats a value of the file, which may be a secret.
//
// # What it does not do
//
// It reads no other file: include, aclfile and loadmodule are taken as they
// stand. It does not know whether a folder, host or script exists, nor which
// commands and settings a module adds. It does not compare lines of Sentinel
// with each other, so a name that no sentinel monitor declares is not told.
// Directives that need TLS or jemalloc are taken as built in, as they are in the
// published images.
//
// # Where the facts come from
//
// The rules of words are those of sdssplitargs (src/sds.c), the same from Redis
// 6.2 to 8.0 and Valkey 7.2 to 8.1; Valkey 9 lets text follow a closing quote,
// which Parse reports as an error. The directives of directives.txt come from
// the table of standard configs in src/config.c, the grammars from the functions
// beside it, the rules of users from src/acl.c, those of Sentinel from
// sentinelHandleConfiguration in src/sentinel.c, the commands of commands.txt
// from src/commands: Redis 6.2.16, 7.0.15, 7.2.6 and 7.4.1, Valkey 7.2.7 and
// 8.0.1. What Redis 8.0 and Valkey 8.1 added is from their release notes and
// from published lists of settings, not from their source. Later releases are
// known by the names of their directives only: there Check tells a name that is
// one slip away from a known one, and lets every other one pass.
//
// The tests hold all of it against the installed redis-server, line by line: a
// file is read up to a line that every server refuses, so what it accepts is
// known before it opens a port. They pass with Redis 6.2.16, 7.0.15 and 7.4.1 and
// with Valkey 8.0.1 as the installed server.
package redisconf
