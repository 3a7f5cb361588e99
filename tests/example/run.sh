#!/usr/bin/env bash
# Walks the Next.js example in Debian's Chromium, built and started as in production, against a
# service of its own on SQLite.
#
#   run.sh [--next 15|16] [--screenshots FOLDER] [NAME...]
#
# NAME is the beginning of a file in stories/; without one all are told. `--next 15` takes the last
# Next.js before `proxy.ts`: there it is `middleware.ts`, on the Edge runtime. DOORWARD_BINARY names
# a service that is built already.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../tools/lib.sh"

NEXT=16
if [ "${1:-}" = --next ]; then
    NEXT=$2
    shift 2
fi
need_node "for the example" || exit 1
need_chromium "for the tests of the example" || exit 1
need_oathtool || exit 1
need_python

(cd "$HERE/../browser" && npm_install)
PROVIDERS_NODE=$("$HERE/../browser/providers/node.sh")
APP=$("$HERE/app.sh" "$NEXT")
if [ -z "${DOORWARD_BINARY:-}" ]; then
    (cd "$ROOT" && cargo build --locked --quiet --bin doorward)
    DOORWARD_BINARY=$TARGET/debug/doorward
fi
exec python3 "$HERE/drive.py" --binary "$DOORWARD_BINARY" --node "$PROVIDERS_NODE" \
    --app "$APP" --next "$NEXT" "$@"
