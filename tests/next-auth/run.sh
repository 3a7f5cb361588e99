#!/usr/bin/env bash
# Runs an app that has nothing but next-auth's own client, of version 4 and of version 5, against a
# service of its own, in Debian's Chromium.
#
#   run.sh [--generation 4|5] [NAME...]
#
# NAME is the beginning of a test in suite/; without one all are run. The app stands in v4/ and is
# the same for both, but that of version 5 has the hosted pages as well. package-lock.json says
# what they are made of.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../tools/lib.sh"

need_node "for the apps of next-auth" || exit 1
need_chromium "for the apps of next-auth" || exit 1
need_python

cd "$HERE"
npm_install
cd "$ROOT"
cargo build --locked --quiet --bin doorward
exec python3 "$HERE/serve.py" --binary "$TARGET/debug/doorward" "$@"
