#!/bin/sh
# Runs before Redis is stopped: a master hands over first, without losing a write
# that it has acknowledged. Nobody to take over is no reason to keep a node from
# going down: the append-only file holds the data.
set -u
. "${0%/*}/lib.sh"
speak_as "$(cat "$run/password")"

[ "$(redis "$local" role | head -n 1)" = master ] || exit 0

# Writes wait while the replicas catch up; nothing is refused, nothing is lost.
redis "$local" client pause 30000 write >/dev/null

# Another pod's Sentinel leads the failover: the one here is being stopped too.
if ask_failover "$others$self"; then
	end=$(($(date +%s) + 20))
	while [ "$(date +%s)" -lt "$end" ]; do
		master=$(configured $members | agreed)
		[ -n "$master" ] && [ "$master" != "$self" ] && exit 0
		sleep 1
	done
fi
redis "$local" client unpause >/dev/null
exit 0
