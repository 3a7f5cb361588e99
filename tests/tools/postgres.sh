#!/usr/bin/env bash
# A private, throw-away PostgreSQL for the tests.
#
#   postgres.sh start FOLDER [-c NAME=VALUE]...   prints the URL of a server with its data in FOLDER
#   postgres.sh stop FOLDER                       ends that server, by its own process id
#
# With TEST_POSTGRES_URL set, `start` prints that and starts nothing. Else it uses the installed
# server programs, else Debian's package where it may install it, else it says what is missing. As
# root, the server runs as `postgres` or `nobody`, since it refuses to run as root.
#
# The server listens on 127.0.0.1 alone, wants a password, and writes through to the disk as in
# production (fsync). It sorts text as people do (ICU, en-US) where that can be had, so that a test
# which relies on the order of bytes fails here and not at somebody's home.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The folder with initdb and postgres, the newest version first.
find_programs() {
    local candidate
    for candidate in \
        "$(dirname "$(readlink -f "$(command -v initdb || echo /nowhere/initdb)")")" \
        $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5,5Vr) \
        $(ls -d /usr/pgsql-*/bin /usr/local/pgsql/bin 2>/dev/null | sort -Vr) \
        "$(pg_config --bindir 2>/dev/null || true)"; do
        if [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ] &&
            [ -x "$candidate/pg_ctl" ]; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

install_programs() {
    local settings=/etc/postgresql-common/createcluster.conf
    apt_install "PostgreSQL's server programs, or TEST_POSTGRES_URL" postgresql-common || return 1
    # Only the programs are wanted: no server of the machine's own on port 5432.
    if [ -f "$settings" ]; then
        sed -ri 's/^#?(create_main_cluster) .*$/\1 = false/' "$settings"
    fi
    apt_install "PostgreSQL's server programs" postgresql
}

# Runs a command as the one who owns the server.
as_owner() {
    if [ -z "$OWNER" ]; then
        "$@"
    elif has runuser; then
        runuser -u "$OWNER" -- "$@"
    elif has setpriv; then
        setpriv --reuid="$OWNER" --regid="$(id -g "$OWNER")" --clear-groups -- "$@"
    else
        su "$OWNER" -s /bin/sh -c 'exec "$@"' -- sh "$@"
    fi
}

choose_owner() {
    OWNER=
    if [ "$(id -u)" -eq 0 ]; then
        OWNER=nobody
        if id postgres >/dev/null 2>&1; then OWNER=postgres; fi
    fi
}

make_cluster() {
    local common=(-D "$FOLDER/data" --username=doorward --auth=scram-sha-256
        --pwfile="$FOLDER/password" --encoding=UTF8)
    if as_owner "$PROGRAMS/initdb" "${common[@]}" --locale=C \
        --locale-provider=icu --icu-locale=en-US >"$FOLDER/initdb.log" 2>&1; then
        return 0
    fi
    say "no ICU collations in this PostgreSQL: the tests run with the collation C"
    rm -rf "$FOLDER/data"
    as_owner "$PROGRAMS/initdb" "${common[@]}" --locale=C >"$FOLDER/initdb.log" 2>&1 && return 0
    cat "$FOLDER/initdb.log" >&2
    die "initdb failed"
}

write_settings() {
    local setting
    {
        echo "listen_addresses = '127.0.0.1'"
        echo "unix_socket_directories = ''"
        echo "max_connections = 200"
        echo "shared_buffers = 128MB"
        echo "fsync = on"
        echo "wal_level = minimal"
        echo "max_wal_senders = 0"
        echo "jit = off"
        echo "log_line_prefix = '%m [%p] %d '"
        for setting in "$@"; do
            printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"
        done
    } >>"$FOLDER/data/postgresql.conf"
}

start() {
    local settings=() attempt port password
    while [ $# -gt 0 ]; do
        [ "$1" = -c ] && [[ ${2:-} == *=* ]] || die "expected -c NAME=VALUE, not: $1"
        settings+=("$2")
        shift 2
    done
    if ! PROGRAMS=$(find_programs); then
        install_programs || exit 1
        PROGRAMS=$(find_programs) || die "PostgreSQL is installed, but its initdb is not to be found"
    fi
    [ ! -e "$FOLDER/data" ] || die "$FOLDER holds a cluster already"
    choose_owner
    mkdir -p "$FOLDER"
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && printf '%s\n' "$password" >"$FOLDER/password")
    if [ -n "$OWNER" ]; then
        chown -R "$OWNER" "$FOLDER"
        # Whoever runs this may have a folder for temporary files that is closed to the owner.
        as_owner test -x "$FOLDER" || die "$OWNER can't reach $FOLDER: choose another TMPDIR"
    fi
    cd "$FOLDER"
    make_cluster
    write_settings ${settings[@]+"${settings[@]}"}
    # Below the range that outgoing connections use; a port that is taken makes the start fail.
    for attempt in 1 2 3 4 5 6; do
        port=$((20000 + RANDOM % 12000))
        if as_owner "$PROGRAMS/pg_ctl" -D "$FOLDER/data" -w -t 60 -s -l "$FOLDER/server.log" \
            -o "-p $port" start >"$FOLDER/pg_ctl.log" 2>&1; then
            printf 'postgres://doorward:%s@127.0.0.1:%s/postgres\n' "$password" "$port"
            return 0
        fi
        grep -q 'could not create any TCP/IP sockets' "$FOLDER/server.log" || break
        say "port $port is taken (attempt $attempt)"
    done
    tail -n 20 "$FOLDER/server.log" "$FOLDER/pg_ctl.log" >&2 || true
    die "PostgreSQL did not start"
}

# A fast stop; whoever is still there after ten seconds is stopped at once.
stop() {
    local pid folder waited=0
    pid=$(head -n 1 "$FOLDER/data/postmaster.pid" 2>/dev/null) || return 0
    [[ $pid =~ ^[0-9]+$ ]] || return 0
    # A process id lives on after its process: make sure that this is a server of this folder.
    folder=$(readlink -f "/proc/$pid/cwd" 2>/dev/null || true)
    [ "${folder:-$FOLDER/data}" = "$(readlink -f "$FOLDER/data")" ] || return 0
    kill -INT "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null; do
        waited=$((waited + 1))
        if [ "$waited" -eq 100 ]; then kill -QUIT "$pid" 2>/dev/null || true; fi
        if [ "$waited" -gt 150 ]; then
            say "PostgreSQL (process $pid) does not end"
            return 1
        fi
        sleep 0.1
    done
}

[ $# -ge 2 ] || die "usage: postgres.sh start|stop FOLDER [-c NAME=VALUE]..."
ACTION=$1
FOLDER=$2
shift 2
case $FOLDER in /*) ;; *) FOLDER=$PWD/$FOLDER ;; esac
case $ACTION in
    start)
        if [ -n "${TEST_POSTGRES_URL:-}" ]; then
            printf '%s\n' "$TEST_POSTGRES_URL"
        else
            start "$@"
        fi
        ;;
    stop) stop ;;
    *) die "unknown: $ACTION" ;;
esac
