#!/usr/bin/env bash
# Puts the example together for one version of Next.js, and prints where it is.
#
#   app.sh 15|16
#
# Both are copies, so that what somebody has in the example's own folder is left alone. The package
# `doorward` is built and packed from this repository's sources.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../tools/lib.sh"

NEXT=$1
EXAMPLE=$ROOT/examples/nextjs
APP=$TOOLS/example-next$NEXT
mkdir -p "$APP"

# The tests of both versions may be started one right after the other.
exec 9>"$TOOLS/example.lock"
! has flock || flock 9

(cd "$ROOT/sdk" && npm_install)
node "$EXAMPLE/scripts/sdk.mjs" >&2
find "$APP" -mindepth 1 -maxdepth 1 \
    ! -name node_modules ! -name .next ! -name .cache-hash -exec rm -rf {} +
(cd "$EXAMPLE" && tar cf - --exclude ./node_modules --exclude ./.next --exclude ./data .) |
    tar xf - -C "$APP"

if [ "$NEXT" = 15 ]; then
    cp "$HERE/next15/package.json" "$HERE/next15/package-lock.json" "$APP/"
    sed 's/export const proxy =/export const middleware =/' "$APP/proxy.ts" >"$APP/middleware.ts"
    rm "$APP/proxy.ts"
fi
grep -q 'export const \(proxy\|middleware\) =' "$APP"/proxy.ts "$APP"/middleware.ts 2>/dev/null ||
    die "the example exports no proxy"

cd "$APP"
# The lock file tells nothing of the package's contents, but what it needs itself has to be locked.
node -e '
const { packages } = require(process.argv[1]);
const needed = require(process.argv[2]).dependencies;
const locked = packages["node_modules/doorward"].dependencies;
process.exitCode = JSON.stringify(locked) === JSON.stringify(needed) ? 0 : 1;
' "$APP/package-lock.json" "$ROOT/sdk/package.json" ||
    die "the lock file for Next.js $NEXT is older than sdk/package.json: run npm install beside it," \
        "and take the integrity of vendor/doorward.tgz out, which differs with each build"
# The package is packed anew each time: what it holds counts, too.
HASH=$(cat package-lock.json vendor/doorward.tgz | sha256sum | cut -d' ' -f1)
if [ "$(cat .cache-hash 2>/dev/null)" != "$HASH" ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    printf '%s\n' "$HASH" >.cache-hash
fi
printf '%s\n' "$APP"
