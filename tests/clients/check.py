#!/usr/bin/env python3
"""Builds the generated clients and lets each use one running service.

    check.py --binary PATH [--only NAME]...

A client is told the addresses and the password of an administrator and of a person, and the name
of a role. It signs in, is refused for want of a permission, is told of a wrong field, makes and
grants the role, is let in, makes an API key and is let in by that. It prints a line of each answer,
and the service is asked whether role and key are there. The same must go well when answers have
fields that the contract does not know yet. Standard library only.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from newer import newer
from service import ADMIN, PASSWORD, Client, Failed, Service, fresh_database

HERE = Path(__file__).resolve().parent
RUST = Path(os.environ.get("CARGO_TARGET_DIR", HERE / "rust/target"))
CLIENTS = {
    "python": [sys.executable, "use.py"],
    "typescript": ["node", "generated/build/use.js"],
    "go": [HERE / "go/generated/use"],
    "rust": [RUST / "debug/doorward-generated-client"],
}


def run(name, command, **settings):
    """Seconds that the command took in the client's folder, and what it printed."""
    begin = time.monotonic()
    done = subprocess.run(
        command,
        cwd=HERE / name,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failed(f"{name}: {command[0]} ended with {done.returncode}:\n{done.stdout}")
    return time.monotonic() - begin, done.stdout


def expect(answer, wanted):
    status, _, body = answer
    if status != wanted:
        raise Failed(f"the service answered {status}: {body}")
    return body


def use(name, origin, admin, role):
    """Lets one client use the service, and asks the service what has come of it."""
    person = f"{role}@example.test"
    account = {"email": person, "password": PASSWORD, "name": name}
    made = expect(admin.request("POST", "/v1/users", account), 201)["id"]
    seconds, printed = run(
        name,
        CLIENTS[name],
        DOORWARD_URL=origin,
        ADMIN=ADMIN,
        PERSON=person,
        PASSWORD=PASSWORD,
        ROLE=role,
        PYTHONPATH="generated",
    )
    lines = printed.splitlines()
    right = len(lines) == 4 and lines[0].strip() == "not without users:read"
    if not (right and lines[1].startswith("/name: ") and all(person in line for line in lines[2:])):
        raise Failed(f"{name} was not answered as it should be:\n{printed}")
    granted = [grant["role"] for grant in admin.pages(f"/v1/users/{made}/grants")]
    keys = [key["name"] for key in admin.pages(f"/v1/users/{made}/api-keys")]
    if (granted, keys) != ([role], [role]):
        raise Failed(f"{name}: afterwards the person has the roles {granted} and the keys {keys}")
    return seconds


def check(names, binary):
    built = {name: run(name, [HERE / name / "build.sh"])[0] for name in names}
    with tempfile.TemporaryDirectory(prefix="doorward-clients-") as folder:
        service = Service(binary, folder, fresh_database("sqlite", folder))
        try:
            service.create_admin()
            service.start()
            service.wait_for()
            service.forget_log()
            admin = Client(service)
            admin.sign_in()
            for name in names:
                seconds = use(name, service.origin, admin, name)
                print(f"{name}: built in {built[name]:.1f} s, used in {seconds:.1f} s")
            with newer(service) as origin:
                for name in names:
                    use(name, origin, admin, f"newer-{name}")
            complaints = service.complaints()
            if complaints:
                raise Failed("\n".join(complaints))
        finally:
            service.stop()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--only", metavar="NAME", choices=CLIENTS, action="append")
    options = parser.parse_args()
    try:
        check(options.only or list(CLIENTS), options.binary)
    except Failed as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
