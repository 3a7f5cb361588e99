#!/usr/bin/env bash
# Follows the guide of examples/nextjs/README.md, line by line, with the package of this repository.
#
#   guide.sh
#
# DOORWARD_BINARY names a service that is built already.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../tools/lib.sh"

need_node "for the example's guide" || exit 1
need_python
has curl || apt_install "curl, for the example's guide" curl || exit 1
APP=$("$HERE/app.sh" 16)
if [ -z "${DOORWARD_BINARY:-}" ]; then
    (cd "$ROOT" && cargo build --locked --quiet --bin doorward)
    DOORWARD_BINARY=$TARGET/debug/doorward
fi
exec python3 "$HERE/guide.py" --binary "$DOORWARD_BINARY" --package "$APP/vendor/doorward.tgz"
