#!/usr/bin/env bash
# Measures the service under load and prints Markdown tables; a copy goes to target/bench.
#
#   bench.sh [SCENARIO]...     checks, pinned, sign-ins, tokens, refreshes, start, sizes (default: all)
#
# BENCH_SECONDS (4) is the length of one measurement, BENCH_ROUNDS (3) how often each is made, in
# turn with the others; BENCH_PORT (18080) is the first of the ports that it takes.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../tests/tools/lib.sh"
cd "$ROOT"

has wrk || apt_install "the load tool wrk" wrk || exit 1
need_python
step "release build" cargo build --locked --release --bin doorward --examples
mkdir -p "$TARGET/bench"
# The Node.js of the program that introspection is compared with.
NODE=$("$ROOT/tests/browser/providers/node.sh")
export PYTHONPATH=$ROOT/tests/tools PYTHONDONTWRITEBYTECODE=1
"$ROOT/tests/tools/with-postgres.sh" python3 "$HERE/bench.py" --release "$TARGET/release" \
    --node "$NODE" "$@" |
    tee "$TARGET/bench/latest.md"
