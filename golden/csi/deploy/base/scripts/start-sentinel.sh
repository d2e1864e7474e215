#!/bin/sh
# Starts Sentinel on a file of its own, for it saves its state there. The file is
# made anew at every start from sentinel.conf, the Secret and what this Sentinel
# remembers, so that a changed password or setting needs no more than a restart.
set -eu
umask 077
. "${0%/*}/lib.sh"

read_secret
speak_as "$password"
file=$(static dir)/sentinel.conf
mkdir -p "${file%/*}"
[ -e "$file" ] || : >"$file"

# remembered prints "EPOCH MASTER" from the last run of this Sentinel.
remembered() {
	awk -v name="$master_name" -v members=" $members" '
		$1 == "sentinel" && $2 == "monitor" && $3 == name { master = $4 }
		$1 == "sentinel" && $2 == "config-epoch" && $3 == name { epoch = $4 }
		END { if (epoch != "" && index(members, " " master " ")) print epoch, master }' "$file"
}

# identity HOST prints an id that only the host name decides: a Sentinel that
# lost its volume comes back as the same one, not as one more.
identity() { printf %s "$1" | sha1sum | cut -c 1-40; }

# The newest promotion that anyone knows decides; at the very first start there
# is none, and sentinel.conf names the master.
set -- $({ configured $others; remembered; } | newest)
epoch=${1:-0} master=${2:-$first_master}

{
	# The master and the pod that sentinel.conf names first change places.
	awk -v first="$first_master" -v master="$master" '
		$1 == "sentinel" && $4 == first { $4 = master; print; next }
		$1 == "sentinel" && $4 == master { $4 = first }
		{ print }' "$etc/sentinel.conf"
	echo "sentinel announce-ip $self"
	echo "sentinel myid $(identity "$self")"
	for host in $others; do
		echo "sentinel known-sentinel $master_name $host $sentinel_port $(identity "$host")"
	done
	# echo would take \\ for \.
	printf '%s\n' "sentinel auth-pass $master_name $password" "requirepass $password" "sentinel sentinel-pass $password"
	echo "sentinel config-epoch $master_name $epoch"
	awk '$1 == "sentinel" && ($2 == "leader-epoch" || $2 == "current-epoch")' "$file"
	[ -z "${BIND-}" ] || echo "bind $BIND"
} >"$file.new"
mv "$file.new" "$file"

log "starting, the master is $master"
unset REDISCLI_AUTH VALKEYCLI_AUTH
exec "$server" "$file" --sentinel
