#!/usr/bin/env bash
# Lets two foreign client libraries use the token endpoint of a running service: Authlib (Python)
# and oauth4webapi (JavaScript). Needs TEST_POSTGRES_URL and a built program.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib.sh"

if ! has node || ! has npm; then
    apt_install "Node.js 20 or newer and npm, for a foreign client" nodejs npm || exit 1
fi
cd "$HERE"
LOCK=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.lock-hash 2>/dev/null)" != "$LOCK" ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    printf '%s\n' "$LOCK" >node_modules/.lock-hash
fi
PYTHON=$("$HERE/../python.sh")/python
export PYTHONPATH=$HERE/.. PYTHONDONTWRITEBYTECODE=1
exec "$PYTHON" check.py --binary "$TARGET/debug/doorward"
