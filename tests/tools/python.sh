#!/usr/bin/env bash
# Prints the folder of programs of a Python environment that holds what a file of requirements
# names, made once for each state of that file.
#
#   python.sh [FILE NAME]     by default requirements.txt beside this script, and venv
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/lib.sh"

# The first Python that is new enough and can make environments.
find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
            2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

REQUIREMENTS=$(realpath "${1:-$HERE/requirements.txt}")
FOLDER=$TOOLS/${2:-venv}
mkdir -p "$TOOLS"
# Tests that run at the same time ask for it at the same time; one of them makes it.
if has flock; then
    exec 9>"$FOLDER.lock"
    flock 9
fi
HASH=$(sha256sum "$REQUIREMENTS" | cut -d' ' -f1)
if [ "$(cat "$FOLDER/.requirements-hash" 2>/dev/null)" != "$HASH" ]; then
    if ! PYTHON=$(find_python); then
        apt_install "Python 3.11 or newer with venv" python3 python3-venv || exit 1
        PYTHON=$(find_python) || die "missing: Python 3.11 or newer with venv"
    fi
    say "installing ${REQUIREMENTS#"$ROOT"/} into $FOLDER"
    rm -rf "$FOLDER"
    "$PYTHON" -m venv "$FOLDER" >&2
    "$FOLDER/bin/python" -m pip install --quiet --disable-pip-version-check \
        -r "$REQUIREMENTS" >&2
    "$FOLDER/bin/python" -m pip check >&2
    printf '%s\n' "$HASH" >"$FOLDER/.requirements-hash"
fi
printf '%s\n' "$FOLDER/bin"
