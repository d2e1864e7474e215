#!/bin/sh
# Readiness of the sentinel container: it answers. It may say NOAUTH, so that the
# answer needs no password.
set -u
. "${0%/*}/lib.sh"
accept_new sentinel "$(awk '$1 == "sentinel" && $2 == "sentinel-pass" { print $3 }' "$(static dir)/sentinel.conf")"
[ -n "$(sentinel "$local" ping)" ]
