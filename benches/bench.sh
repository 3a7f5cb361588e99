#!/usr/bin/env bash
# Measures the service under load and prints Markdown tables; a copy goes to target/bench.
#
#   bench.sh [SCENARIO]...     checks, pinned, sign-ins, tokens, refreshes, start, sizes, next
#
# Without a SCENARIO all are measured. `next` is next/bench.sh: a route of Next.js, guarded.
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
BESIDE=yes
LOAD=()
for scenario in "$@"; do
    [ "$scenario" = next ] || LOAD+=("$scenario")
done
if [ $# -gt 0 ] && [ ${#LOAD[@]} -eq $# ]; then
    BESIDE=no
fi
if [ $# -eq 0 ] || [ ${#LOAD[@]} -gt 0 ]; then
    "$ROOT/tests/tools/with-postgres.sh" python3 "$HERE/bench.py" --release "$TARGET/release" \
        --node "$NODE" ${LOAD[@]+"${LOAD[@]}"} |
        tee "$TARGET/bench/latest.md"
fi
if [ "$BESIDE" = yes ]; then
    DOORWARD_BINARY=$TARGET/release/doorward exec "$HERE/next/bench.sh"
fi
