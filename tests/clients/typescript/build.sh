#!/usr/bin/env bash
# Generates the TypeScript client, checks the types of it and of use.ts, and compiles both.
set -euo pipefail
cd "$(dirname "$0")"
PATH=$PWD/node_modules/.bin:$PATH
rm -rf generated

# [snippet: generate]
openapi-ts --input ../../../openapi/openapi.json --output generated/doorward \
    --client @hey-api/client-fetch
# [/snippet]

tsc --project tsconfig.json
