#!/usr/bin/env bash
# The whole test run, with all the set-up that it needs: the Rust tests on both databases, the
# linters of the contract, the contract held against the running service, tokens checked by other
# libraries, the npm package, clients and apps that are made with it or with others, the pages in a
# browser, and a few kills while it writes. CRASH_ROUNDS and FUZZ_EXAMPLES make the longest two
# longer.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/lib.sh"
cd "$ROOT"

if [ -z "${TEST_POSTGRES_URL:-}" ]; then
    exec "$HERE/with-postgres.sh" "$HERE/test.sh" "$@"
fi

PASSED=0
FAILED=()
check() {
    if step "$@"; then
        PASSED=$((PASSED + 1))
    else
        FAILED+=("$1")
    fi
}

rust_tests() {
    if has cargo-nextest; then
        cargo nextest run --locked && cargo test --locked --doc
    else
        say "cargo-nextest is not installed: cargo test runs the tests"
        cargo test --locked --no-fail-fast
    fi
}

# Nothing else makes sense while it does not compile.
step "build" cargo build --locked --bin doorward
need_python
# Another maker of one-time codes, which ours are held against.
need_oathtool
# The mail server of the tests.
"$HERE/python.sh" >/dev/null
check "Rust tests" rust_tests
check "contract" "$HERE/contract/check.sh"
check "foreign OAuth clients" "$HERE/oauth/check.sh"
for database in sqlite postgres; do
    check "schemathesis on $database" "$HERE/schemathesis.sh" --database "$database"
done
check "tokens in other libraries" "$HERE/jwt/check.sh"
check "ends seen by another process" python3 "$HERE/revoked.py" \
    --binary "$TARGET/debug/doorward" --rounds "${REVOKED_ROUNDS:-100}"
check "the README's walk" python3 "$HERE/walk.py"
check "code in documents" python3 "$HERE/snippets.py" --check
check "npm package" "$ROOT/sdk/check.sh"
check "generated clients" "$HERE/../clients/check.sh"
check "Next.js example" "$HERE/../example/run.sh"
check "Next.js example, with Next.js 15" "$HERE/../example/run.sh" --next 15
check "the example's guide" "$HERE/../example/guide.sh"
check "an API, a function, a mobile app" "$ROOT/examples/services/check.sh"
check "apps of next-auth" "$HERE/../next-auth/run.sh"
check "browser" "$HERE/../browser/run.sh"
check "kills while writing" python3 "$HERE/crash.py" --rounds "${CRASH_ROUNDS:-5}"

say ""
for name in ${FAILED[@]+"${FAILED[@]}"}; do
    say "FAILED: $name"
done
echo "steps: $PASSED passed, ${#FAILED[@]} failed"
[ "${#FAILED[@]}" -eq 0 ]
