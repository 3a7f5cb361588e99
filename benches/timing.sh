#!/usr/bin/env bash
# Whether the time of an answer tells if an address has an account: 2,000 pairs for each operation,
# against a release build on this machine. TIMING_SAMPLES says how many pairs instead.
#
#   timing.sh [OPERATION]...
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../tests/tools/lib.sh"
cd "$ROOT"

need_python
step "release build" cargo build --locked --release --bin doorward
export PYTHONPATH=$ROOT/tests/tools PYTHONDONTWRITEBYTECODE=1
status=0
for database in sqlite postgres; do
    "$ROOT/tests/tools/with-postgres.sh" python3 "$HERE/timing.py" --binary "$TARGET/release/doorward" \
        --samples "${TIMING_SAMPLES:-2000}" --database "$database" "$@" || status=1
done
exit "$status"
