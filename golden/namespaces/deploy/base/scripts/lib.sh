# What the other scripts share. POSIX sh, for the Debian and Alpine images of
# Redis and Valkey: nothing but awk, cat, cut, date, grep, head, sed, sha1sum,
# sort, timeout, tr, wc and redis-cli (or valkey-cli).
#
# The pods of this group stand in sentinel.conf: the host that `sentinel monitor`
# names and every `sentinel known-replica`. No other place lists them.

LC_ALL=C
export LC_ALL

# Where things are. The variables are for running a pod outside a cluster: BIND
# is its address, POD_HOST its name in sentinel.conf.
etc=${REDIS_ETC:-/etc/redis}
run=${REDIS_RUN:-/run/redis}
secret=${REDIS_SECRET:-/run/secrets/redis/password}
local=${BIND:-127.0.0.1}

log() { echo "${0##*/}: $*" >&2; }
die() { log "$@"; exit 1; }

# static NAME prints the first argument of a directive of sentinel.conf.
static() { awk -v name="$1" '$1 == name { print $2; exit }' "$etc/sentinel.conf"; }

set -- "${1-}" $(awk '$1 == "sentinel" && $2 == "monitor" { print $3, $4, $5; exit }' "$etc/sentinel.conf")
mode=$1 master_name=$2 first_master=$3 redis_port=$4
sentinel_port=$(awk '($1 == "port" || $1 == "tls-port") && $2 > 0 { print $2; exit }' "$etc/sentinel.conf")
members=$(awk '$1 == "sentinel" && ($2 == "monitor" || $2 == "known-replica") { printf "%s ", $4 }' "$etc/sentinel.conf")

self=${POD_HOST-} others=
for host in $members; do
	case $host in
	"${POD_NAME:?is not set}".*) self=$host ;;
	esac
done
for host in $members; do
	[ "$host" = "$self" ] || others="$others$host "
done
[ -n "$self" ] || die "sentinel.conf does not list $POD_NAME: change the number of nodes in the spec, do not scale the StatefulSet"

set -- $members
majority=$(($# / 2 + 1))

if command -v redis-server >/dev/null; then
	server=redis-server cli=redis-cli
else
	server=valkey-server cli=valkey-cli
fi
ca=$(static tls-ca-cert-file) scheme=redis
[ -z "$ca" ] || cli="$cli --tls --cacert $ca" scheme=rediss

# redis HOST COMMAND... and sentinel HOST COMMAND... ask one server; silence
# within two seconds is an answer too.
redis() { ask "$redis_port" "$@"; }
sentinel() { ask "$sentinel_port" "$@"; }
ask() {
	ask_port=$1 ask_host=$2
	shift 2
	timeout 2 $cli -h "$ask_host" -p "$ask_port" "$@" 2>/dev/null
}

# speak_as PASSWORD sets the password of redis and sentinel. The environment
# keeps it out of the process list.
speak_as() {
	REDISCLI_AUTH=$1 VALKEYCLI_AUTH=$1
	export REDISCLI_AUTH VALKEYCLI_AUTH
}

# read_secret sets password, and refuses one that a reader would take for another.
read_secret() {
	[ -r "$secret" ] || die "cannot read $secret: has the Secret this key?"
	password=$(cat "$secret"; echo .)
	password=${password%.}
	case $password in
	'') die "the password is empty: Redis would let everyone in" ;;
	*'
') die "the password ends with a newline, which the gateway sends and Redis does not know: write the Secret without it (printf, not echo)" ;;
	*[!!-~]*) die "the password holds white space, a control character or a byte beyond ASCII: Sentinel saves it unquoted and would not start again" ;;
	*[\"\']*) die "the password holds a quotation mark: Sentinel saves it unquoted and would not start again" ;;
	*'${'*) die "the password holds a dollar sign before a brace: the gateway would replace it" ;;
	*://*) die "the password holds ://: the gateway would take it for a reference to a secret" ;;
	esac
	[ "${PASSWORD_CHARACTERS-}" = uri ] || return 0
	case $password in
	*[!A-Za-z0-9._~!\$\&\(\)*,\;=:-]*) die "the password holds a character that a gateway before 4.12 changes, because it puts the password into a URI: use letters, digits and - . _ ~" ;;
	esac
}

# accept_new SERVER PASSWORD has the server of this pod, redis or sentinel, which
# runs with PASSWORD, take that of the Secret too if it has changed since. Without
# it a pod that restarts with the new one would be let in by nobody, and a rolling
# update would never end. Standard input keeps it out of the process list.
accept_new() {
	new=$(read_secret && printf %s "$password") || return 0
	[ "$new" != "$2" ] || return 0
	speak_as "$2"
	printf 'ACL SETUSER default >%s\n' "$new" | "$1" "$local" >/dev/null
}

# configured HOST... prints "EPOCH MASTER LEFT" for every Sentinel that answers:
# the master it names, if it is a pod of this group, the epoch of its promotion,
# and in how many milliseconds the Sentinel takes that pod for down if it hears
# nothing: 0 if it does already, -1 if it is replacing it.
# The epoch is asked for first: the other way round, a promotion in between
# would give the old master the new epoch, and nobody could ever tell it is old.
# (`sentinel master` alone does just that.)
configured() {
	for host in "$@"; do
		printf 'sentinel %s\n' "master $master_name" "get-master-addr-by-name $master_name" |
			sentinel "$host" | awk -v members=" $members" '
				NR % 2 { name = $0; next }
				{ value[name] = $0 }
				END {
					epoch = value["config-epoch"]
					left = value["down-after-milliseconds"] - value["last-ok-ping-reply"]
					if (left < 0 || value["flags"] ~ /down/) left = 0
					if (value["flags"] ~ /failover/) left = -1
					if (epoch != "" && index(members, " " name " ")) print epoch, name, left
				}' &
	done
	wait
}

# newest reads lines of configured and prints the one that outdates the others.
newest() { sort -rn | head -n 1; }

# agreed reads lines of configured and prints the master that a majority of all
# Sentinels names.
agreed() { awk -v need="$majority" '{ named[$2]++ } END { for (host in named) if (named[host] >= need) print host }'; }

# secure NEED LEFT reads lines of configured and tells whether this pod stays the
# master: so many Sentinels name it and leave it so much time, none is replacing
# it, and none has replaced it, which the others hear a moment later.
secure() {
	awk -v self="$self" -v need="$1" -v least="$2" '
		$3 < 0 { replaced = 1 }
		$2 == self && $3 >= least { n++ }
		NR == 1 || $1 > epoch { epoch = $1; newest = $2 }
		END { exit replaced || newest != self || n < need }'
}

# ask_failover HOSTS asks their Sentinels one after the other until one of them
# begins, or has begun, to promote another pod. One in TILT, which was held up and
# does nothing for half a minute, would say yes and not begin: it is asked last.
ask_failover() {
	tilted=
	for host in $1; do
		case $(sentinel "$host" info sentinel) in
		'') ;;
		*sentinel_tilt:1*) tilted="$tilted $host" ;;
		*) ! promotes "$host" || return 0 ;;
		esac
	done
	for host in $tilted; do
		! promotes "$host" || return 0
	done
	return 1
}
promotes() {
	case $(sentinel "$1" sentinel failover "$master_name") in
	OK | INPROG*) return 0 ;;
	esac
	return 1
}
