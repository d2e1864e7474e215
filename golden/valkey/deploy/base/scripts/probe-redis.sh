#!/bin/sh
# Probes of the redis container: probe-redis.sh startup|ready|live
set -u
. "${0%/*}/lib.sh"
[ -r "$run/password" ] || exit 1
speak_as "$(cat "$run/password")"

case $mode in
# A replica has started when it holds its master's data: an update that goes on
# earlier could take the last copy.
startup) redis "$local" info replication | tr -d '\r' | grep -Eqx 'role:master|master_link_status:up' ;;
# Not the link to the master: this pod's Sentinel must stay reachable while there
# is no master, and readiness belongs to the pod.
ready)
	accept_new redis "$(cat "$run/password")"
	[ "$(redis "$local" ping)" = PONG ]
	;;
# Any answer is alive, also LOADING, BUSY and NOAUTH.
live) [ -n "$(redis "$local" ping)" ] ;;
esac
