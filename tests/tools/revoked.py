#!/usr/bin/env python3
"""How long a session or a grant that one process ends is still good on another one.

    revoked.py --binary PATH [--rounds N]

Two processes share a PostgreSQL database (TEST_POSTGRES_URL). Each round ends something on the first
and asks the second, with a cookie or an access token, until it refuses. Prints the longest and the
median time; fails when one took longer than a second and what the question itself takes.
Standard library only.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from service import PASSWORD, Client, Failed, Service, drop_database, fresh_database

# What a question may take on a busy machine, beside the second that the other process has.
ALLOWANCE = 0.25
PAUSE = 0.02


class Times:
    """What was measured, from all threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.by_kind = {}
        self.failed = None

    def add(self, kind, seconds):
        with self.lock:
            self.by_kind.setdefault(kind, []).append(seconds)

    def fail(self, error):
        with self.lock:
            self.failed = self.failed or error


def expect(answer, wanted, what):
    status, _, body = answer
    if status not in wanted:
        raise Failed(f"{what} answered {status}: {body}")
    return body


def until(client, path, headers, is_there):
    """Seconds until the path answers as wanted."""
    begin = time.monotonic()
    while (client.request("GET", path, headers=headers)[0] < 300) != is_there:
        if time.monotonic() - begin > 10:
            raise Failed(f"{path} does not change within 10 s")
        time.sleep(PAUSE)
    return time.monotonic() - begin


def bearer(client):
    answer = expect(client.request("POST", "/v1/auth/token"), (200,), "a token")
    return {"Authorization": f"Bearer {answer['access_token']}"}


class Person:
    """Somebody with an account, at both processes."""

    def __init__(self, services, admin, role, number):
        self.here, self.there = (Client(service) for service in services)
        self.email, self.role, self.admin = f"user{number}@example.test", role, admin
        account = {"email": self.email, "password": PASSWORD, "name": "U"}
        made = expect(admin.request("POST", "/v1/users", account), (201,), "an account")
        self.path = f"/v1/users/{made['id']}/grants"
        self.sign_in()

    def sign_in(self):
        self.there.cookie = self.here.sign_in(self.email)

    def session(self, times, with_token):
        """Ends a session here."""
        # A token that is issued in the second of a cut-off is over with it.
        time.sleep(1.1)
        headers = bearer(self.here) if with_token else {}
        self.there.cookie = None if with_token else self.here.cookie
        until(self.there, "/v1/me", headers, True)
        expect(self.here.request("POST", "/v1/auth/sign-out"), (204,), "a sign-out")
        kind = "session, by token" if with_token else "session, by cookie"
        times.add(kind, until(self.there, "/v1/me", headers, False))
        self.sign_in()

    def grant(self, times, with_token):
        """Revokes a grant here."""
        body = {"role_id": self.role}
        grant = expect(self.admin.request("POST", self.path, body), (201,), "a grant")["id"]
        time.sleep(1.1)
        headers = bearer(self.here) if with_token else {}
        self.there.cookie = None if with_token else self.here.cookie
        until(self.there, "/v1/roles", headers, True)
        expect(self.admin.request("DELETE", f"/v1/grants/{grant}"), (204,), "a revocation")
        kind = "grant, by token" if with_token else "grant, by cookie"
        times.add(kind, until(self.there, "/v1/roles", headers, False))


def worker(services, role, number, rounds, times):
    try:
        admin = Client(services[0])
        admin.sign_in()
        person = Person(services, admin, role, number)
        for turn in range(rounds):
            act = person.grant if turn % 2 else person.session
            act(times, with_token=turn % 4 > 1)
    except (Failed, OSError) as error:
        times.fail(error)


def measure(services, rounds, people):
    admin = Client(services[0])
    admin.sign_in()
    role = {"name": "reader", "permissions": ["roles:read"]}
    role = expect(admin.request("POST", "/v1/roles", role), (201,), "a role")["id"]
    times = Times()
    each = -(-rounds // people)
    threads = [
        threading.Thread(target=worker, args=(services, role, number, each, times))
        for number in range(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if times.failed:
        raise times.failed
    return times.by_kind


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--people", type=int, default=20)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="doorward-revoked-"))
    url = fresh_database("postgres", folder)
    # All sign in as one administrator at once, and tries are counted before they are looked at.
    settings = {"DOORWARD_LOG_LEVEL": "warn", "DOORWARD_THROTTLE_ACCOUNT_FAILURES": "100"}
    first = Service(options.binary, folder / "first", url, settings)
    first.create_admin()
    (folder / "second/data").mkdir(parents=True)
    shutil.copytree(folder / "first/data/keys", folder / "second/data/keys")
    # Tokens of the one are for the other too: both are known under one address.
    settings = {**settings, "DOORWARD_PUBLIC_URL": first.origin}
    second = Service(options.binary, folder / "second", url, settings)
    try:
        for service in (first, second):
            service.start()
            service.wait_for("/readyz")
        by_kind = measure((first, second), options.rounds, options.people)
    finally:
        first.stop()
        second.stop()
        drop_database(url)
        shutil.rmtree(folder)
    longest = 0
    for kind, seconds in sorted(by_kind.items()):
        longest = max(longest, *seconds)
        middle = statistics.median(seconds)
        print(f"{kind}: {len(seconds)} ended, refused elsewhere after {middle:.3f} s, "
              f"at most {max(seconds):.3f} s")
    if longest > 1 + ALLOWANCE:
        raise Failed(f"something was good for {longest:.3f} s elsewhere")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        print(error, file=sys.stderr)
        sys.exit(1)
