#!/usr/bin/env bash
# What can be said about the code without running it.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/lib.sh"
cd "$ROOT"

step "cargo fmt" cargo fmt --check
step "cargo clippy" cargo clippy --locked --all-targets -- -D warnings
step "cargo deny" "$HERE/cargo-deny.sh" check licenses bans
