#!/usr/bin/env python3
"""Kills the service with SIGKILL while it writes, again and again, and looks for what is lost.

    crash.py [--rounds N] [--database sqlite|postgres|both] [--binary PATH] [--seed N]

Eight clients write over HTTP and keep a journal of what was acknowledged: an app's permissions,
roles with several permissions, accounts, and grants of those roles to those accounts. At a random
moment the service is killed and started again. Then

- it must be ready within two seconds;
- each acknowledged write must be there, and nothing may be half there: a role has all of its
  permissions, and whatever exists has its event in the audit log and the other way round;
- `doorward audit verify` must find the chain whole, and SQLite must find its file whole.

Standard library only. PostgreSQL comes from TEST_POSTGRES_URL (see with-postgres.sh).
"""

import argparse
import collections
import http.client
import math
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path

from service import (
    Client,
    Failed,
    Service,
    drop_database,
    end_when_asked,
    fresh_database,
)

CLIENTS = 8
READY_LIMIT = 2.0
SHORTEST, LONGEST = 0.05, 1.5
CUT_OFF = (OSError, http.client.HTTPException)


class Write:
    """One entry of the journal. It is acknowledged once it has an id or a name from the service."""

    __slots__ = ("acknowledged", "body", "id", "kind", "name", "path", "round")

    def __init__(self, round_number, kind, name, path, body):
        self.round = round_number
        self.kind = kind
        self.name = name
        self.path = path
        self.body = body
        self.id = None
        self.acknowledged = False

    def __str__(self):
        return f"{self.kind} {self.name} of round {self.round} ({self.id or 'no id'})"


class Writer(threading.Thread):
    """One client that writes until it is cut off."""

    def __init__(self, number, round_number, service, cookie, permissions, seed):
        super().__init__(daemon=True)
        self.number = number
        self.round = round_number
        self.client = Client(service, cookie)
        self.random = random.Random(seed)
        self.journal = []
        self.odd = collections.Counter()
        # The administrator holds every permission, so their number is kept small.
        self.may_make_permission = self.random.random() < 0.25
        self.permissions = list(permissions)
        self.roles = []
        self.users = []
        self.granted = set()

    def next_write(self):
        name = f"r{self.round:04d}-{self.number}-{len(self.journal):05d}"
        kind = self.random.choices(["role", "user", "grant"], [3, 4, 3])[0]
        if self.may_make_permission and len(self.journal) == 3:
            kind = "permission"
        if kind == "grant" and self.roles and self.users:
            user, role = self.random.choice(self.users), self.random.choice(self.roles)
            if (user, role) not in self.granted:
                self.granted.add((user, role))
                body = {"role_id": role, "scope": "system"}
                return Write(
                    self.round, "grant", f"{user} {role}", f"/v1/users/{user}/grants", body
                )
        if kind == "permission":
            name = f"app:crash:{name}"
            body = {"name": name, "description": "Made while the service is killed."}
            return Write(self.round, kind, name, "/v1/permissions", body)
        if kind == "role":
            count = self.random.randint(1, min(5, len(self.permissions)))
            held = sorted(self.random.sample(self.permissions, count))
            body = {"name": name, "description": "Made while killed.", "permissions": held}
            return Write(self.round, kind, name, "/v1/roles", body)
        name = f"{name}@example.test"
        return Write(self.round, "user", name, "/v1/users", {"email": name, "name": "Someone"})

    def run(self):
        while True:
            write = self.next_write()
            self.journal.append(write)
            try:
                status, headers, made = self.client.request("POST", write.path, write.body)
            except CUT_OFF:
                return
            if status == 201:
                write.id = made.get("id", made.get("name"))
                write.acknowledged = True
                self.remember(write)
                continue
            self.odd[status] += 1
            if status in (429, 503):
                time.sleep(min(1.0, float(headers.get("Retry-After") or 0.1)))
            elif status >= 500 or self.odd[status] > 20:
                self.odd[f"{status} {made}"] += 1
                return

    def remember(self, write):
        if write.kind == "permission":
            self.permissions.append(write.name)
        elif write.kind == "role":
            self.roles.append(write.id)
        elif write.kind == "user":
            self.users.append(write.id)


