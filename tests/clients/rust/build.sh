#!/usr/bin/env bash
# Generates the Rust client and compiles it with main.rs, beside the service's own build.
set -euo pipefail
cd "$(dirname "$0")"
cargo build --locked --quiet
