#!/usr/bin/env bash
# Lints the committed contract and compiles the types that are generated from it.
#
#   check.sh [FOLDER]     FOLDER holds openapi.json and openapi-3.0.json (default: openapi/)
#
# The tools are those of package-lock.json; they are installed again when that has changed.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../lib.sh"

FOLDER=$(cd "${1:-$ROOT/openapi}" && pwd)
DOCUMENTS=("$FOLDER/openapi.json" "$FOLDER/openapi-3.0.json")
# No reports and no questions about newer versions over the network.
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true SCARF_ANALYTICS=false

need_node "to check the contract" || exit 1
for document in "${DOCUMENTS[@]}"; do
    [ -f "$document" ] || die "$document is missing: run make contract"
done

cd "$HERE"
npm_install
BIN=$HERE/node_modules/.bin

say "spectral"
"$BIN/spectral" lint --ruleset .spectral.yaml --fail-severity=warn "${DOCUMENTS[@]}"

say "redocly"
for document in "${DOCUMENTS[@]}"; do
    REPORT=$("$BIN/redocly" lint --config redocly.yaml --format=json --max-problems=200 \
        "$document" 2>node_modules/.redocly.log) || true
    node redocly-report.mjs "$document" <<<"$REPORT" || {
        cat node_modules/.redocly.log >&2
        exit 1
    }
done

say "types"
rm -rf generated
mkdir generated
for document in "${DOCUMENTS[@]}"; do
    "$BIN/openapi-typescript" "$document" --output "generated/$(basename "$document" .json).ts" >&2
done
"$BIN/tsc" --project tsconfig.json
say "the contract is in order: ${DOCUMENTS[*]##*/}"