def in_parallel(service, cookie, writes, check):
    """Runs `check(client, write)` for all writes on several connections; what it answered."""
    found, lock, todo = [], threading.Lock(), iter(writes)

    def work():
        client = Client(service, cookie)
        try:
            while True:
                with lock:
                    write = next(todo, None)
                if write is None:
                    return
                complaint = check(client, write)
                if complaint:
                    with lock:
                        found.append(complaint)
        except (*CUT_OFF, Failed) as error:
            with lock:
                found.append(f"the check itself failed: {error!r}")
        finally:
            client.close()

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def look_up(client, write):
    """None, or what is wrong with an acknowledged write after the restart."""
    if write.kind == "permission":
        # There is no address of one permission: all are looked at together at the end.
        return None
    if write.kind == "grant":
        user = write.path.split("/")[3]
        held = {grant["id"] for grant in client.pages(f"/v1/users/{user}/grants")}
        return None if write.id in held else f"lost: {write}"
    path = "/v1/roles" if write.kind == "role" else "/v1/users"
    status, _, shown = client.request("GET", f"{path}/{write.id}")
    if status != 200:
        return f"lost: {write} answers {status}"
    return compare(write, shown)


def permission_names(role):
    """The names of a role's permissions, whether it shows them as texts or as objects."""
    return sorted(p if isinstance(p, str) else p["name"] for p in role["permissions"])


def compare(write, shown):
    """None, or how what is shown differs from what was sent."""
    if write.kind == "role" and permission_names(shown) != write.body["permissions"]:
        return f"half done: {write} has {permission_names(shown)}, not {write.body['permissions']}"
    key = "email" if write.kind == "user" else "name"
    if shown[key] != write.body[key]:
        return f"half done: {write} is called {shown[key]}"
    return None


