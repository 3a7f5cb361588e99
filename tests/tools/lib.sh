# Sourced by the scripts beside it: where the repository is, steps with their time, installing.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
case $TARGET in /*) ;; *) TARGET=$ROOT/$TARGET ;; esac
# shellcheck disable=SC2034
TOOLS=$TARGET/tools

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$(basename "$0"): $*"
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# step NAME COMMAND...: runs the command and prints how long it took, also when it fails.
step() {
    local name=$1 start=$SECONDS status=0
    shift
    say "==> $name"
    "$@" || status=$?
    if [ "$status" -eq 0 ]; then
        say "==> $name: done in $((SECONDS - start)) s"
    else
        say "==> $name: FAILED (exit $status) after $((SECONDS - start)) s"
    fi
    return "$status"
}

# apt_install WHAT-FOR PACKAGE...: Debian's packages where that may be done, else one line, and
# false.
apt_install() {
    local purpose=$1
    shift
    if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
        say "missing: $purpose (on Debian: apt-get install $*)"
        return 1
    fi
    say "installing $* ($purpose)"
    apt-get update -qq >&2 &&
        DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 \
            apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Python 3 for the scripts that need nothing but its standard library.
need_python() {
    has python3 || apt_install "Python 3.9 or newer" python3
}

# need_node WHAT-FOR: Node.js and npm.
need_node() {
    if ! has node || ! has npm; then
        apt_install "Node.js 20 or newer and npm, $1" nodejs npm
    fi
}

# need_chromium WHAT-FOR: Debian's Chromium, unless CHROMIUM names another.
need_chromium() {
    has chromium || [ -n "${CHROMIUM:-}" ] || apt_install "Chromium, $1" chromium
}

# The codes of an authenticator app.
need_oathtool() {
    has oathtool || apt_install "oathtool, for the codes of an authenticator app" oathtool
}

# What package-lock.json of this folder names, installed again when that has changed. No package's
# own scripts: none of these needs one, and one of them reports home.
npm_install() {
    local lock
    lock=$(sha256sum package-lock.json | cut -d' ' -f1)
    if [ "$(cat node_modules/.lock-hash 2>/dev/null)" != "$lock" ]; then
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 &&
            printf '%s\n' "$lock" >node_modules/.lock-hash
    fi
}
