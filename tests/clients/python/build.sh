#!/usr/bin/env bash
# Generates the Python client and checks the types of it and of use.py.
set -euo pipefail
cd "$(dirname "$0")"
rm -rf generated/doorward_client
mkdir -p generated

# [snippet: generate]
openapi-python-client generate --path ../../../openapi/openapi.json --config generator.yaml \
    --meta none --output-path generated/doorward_client --fail-on-warning
# [/snippet]

mypy --config-file mypy.ini generated/doorward_client use.py