def texts(value):
    """Every text within a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


class Run:
    """All rounds against one database."""

    def __init__(self, options, kind, folder):
        self.options = options
        self.kind = kind
        self.folder = folder
        self.random = random.Random(options.seed)
        self.url = fresh_database(kind, folder)
        self.service = Service(options.binary, folder, self.url)
        self.writes = []
        self.last = []
        self.permissions = ["users:read", "roles:read", "audit:read"]
        self.ready = []
        self.found = []
        self.odd = collections.Counter()
        self.cookie = None
        self.kept = 0

    def check(self, complaints):
        for complaint in complaints:
            self.found.append(complaint)
            if len(self.found) <= 20:
                print(f"  {complaint}", flush=True)

    def signed_in(self):
        """A client with a session; the cookie outlives the service, as sessions are stored."""
        client = Client(self.service, self.cookie)
        if self.cookie is not None:
            status, _, answer = client.request("GET", "/v1/auth/session")
            if status == 200 and answer["session"] is not None:
                return client
            self.check([f"lost: the session of the client (GET session answered {status})"])
        self.cookie = client.sign_in()
        return client

    def round(self, number):
        self.service.start()
        seconds = self.service.wait_for("/readyz")
        if number > 0:
            self.ready.append(seconds)
            if seconds > READY_LIMIT:
                self.check([f"ready again only after {seconds:.2f} s in round {number}"])
        if self.service.status("/livez") != 200:
            self.check([f"/livez does not answer 200 in round {number}"])
        client = self.signed_in()
        client.close()
        if number > 0:
            last = filter(acknowledged, self.last)
            self.check(in_parallel(self.service, self.cookie, last, look_up))
            if number % self.options.every == 0 or number == self.options.rounds:
                self.check_store()
        if number == self.options.rounds:
            return
        writers = [
            Writer(which, number, self.service, self.cookie, self.permissions, self.random.random())
            for which in range(CLIENTS)
        ]
        for writer in writers:
            writer.start()
        time.sleep(self.random.uniform(SHORTEST, LONGEST))
        self.service.kill()
        self.last = []
        for writer in writers:
            writer.join()
            writer.client.close()
            self.last.extend(writer.journal)
            self.odd.update(writer.odd)
        self.writes.extend(self.last)
        self.permissions += [w.name for w in self.last if w.kind == "permission" and w.acknowledged]

    def check_store(self):
        """The audit chain and, on SQLite, the file."""
        done = self.service.command("audit", "verify")
        if done.returncode != 0:
            self.check([f"audit verify failed: {done.stdout.strip()} {done.stderr.strip()}"])
        if self.kind != "sqlite":
            return
        database = sqlite3.connect(f"file:{self.folder}/doorward.db?mode=ro", uri=True)
        try:
            database.execute("PRAGMA busy_timeout = 10000")
            whole = [row[0] for row in database.execute("PRAGMA integrity_check")]
            if whole != ["ok"]:
                self.check([f"integrity_check: {whole[:5]}"])
            dangling = database.execute("PRAGMA foreign_key_check").fetchall()
            if dangling:
                self.check([f"foreign_key_check: {dangling[:5]}"])
        finally:
            database.close()

    def check_everything(self):
        """Every list from its first page to its last, against the whole journal."""
        client = self.signed_in()
        shown = {
            "permission": {item["name"]: item for item in client.pages("/v1/permissions")},
            "role": {item["name"]: item for item in client.pages("/v1/roles")},
            "user": {item["email"]: item for item in client.pages("/v1/users")},
        }
        mentioned, subjects = set(), set()
        for event in client.pages("/v1/audit-events"):
            mentioned.update(texts(event))
            subjects.add(event.get("subject_id"))
        for write in self.writes:
            if write.kind == "grant":
                item = self.find_grant(client, write)
            else:
                item = shown[write.kind].get(write.name)
            if item is None:
                if write.acknowledged:
                    self.check([f"lost: {write}"])
                continue
            self.kept += not write.acknowledged
            complaint = None if write.kind == "grant" else compare(write, item)
            if complaint is None and item.get("id", item.get("name")) not in mentioned:
                complaint = f"half done: {write} has no audit event"
            self.check([complaint] if complaint else [])
        client.close()
        ids = {item["id"] for kind in ("role", "user") for item in shown[kind].values()}
        orphans = {s for s in subjects if s and s[:4] in ("usr_", "rol_")} - ids
        self.check([f"half done: an audit event speaks of {orphan}" for orphan in sorted(orphans)])

    def find_grant(self, client, write):
        """The grant of a write. What was acknowledged has been looked up after the kill."""
        if write.acknowledged:
            return {"id": write.id}
        for grant in client.pages(write.path):
            role = grant.get("role_id") or grant["role"]["id"]
            if role == write.body["role_id"]:
                return grant
        return None

    def all_rounds(self):
        self.service.create_admin()
        step = max(1, self.options.rounds // 10)
        for number in range(self.options.rounds + 1):
            self.round(number)
            if number and number % step == 0:
                count = sum(map(acknowledged, self.writes))
                print(f"  {self.kind}: {number} kills, {count} writes acknowledged", flush=True)
        self.check_everything()
        self.service.stop()
        panics = [line for line in self.service.complaints() if "panicked" in line]
        self.check([f"in the log: {line}" for line in panics[:5]])

    def row(self):
        """What goes into the table."""
        times = sorted(self.ready)

        def at(share):
            return f"{1000 * times[min(len(times) - 1, math.ceil(share * len(times)) - 1)]:.0f}"

        count = sum(map(acknowledged, self.writes))
        unanswered = len(self.writes) - count
        lost = sum("lost" in complaint for complaint in self.found)
        half = sum("half done" in complaint for complaint in self.found)
        return [
            self.kind,
            self.options.rounds,
            count,
            f"{unanswered} / {self.kept}",
            lost,
            half,
            len(self.found) - lost - half,
            f"{at(0.5)} / {at(0.99)} / {at(1)}",
        ]


def acknowledged(write):
    return write.acknowledged


HEADER = [
    "database",
    "kills",
    "writes acknowledged",
    "unanswered / of these kept",
    "lost",
    "half done",
    "other faults",
    "ready again, ms (p50 / p99 / max)",
]


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR") or Path(__file__).parents[2] / "target")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("CRASH_ROUNDS", "5")))
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--binary", default=str(target / "debug" / "doorward"))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    end_when_asked()
    # Reading the whole chain after each kill would take longer than all the rest.
    options.every = max(1, options.rounds // 20)
    kinds = ["sqlite", "postgres"] if options.database == "both" else [options.database]
    print(f"crash test: {options.rounds} kills for {' and '.join(kinds)}, seed {options.seed}")
    rows, failed = [], []
    for kind in kinds:
        folder = Path(tempfile.mkdtemp(prefix="doorward-crash-"))
        run = Run(options, kind, folder)
        try:
            run.all_rounds()
        except (Failed, *CUT_OFF) as error:
            run.found.append(f"stopped: {error}")
            print(f"  {kind}: stopped: {error!r}\n{run.service.tail()}")
        finally:
            if run.service.process is not None and run.service.process.poll() is None:
                run.service.kill()
            drop_database(run.url)
        if run.odd:
            print(f"  {kind}: answers other than 201: {dict(run.odd)}")
        if run.ready:
            rows.append(run.row())
        if run.found or any(status not in (429, 503) for status in run.odd):
            failed.append(kind)
            print(f"  {kind}: the data and the log are left in {folder}")
        else:
            shutil.rmtree(folder)
    print()
    print("| " + " | ".join(HEADER) + " |")
    print("|" + " --- |" * len(HEADER))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    print()
    print(f"crash test: {'FAILED' if failed else 'nothing lost, nothing half done'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
