#!/bin/sh
# Readiness of the sentinel container: it answers. It may say NOAUTH, so that the
# probe needs no password.
set -u
. "${0%/*}/lib.sh"
[ -n "$(sentinel "$local" ping)" ]
