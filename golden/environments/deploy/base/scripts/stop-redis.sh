#!/bin/sh
# Runs before Redis is stopped: a master hands over first, without losing a write
# that it has acknowledged. Nobody to take over is no reason to keep a node from
# going down: the append-only file holds the data.
set -u
. "${0%/*}/lib.sh"
# While the password is being changed, pods that have restarted know the new one
# only, and this one takes both (accept_new).
speak_as "$(cat "$secret")"
[ "$(redis "$local" ping)" = PONG ] || speak_as "$(cat "$run/password")"

[ "$(redis "$local" role | head -n 1)" = master ] || exit 0

# behind OFFSET names the replicas that answer and do not hold all up to OFFSET.
# They are asked themselves: the master hears from them once a second only.
behind() {
	for host in $others; do
		redis "$host" info replication | tr -d '\r' | awk -F: -v host="$host" -v need="$1" '
			{ value[$1] = $2 }
			END { if (value["role"] == "slave" && (value["master_link_status"] != "up" || value["slave_repl_offset"] + 0 < need + 0)) print host }' &
	done
	wait
}

# wait_for SECONDS OFFSET waits until no replica is behind, at most that long. The
# Sentinels may choose any of them.
wait_for() {
	end=$(($(date +%s) + $1))
	while [ -n "$(behind "$2")" ] && [ "$(date +%s)" -lt "$end" ]; do :; done
}

# First those that are still copying. Then writes wait while the replicas catch
# up: nothing is refused, nothing is lost.
wait_for 10 0
redis "$local" client pause 30000 write >/dev/null
wait_for 5 "$(redis "$local" info replication | tr -d '\r' | awk -F: '$1 == "master_repl_offset" { print $2 }')"

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
