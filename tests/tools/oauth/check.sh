#!/usr/bin/env bash
# Lets two foreign client libraries use the token endpoint of a running service: Authlib (Python)
# and oauth4webapi (JavaScript). Needs TEST_POSTGRES_URL and a built program.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib.sh"

need_node "for a foreign client" || exit 1
cd "$HERE"
npm_install
PYTHON=$("$HERE/../python.sh")/python
export PYTHONPATH=$HERE/.. PYTHONDONTWRITEBYTECODE=1
exec "$PYTHON" check.py --binary "$TARGET/debug/doorward"
