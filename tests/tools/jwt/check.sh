#!/usr/bin/env bash
# Lets other libraries (jose for Node, PyJWT for Python) check the service's tokens by its key set,
# across a rotation of the keys, and believe its list of what has ended.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib.sh"

need_node "to check tokens" || exit 1
cd "$HERE"
npm_install
BIN=$("$HERE/../python.sh")
cd "$ROOT"
cargo build --locked --quiet --bin doorward
export PYTHONPATH=$ROOT/tests/tools PYTHONDONTWRITEBYTECODE=1
exec "$BIN/python" "$HERE/check.py" --binary "$TARGET/debug/doorward" "$@"
