#!/bin/sh
# What make quickstart shows: the whole product on the repository's own example.
# usage: quickstart.sh QUORUMWRIGHT
set -eu
qw=$(CDPATH='' cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp golden/environments/quorumwright.yaml "$dir"
cp -r golden/broken "$dir/broken"
cd "$dir"

echo '$ quorumwright generate'
"$qw" generate -q
find deploy -type f | LC_ALL=C sort

for env in dev staging prod; do
    printf '\n$ quorumwright build %s | grep -c ^kind:\n' "$env"
    "$qw" build "$env" | grep -c '^kind:'
done

printf '\n$ quorumwright lint deploy    # nothing to say\n'
"$qw" lint deploy

printf '\n$ quorumwright lint broken\n'
code=0
"$qw" lint broken || code=$?
[ "$code" = 1 ] || { echo "expected exit code 1, got $code" >&2; exit 1; }
