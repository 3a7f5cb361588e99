#!/usr/bin/env bash
# Runs cargo-deny, which it builds from crates.io where this version is not there yet (about half a
# minute): cargo-deny.sh check licenses bans
set -euo pipefail
. "$(dirname "$0")/lib.sh"
VERSION=0.20.2

is_right() {
    [ "$("$1" --version 2>/dev/null)" = "cargo-deny $VERSION" ]
}

PROGRAM=$(command -v cargo-deny || true)
if ! is_right "$PROGRAM"; then
    PROGRAM=$TOOLS/bin/cargo-deny
    if ! is_right "$PROGRAM"; then
        say "building cargo-deny $VERSION"
        # Unoptimised and without debug information: it runs for a second or two.
        CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR=$TOOLS/cargo-deny-build \
            cargo install --quiet --locked --debug --root "$TOOLS" \
            --version "$VERSION" cargo-deny >&2
        rm -rf "$TOOLS/cargo-deny-build"
    fi
fi
cd "$ROOT"
exec "$PROGRAM" "$@"
