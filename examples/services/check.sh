#!/usr/bin/env bash
# Tries the examples of this folder against a service of their own. The package `doorward` is the
# one that was packed for the Next.js example; it is packed now if it was not yet.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../../tests/tools/lib.sh"

need_node "for the examples" || exit 1
cd "$HERE"
[ -f ../nextjs/vendor/doorward.tgz ] || node ../nextjs/scripts/sdk.mjs
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
DOORWARD_BINARY=${DOORWARD_BINARY:-$TARGET/debug/doorward}
[ -x "$DOORWARD_BINARY" ] || (cd "$ROOT" && cargo build --locked --quiet --bin doorward)
DOORWARD_BINARY=$DOORWARD_BINARY exec node check.mjs
