#!/usr/bin/env bash
# Generates the Go client, vets it and use.go, and compiles both.
set -euo pipefail
cd "$(dirname "$0")"
# Nothing but the standard library, and no newer Go than the one that is installed.
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod
rm -rf generated

# [snippet: generate]
openapi-generator-cli generate --config generator.yaml --output generated/doorward \
    --input-spec ../../../openapi/openapi.json
# [/snippet]

go vet ./...
go build -o generated/use .
