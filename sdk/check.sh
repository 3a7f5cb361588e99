#!/usr/bin/env bash
# Everything that the npm package is held to, the live tests against the service included.
#
#   sdk/check.sh
#
# The service is $DOORWARD_BINARY, or the debug build in the target folder.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=../tests/tools/lib.sh
. ../tests/tools/lib.sh

need_node "for the npm package" || die "Node.js is missing"
need_python || die "Python is missing"
export DOORWARD_BINARY=${DOORWARD_BINARY:-$TARGET/debug/doorward}
[ -x "$DOORWARD_BINARY" ] || die "$DOORWARD_BINARY is missing: run cargo build"

step "sdk: install" npm_install
step "sdk: generated files" npm run --silent check:generated
step "sdk: types" npm run --silent check:types
step "sdk: style" npm run --silent check:style
step "sdk: build" npm run --silent build -- --log-level warn
step "sdk: package" npm run --silent check:package
step "sdk: size" npm run --silent check:size
step "sdk: tests" npm test --silent
