#!/usr/bin/env bash
# Builds the service and holds it against its contract: see fuzz.py, whose arguments these are.
# FUZZ_EXAMPLES is the number of examples for each operation.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/lib.sh"

PROGRAMS=$("$HERE/python.sh")
cd "$ROOT"
cargo build --quiet --bin doorward
exec "$PROGRAMS/python" "$HERE/fuzz.py" --schemathesis "$PROGRAMS/schemathesis" "$@"
