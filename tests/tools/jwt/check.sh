#!/usr/bin/env bash
# Lets other libraries (jose for Node, PyJWT for Python) check the service's tokens by its key set,
# across a rotation of the keys, and believe its list of what has ended.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib.sh"

if ! has node || ! has npm; then
    apt_install "Node.js 20 or newer and npm, to check tokens" nodejs npm || exit 1
fi
cd "$HERE"
LOCK=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.lock-hash 2>/dev/null)" != "$LOCK" ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    printf '%s\n' "$LOCK" >node_modules/.lock-hash
fi
BIN=$("$HERE/../python.sh")
cd "$ROOT"
cargo build --locked --quiet --bin doorward
export PYTHONPATH=$ROOT/tests/tools PYTHONDONTWRITEBYTECODE=1
exec "$BIN/python" "$HERE/check.py" --binary "$TARGET/debug/doorward" "$@"
