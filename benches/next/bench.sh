#!/usr/bin/env bash
# Measures a protected API route of Next.js behind `doorward/next` beside the same route behind
# next-auth 4 and Better Auth, and prints a Markdown table; a copy goes to target/bench.
#
# BENCH_SECONDS (4) is the length of one measurement, BENCH_ROUNDS (3) how often each is made, in
# turn with the others; BENCH_PORT (18180) is the first of the ports that it takes.
# DOORWARD_BINARY names a release build that is there already.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../../tests/tools/lib.sh"

has wrk || apt_install "the load tool wrk" wrk || exit 1
need_python
need_node "for the routes that are measured" || exit 1
if [ -z "${DOORWARD_BINARY:-}" ]; then
    (cd "$ROOT" && step "release build" cargo build --locked --release --bin doorward)
    DOORWARD_BINARY=$TARGET/release/doorward
fi
mkdir -p "$TARGET/bench"

cd "$ROOT/sdk"
npm_install
npm run --silent build >&2
PACKED=$(npm pack --silent --ignore-scripts --pack-destination "$TARGET/bench" | tail -n 1)
cd "$HERE"
npm_install
npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error \
    "$TARGET/bench/$PACKED" >&2
# Better Auth wants both while the routes are built; the running ones have others.
NEXT_TELEMETRY_DISABLED=1 NEXTAUTH_SECRET=$(head -c 32 /dev/urandom | base64) \
    NEXTAUTH_URL=http://localhost \
    step "next build" node node_modules/next/dist/bin/next build >&2

export PYTHONPATH=$ROOT/tests/tools:$ROOT/benches PYTHONDONTWRITEBYTECODE=1
python3 "$HERE/compare.py" --binary "$DOORWARD_BINARY" | tee "$TARGET/bench/next.md"
