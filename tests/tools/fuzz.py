#!/usr/bin/env python3
"""Holds the running service against its own contract with schemathesis, all checks on.

    fuzz.py --schemathesis PROGRAM [--binary PATH] [--database sqlite|postgres] [--max-examples N]

It runs as an administrator and as nobody. Operations that end the caller's own session are tried
in runs of their own. Before that, every operation is called without and with
wrong credentials: 401 if and only if its `security` is not empty. In the end the service must be
alive and well, and its log must hold no panic and no 5xx.

Standard library only, apart from the schemathesis program that is named.
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from service import (
    ADMIN,
    COOKIE,
    Client,
    Failed,
    Service,
    drop_database,
    end_when_asked,
    fresh_database,
)

HERE = Path(__file__).parent
METHODS = ("get", "put", "post", "delete", "patch")

# After one of these, whoever called is signed out (or signed in as somebody else): each is tried by
# an administrator of its own.
ENDS_OWN_SESSION = [
    "sign_in_with_password",
    "sign_out",
    "delete_me",
    "change_password",
    # Of all others', so it comes last.
    "revoke_all_sessions",
]

# These end what they name: never the session, the account or the grant of a run (fuzz_hooks.py).
ENDS_WHAT_IT_NAMES = [
    "revoke_my_session",
    "revoke_user_sessions",
    "revoke_user_session",
    "reset_user_factors",
    "forget_my_device",
    "disable_user",
    "delete_user",
    "revoke_grant",
    "revoke_my_api_key",
    "revoke_user_api_key",
    "unlink_my_identity",
]

# The limits that guard passwords stay on, but high enough that sign-in is more than a mere 429.
SETTINGS = {
    "DOORWARD_THROTTLE_ACCOUNT_FAILURES": "100",
    "DOORWARD_THROTTLE_ADDRESS_FAILURES": "1000000",
    "DOORWARD_THROTTLE_SIGN_UPS": "1000000",
}

# They take credentials in the body, so that 401 is an answer of theirs although anybody may call.
CREDENTIALS_IN_BODY = re.compile(r"^sign_in_")

FORM = "application/x-www-form-urlencoded"


def operations(document):
    """(method, path, operation) of the whole document."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def check_doors(service, document):
    """Calls every operation without and with wrong credentials; how many doors were tried."""
    count = collections.Counter()
    wrong = [
        {},
        {"Cookie": f"{COOKIE}=not-a-session"},
        {"Authorization": "Bearer not-a-token"},
        {"Authorization": "Basic bm90OmFueWJvZHk="},
    ]
    for method, path, operation in operations(document):
        name = operation["operationId"]
        if "security" not in operation:
            raise Failed(f"{name} does not say who may call it")
        # An empty way in beside others: credentials are looked at where there are any.
        optional = {} in operation["security"]
        guarded = bool(operation["security"]) and not optional
        count["guarded" if guarded else "open"] += 1
        if optional or (not guarded and CREDENTIALS_IN_BODY.match(name)):
            continue
        takes = operation.get("requestBody", {}).get("content", {})
        for credentials in wrong:
            client = Client(service)
            body = {} if method in ("POST", "PUT", "PATCH") else None
            sent = {"Content-Type": FORM, **credentials} if FORM in takes else credentials
            address = re.sub(r"\{[^}]+\}", "none", path)
            status, headers, _ = client.request(method, address, body, sent)
            client.close()
            if (status == 401) != guarded:
                expected = "401" if guarded else "anything but 401"
                raise Failed(f"{name} answered {status} to {credentials}, not {expected}")
            if status == 401 and not headers.get("WWW-Authenticate"):
                raise Failed(f"{name} answered 401 without WWW-Authenticate")
    return count


