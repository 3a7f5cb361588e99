#!/usr/bin/env bash
# Generates a client in Python, TypeScript, Go and Rust from the committed contract, checks that it
# compiles, and uses it against a running service. Needs a built program.
#
#   check.sh [--only NAME]...     NAME is python, typescript, go or rust
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../tools/lib.sh"

need_node "for a generated client" || exit 1
(cd "$HERE/typescript" && npm_install)
# Generators, type checker and the Go compiler.
BIN=$("$HERE/../tools/python.sh" "$HERE/requirements.txt" clients-venv)
export PATH=$BIN:$PATH
export CARGO_TARGET_DIR=$TARGET/clients/rust GOCACHE=$TARGET/clients/go
export PYTHONPATH=$ROOT/tests/tools PYTHONDONTWRITEBYTECODE=1
exec "$BIN/python" "$HERE/check.py" --binary "$TARGET/debug/doorward" "$@"
