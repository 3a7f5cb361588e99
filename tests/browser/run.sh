#!/usr/bin/env bash
# Walks the hosted pages in Debian's Chromium, against a service of its own on SQLite.
#
#   run.sh [--screenshots] [NAME...]
#
# NAME is the beginning of a file in walks/; without one all are walked. `--screenshots` writes
# docs/screenshots/ anew instead. The tools are those of package-lock.json; the providers that people
# sign in with have their own.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../tools/lib.sh"

need_node "for the browser tests" || exit 1
need_chromium "for the browser tests" || exit 1
need_oathtool || exit 1
need_python

cd "$HERE"
npm_install
NODE=$("$HERE/providers/node.sh")
if [ "${1:-}" = --screenshots ] && ! fc-list 2>/dev/null | grep -q "Inter"; then
    apt_install "the typeface of the screenshots" fonts-inter || true
fi

cd "$ROOT"
cargo build --locked --quiet --bin doorward
exec python3 "$HERE/serve.py" --binary "$TARGET/debug/doorward" --node "$NODE" "$@"
