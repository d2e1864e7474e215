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

# has_data tells whether this pod's folder holds what Redis saved there.
has_data() { [ -e "$data/appendonlydir" ] || [ -e "$data/appendonly.aof" ]; }

# may_lead tells whether this pod can be the master. Replicas copy their master:
# one that comes back with an empty folder would wipe what they hold, so it asks
# for another master first, unless the Sentinels are about to choose one anyway:
# two that do so at once make two masters for a moment. It leads if everyone else is
# as empty: a first start.
may_lead() {
	! has_data || return 0
	states=$(for host in $others; do state "$host" & done; wait)
	case $states in
	*data*)
		if echo "$answers" | secure "$majority" 2000 || [ "$seconds" -ge 30 ]; then
			log "this pod is to be master with an empty folder, others hold data: asking for a failover"
			ask_failover "$others" || true
		fi
		return 1
		;;
	*loading*) return 1 ;;
	esac
	[ "$(echo $states | wc -w)" -eq "$(echo $others | wc -w)" ] || [ "$seconds" -ge 60 ]
}

# begin starts a wait: seconds have gone by since then, waited milliseconds of it
# were spent in pause.
begin() {
	start=$(date +%s) seconds=0 waited=0
}

# pause waits for a moment, a short one at first: some seconds make a cold start,
# a second each is for what takes minutes, or for a sleep that knows no fractions.
pause() {
	if [ "$seconds" -lt 10 ] && sleep 0.2 2>/dev/null; then
		waited=$((waited + 200))
	else
		sleep 1
		waited=$((waited + 1000))
	fi
	seconds=$(($(date +%s) - start))
}

# Wait for a majority. After half a minute the newest configuration that any
# Sentinel knows will do: it says more than none.
begin
master=
until [ -n "$master" ]; do
	answers=$(configured $members)
	master=$(echo "$answers" | agreed)
	[ -n "$master" ] || [ "$seconds" -lt 30 ] || master=$(echo "$answers" | newest | cut -d ' ' -f 2)
	[ "$master" != "$self" ] || may_lead || master=
	[ -n "$master" ] || pause
done

# settle makes Redis, started as a replica, what the Sentinels say, until it is so.
# Sentinel itself would leave a replica with a wrong master for failover-timeout. A
# Redis that is a master by now was promoted by a Sentinel, and is left alone.
settle() {
	begin
	while pause; kill -0 $$ 2>/dev/null; do # $$ is Redis by now
		need=$majority
		answers=$(configured $members)
		named=$(echo "$answers" | agreed)
		if [ -z "$named" ] && [ "$seconds" -ge 30 ]; then # the same patience as above
			named=$(echo "$answers" | newest | cut -d ' ' -f 2) need=$(echo "$answers" | wc -l)
		fi
		set -- $(redis "$local" info replication | tr -d '\r' | awk -F: '
			{ value[$1] = $2 }
			END { print value["role"], value["master_host"], value["master_link_status"] }')
		role=${1-} follows=${2-} link=${3-}
		case $role:$named in
		slave:"$self")
			# Redis answers by now. A Sentinel that has time left hears of it before it
			# begins to replace this pod, and one that had an answer since this start
			# has no reason to; waited is the least that this can be.
			least=$((down_after - waited))
			[ "$least" -lt "$enough" ] || least=$enough
			echo "$answers" | secure "$need" $((least > 0 ? least : 1)) || continue
			log "the Sentinels keep this pod as the master"
			redis "$local" replicaof no one >/dev/null
			;;
		slave:"$follows") [ "$link" != up ] && [ "$seconds" -lt 120 ] || return 0 ;;
		slave:?*)
			log "another pod was promoted: this one follows $named"
			redis "$local" replicaof "$named" "$redis_port" >/dev/null
			;;
		master:*) return 0 ;;
		esac
	done
}

# A master that was long in coming may be replaced while it starts, and would take
# writes that nobody keeps until a Sentinel notices. So unless there is time to
# start, and to be heard of, it starts as the replica of nobody; and so at the very
# first start, when everything is slow at once.
follows=$master enough=3000
down_after=$(awk '$2 == "down-after-milliseconds" { print $4 }' "$etc/sentinel.conf")
[ "$master" != "$self" ] || { has_data && echo "$answers" | secure "$majority" "$enough"; } || follows=nobody

{
	echo "include $etc/redis.conf"
	echo "replica-announce-ip $self"
	printf '%s\n' "requirepass $password" "masterauth $password" # echo would take \\ for \
	case $follows in
	"$self") ;;
	nobody) echo "replicaof 127.0.0.1 1" ;;
	*) echo "replicaof $master $redis_port" ;;
	esac
	[ -z "${BIND-}" ] || echo "bind $BIND"
} >"$run/redis.conf"

case $follows in
"$self") log "starting as master" ;;
nobody) log "starting, to be the master if the Sentinels keep this pod as such" ;;
*) log "starting as replica of $master" ;;
esac
[ "$follows" = "$self" ] || settle &
unset REDISCLI_AUTH VALKEYCLI_AUTH
exec "$server" "$run/redis.conf"