class Fuzz:
    """Runs of schemathesis against one service."""

    def __init__(self, options, service, folder):
        self.options = options
        self.service = service
        self.folder = folder
        self.rows = []
        self.protected = set()

    def administrator(self, email):
        """The cookie of a new administrator whom no run may harm."""
        self.service.create_admin(email)
        client = Client(self.service)
        cookie = client.sign_in(email)
        self.protected.add(client.request("GET", "/v1/me")[2]["id"])
        for path in ("/v1/me/sessions", "/v1/me/grants", "/v1/me/devices"):
            self.protected.update(item["id"] for item in client.pages(path))
        client.close()
        return cookie

    def run(self, who, selection, cookie=None, phases="examples,coverage,fuzzing,stateful"):
        """One run; true when no check failed."""
        command = [
            self.options.schemathesis,
            *("--config-file", str(HERE / "schemathesis.toml"), "--no-color", "run"),
            f"{self.service.origin}/openapi.json",
            *("--checks", "all", "--phases", phases),
            *("--max-examples", str(self.options.max_examples)),
            # One worker: two make Python 3.11's own parser fail now and then.
            *("--workers", "1", "--request-timeout", "20", "--continue-on-failure"),
            *("--generation-database", "none"),
            *("--header", f"Origin: {self.service.origin}"),
            *selection,
        ]
        if self.options.seed is not None:
            command += ["--seed", str(self.options.seed)]
        if cookie is not None:
            # The session stays the administrator's: no made-up credentials in its place.
            command += ["--header", f"Cookie: {COOKIE}={cookie}"]
            command += ["--generation-with-security-parameters", "false"]
        print(f"-- schemathesis as {who}", flush=True)
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(HERE),
                "PYTHONDONTWRITEBYTECODE": "1",
                "SCHEMATHESIS_HOOKS": "fuzz_hooks",
                "FUZZ_PROTECTED": " ".join(self.protected),
                "FUZZ_ENDING": " ".join(ENDS_WHAT_IT_NAMES),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        text = done.stdout if cookie is None else done.stdout.replace(cookie, "[cookie]")
        passed = done.returncode == 0
        (self.folder / f"schemathesis-{len(self.rows)}.log").write_text(text, encoding="utf-8")
        if not passed:
            print(text, flush=True)
        self.rows.append([who, *counts(text), "passed" if passed else "FAILED"])
        return passed


def counts(text):
    """(operations tried, requests made up, different failures) as schemathesis sums them up."""
    patterns = (r"Tested: (\d+)", r"(\d+) generated", r"found (\d+) unique failure")
    found = [re.search(pattern, text) for pattern in patterns]
    return [int(match[1]) if match else 0 for match in found]


def select(option, names):
    return [part for name in names for part in (f"--{option}-operation-id", name)]


def fuzz(options, service, folder):
    """All runs; the faults that were found."""
    service.start()
    service.wait_for("/readyz")
    service.forget_log()
    faults = []
    stranger = Client(service)
    status, _, document = stranger.request("GET", "/openapi.json")
    stranger.close()
    if status != 200:
        raise Failed(f"/openapi.json answers {status}")
    doors = check_doors(service, document)
    print(
        f"doors: {doors['guarded']} operations refuse strangers with 401, {doors['open']} are open"
    )
    known = {operation["operationId"] for _, _, operation in operations(document)}
    missing = {*ENDS_OWN_SESSION, *ENDS_WHAT_IT_NAMES} - known
    if missing:
        raise Failed(f"the contract has no operation {', '.join(sorted(missing))}")

    runs = Fuzz(options, service, folder)
    cookie = runs.administrator(ADMIN)
    spare = {name: runs.administrator(f"{name}@example.test") for name in ENDS_OWN_SESSION}
    if not runs.run("admin", select("exclude", ENDS_OWN_SESSION), cookie):
        faults.append("schemathesis as admin")
    admin = Client(service, cookie)
    status, _, answer = admin.request("GET", "/v1/auth/session")
    admin.close()
    session = answer and answer.get("session")
    if status != 200 or not session or "users:write" not in json.dumps(session):
        faults.append("the administrator was signed out or lost a role, so the run proved little")
    for name, own in spare.items():
        chosen = select("include", [name])
        if not runs.run(f"admin, {name}", chosen, own, phases="examples,coverage,fuzzing"):
            faults.append(f"schemathesis as admin, {name}")
    if not runs.run("nobody", []):
        faults.append("schemathesis as nobody")

    if service.process.poll() is not None:
        faults.append(f"the service ended with {service.process.returncode}")
    elif service.status("/readyz") != 200:
        faults.append("the service is not ready any more")
    service.stop()
    faults += [f"in the log: {line}" for line in service.complaints()[:10]]
    print()
    print("| who | operations | requests | failures | result |")
    print("| --- | --- | --- | --- | --- |")
    for row in runs.rows:
        print("| " + " | ".join(map(str, row)) + " |")
    return faults


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR") or HERE.parents[1] / "target")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--schemathesis", required=True)
    parser.add_argument("--binary", default=str(target / "debug" / "doorward"))
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument(
        "--max-examples", type=int, default=int(os.environ.get("FUZZ_EXAMPLES", "10"))
    )
    parser.add_argument("--seed", type=int, default=os.environ.get("FUZZ_SEED"))
    options = parser.parse_args()
    end_when_asked()
    folder = Path(tempfile.mkdtemp(prefix="doorward-fuzz-"))
    url = fresh_database(options.database, folder)
    service = Service(options.binary, folder, url, SETTINGS)
    try:
        faults = fuzz(options, service, folder)
    except (Failed, OSError) as error:
        faults = [str(error)]
    finally:
        if service.process is not None and service.process.poll() is None:
            service.kill()
        drop_database(url)
    for fault in faults:
        print(f"FAILED: {fault}")
    if faults:
        print(f"the logs are left in {folder}")
        return 1
    shutil.rmtree(folder)
    print(f"the service keeps its contract ({options.database})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
