#!/usr/bin/env python3
"""Requests per second of one protected route of Next.js, behind each of several guards (see
bench.sh).

Every guard has a process of its own of the same `next start`, measured in turn, several rounds in
one run: a figure is the median of the rounds with the lowest and the highest beside it, a ratio is
the median of the rounds' own ratios. A route that lets a stranger in, and an answer other than 2xx
to somebody who is signed in, make the run fail.
"""

import argparse
import http.cookiejar
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from bench import Load, column, note, ratio, spread, table
from service import ADMIN, PASSWORD, Client, Failed, Service, end_when_asked, fresh_database
from service import refuse_busy

HERE = Path(__file__).resolve().parent
NEXT = HERE / "node_modules/next/dist/bin/next"
CONNECTIONS = 32


class Server:
    """One `next start`."""

    def __init__(self, port, folder, environment):
        refuse_busy(port)
        self.port = port
        self.origin = f"http://localhost:{port}"
        self.log = folder / f"next{port}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["node", str(NEXT), "start", "--port", str(port)],
                cwd=HERE,
                env={**os.environ, **environment, "NEXTAUTH_URL": self.origin},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self):
        for _ in range(300):
            if self.process.poll() is not None:
                break
            if self.status("/") == 200:
                return
            time.sleep(0.1)
        raise Failed(f"Next.js does not start:\n{self.log.read_text(encoding='utf-8')}")

    def status(self, path, headers=None):
        request = urllib.request.Request(self.origin + path, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Visitor:
    """Somebody with a browser's cookies."""

    def __init__(self, server):
        self.server = server
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def ask(self, path, body=None, form="application/x-www-form-urlencoded"):
        headers = {"Content-Type": form, "Origin": self.server.origin}
        request = urllib.request.Request(self.server.origin + path, body, headers)
        with self.opener.open(request, timeout=10) as answer:
            return json.loads(answer.read())

    def cookie(self):
        return "; ".join(f"{each.name}={each.value}" for each in self.jar)


def of_next_auth(server):
    """The cookies of somebody who has signed in with next-auth."""
    visitor = Visitor(server)
    token = visitor.ask("/api/auth/csrf")["csrfToken"]
    fields = {"csrfToken": token, "email": ADMIN, "json": "true"}
    visitor.ask("/api/auth/callback/credentials", urlencode(fields).encode())
    return visitor.cookie()


def of_better_auth(server):
    """The cookies of somebody who has signed up with Better Auth."""
    visitor = Visitor(server)
    person = {"name": "Ann", "email": ADMIN, "password": PASSWORD}
    visitor.ask("/api/better/sign-up/email", json.dumps(person).encode(), "application/json")
    return visitor.cookie()


def measured(server, path, headers):
    """A target that lets in who is signed in, and nobody else."""
    strangers = server.status(path)
    if headers and strangers != 401:
        raise Failed(f"{path} answers {strangers} to strangers")
    answered = server.status(path, headers)
    if answered != 200:
        raise Failed(f"{path} answers {answered} to who is signed in")
    return Load(server.port, path, headers=headers, connections=CONNECTIONS)


def targets(service, servers):
    """What is compared, by the names of the table."""
    client = Client(service)
    session = client.sign_in()
    status, _, made = client.request("POST", "/v1/auth/token", {})
    client.close()
    if status not in (200, 201):
        raise Failed(f"no access token: {status} {made}")
    bearer = {"Authorization": f"Bearer {made['access_token']}"}
    opened, asking, checking, next_auth, better_auth = servers
    return {
        "no check at all": measured(opened, "/api/open", {}),
        "`doorward/next`: `withAuth`": measured(
            asking, "/api/doorward", {"Cookie": f"doorward={session}"}
        ),
        "`doorward/jwt`: an access token": measured(checking, "/api/token", bearer),
        "next-auth 4: `getServerSession`, JWT": measured(
            next_auth, "/api/of-next-auth", {"Cookie": of_next_auth(next_auth)}
        ),
        "Better Auth: `getSession`, in memory": measured(
            better_auth, "/api/of-better-auth", {"Cookie": of_better_auth(better_auth)}
        ),
    }


def measure(loads, seconds, rounds):
    """{name: [result of each round]}, all targets in turn."""
    for load in loads.values():
        load.measure(2)
    results = {name: [] for name in loads}
    for number in range(rounds):
        for name, load in loads.items():
            results[name].append(load.measure(seconds))
            note(f"  round {number + 1}, {name}: {results[name][-1]['rate']:,.0f}/s")
    return results


def report(results):
    base = column(results, "no check at all", "rate")
    next_auth = column(results, "next-auth 4: `getServerSession`, JWT", "rate")
    rows = []
    for name in results:
        rate = column(results, name, "rate")
        p99 = spread(column(results, name, "p99"), 1)
        rows.append([name, spread(rate), ratio(rate, base), ratio(rate, next_auth), p99])
    head = ["route", "requests/s", "against no check", "against next-auth 4", "p99, ms"]
    title = f"A protected route of Next.js, everything on all cores ({CONNECTIONS} connections)"
    table(title, head, rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--port", type=int, default=int(os.environ.get("BENCH_PORT", "18180")))
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "3")))
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("BENCH_SECONDS", "4")))
    arguments = parser.parse_args()
    end_when_asked()
    with tempfile.TemporaryDirectory(prefix="doorward-next-bench.") as name:
        folder = Path(name)
        # One token lasts for the whole run.
        settings = {"DOORWARD_LOG_LEVEL": "warn", "DOORWARD_TOKEN_SECONDS": "900"}
        database = fresh_database("sqlite", folder)
        service = Service(arguments.binary, folder, database, settings, arguments.port)
        service.create_admin()
        servers = []
        environment = {
            "DOORWARD_URL": service.origin,
            "NEXTAUTH_SECRET": secrets.token_urlsafe(32),
            "NEXT_TELEMETRY_DISABLED": "1",
        }
        try:
            service.start()
            for number in range(5):
                servers.append(Server(arguments.port + 1 + number, folder, environment))
            service.wait_for()
            for server in servers:
                server.wait_for()
            loads = targets(service, servers)
            report(measure(loads, arguments.seconds, arguments.rounds))
        finally:
            for server in servers:
                server.stop()
            service.stop()


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(f"FAILED: {error}")
