#!/bin/sh
# Starts Redis in the role that the Sentinels give this pod. Redis never decides
# itself: two pods that both believe to be the master lose writes.
set -eu
umask 077
. "${0%/*}/lib.sh"
trap 'exit 143' TERM

read_secret
speak_as "$password"
printf %s "$password" >"$run/password"
# The metrics container wants it in this form.
printf '{"%s://127.0.0.1:%s":"%s"}' "$scheme" "$redis_port" "$(printf %s "$password" | sed 's/\\/\\\\/g')" >"$run/exporter.json"
data=$(awk '$1 == "dir" { print $2 }' "$etc/redis.conf")

# state HOST prints what the Redis there holds: data, nothing, or loading.
state() {
	redis "$1" info | tr -d '\r' | awk -F: '
		$1 == "role" { state = "nothing" }
		$1 == "loading" && $2 > 0 { loading = 1 }
		$1 ~ /^db[0-9]+$/ { data = 1 }
		END { if (state != "") print loading ? "loading" : data ? "data" : state }'
}

# may_lead tells whether this pod can be the master. Replicas copy their master:
# one that comes back with an empty folder would wipe what they hold, so it asks
# for another master first. It leads if everyone else is as empty: a first start.
may_lead() {
	[ ! -e "$data/appendonlydir" ] && [ ! -e "$data/appendonly.aof" ] || return 0
	states=$(for host in $others; do state "$host" & done; wait)
	case $states in
	*data*)
		log "this pod is to be master with an empty folder, others hold data: asking for a failover"
		ask_failover "$others" || true
		return 1
		;;
	*loading*) return 1 ;;
	esac
	[ "$(echo $states | wc -w)" -eq "$(echo $others | wc -w)" ] || [ "$seconds" -ge 60 ]
}

# Wait for a majority. After half a minute the newest configuration that any
# Sentinel knows will do: it says more than none.
seconds=0 master=
start=$(date +%s)
until [ -n "$master" ]; do
	answers=$(configured $members)
	master=$(echo "$answers" | agreed)
	[ -n "$master" ] || [ "$seconds" -lt 30 ] || master=$(echo "$answers" | newest | cut -d ' ' -f 2)
	[ "$master" != "$self" ] || may_lead || master=
	[ -n "$master" ] || sleep 1
	seconds=$(($(date +%s) - start))
done

{
	echo "include $etc/redis.conf"
	echo "replica-announce-ip $self"
	echo "requirepass $password"
	echo "masterauth $password"
	[ "$master" = "$self" ] || echo "replicaof $master $redis_port"
	[ -z "${BIND-}" ] || echo "bind $BIND"
} >"$run/redis.conf"

if [ "$master" = "$self" ]; then
	log "starting as master"
else
	log "starting as replica of $master"
fi
unset REDISCLI_AUTH VALKEYCLI_AUTH
exec "$server" "$run/redis.conf"
