#!/usr/bin/env bash
# Runs a command with TEST_POSTGRES_URL set to a PostgreSQL that it may do with as it likes.
#
#   with-postgres.sh COMMAND...
#
# The server that postgres.sh starts for it ends with the command, whichever way that ends. More
# settings of the server: POSTGRES_SETTINGS="name=value name=value".
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ $# -ge 1 ] || die "usage: with-postgres.sh COMMAND..."
if [ -n "${TEST_POSTGRES_URL:-}" ]; then
    exec "$@"
fi

TOOL=$(cd "$(dirname "$0")" && pwd)/postgres.sh
FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/doorward-postgres.XXXXXX")
CHILD=

clean_up() {
    trap '' INT TERM HUP
    "$TOOL" stop "$FOLDER" || true
    rm -rf "$FOLDER"
}
trap clean_up EXIT

# The command has a process group of its own, so that a signal reaches all that it started.
pass_on() {
    [ -n "$CHILD" ] || exit 143
    kill "-$1" -- "-$CHILD" 2>/dev/null || true
}
trap 'pass_on INT' INT
trap 'pass_on TERM' TERM
trap 'pass_on HUP' HUP

SETTINGS=()
for setting in ${POSTGRES_SETTINGS:-}; do
    SETTINGS+=(-c "$setting")
done
TEST_POSTGRES_URL=$("$TOOL" start "$FOLDER" ${SETTINGS[@]+"${SETTINGS[@]}"})
export TEST_POSTGRES_URL

set -m
"$@" <&0 &
CHILD=$!
set +m
# A signal ends `wait` before the command has ended.
while true; do
    STATUS=0
    wait "$CHILD" || STATUS=$?
    kill -0 "$CHILD" 2>/dev/null || break
done
exit "$STATUS"
