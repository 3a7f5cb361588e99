#!/usr/bin/env python3
"""Tokens of the running service, checked by jose and PyJWT through the key set (see check.sh).

A token must be good for both before, during and after a rotation of the keys, and for none of them
once its key is removed, once it is for another API, or under another `typ`.
"""

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import jwt
from service import Client, Failed, Service, fresh_database

HERE = Path(__file__).parent
NOTES = "https://notes.example.test"


class Jose:
    """One Node process that keeps the key set for as long as it lives."""

    def __init__(self, origin):
        self.process = subprocess.Popen(
            ["node", HERE / "verify.mjs", origin],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def check(self, token, audience, typ=None):
        """The claims, or None."""
        question = {"token": token, "audience": audience, "typ": typ}
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline()).get("payload")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


# [snippet: python]
class PyJwt:
    """PyJWT with its own client of the key set."""

    def __init__(self, origin):
        self.origin = origin
        self.keys = jwt.PyJWKClient(
            f"{origin}/.well-known/jwks.json", lifespan=300, cooldown_duration=0
        )

    def check(self, token, audience, typ=None):
        """The claims, or None."""
        try:
            if jwt.get_unverified_header(token)["typ"] != (typ or "at+jwt"):
                return None
            key = self.keys.get_signing_key_from_jwt(token)
            return jwt.decode(
                token, key, algorithms=["ES256"], audience=audience, issuer=self.origin
            )
        except jwt.PyJWTError:
            return None
# [/snippet]


def token(client, audience):
    """A fresh token of the client's session."""
    status, _, answer = client.request("POST", "/v1/auth/token", {"audience": audience})
    if status != 200:
        raise Failed(f"no token: {status} {answer}")
    return answer["access_token"]


def demand(holds, what):
    if not holds:
        raise Failed(what)


def run(service):
    """The walk."""
    client = Client(service)
    client.sign_in()
    own = service.origin
    checkers = {"jose": Jose(own), "PyJWT": PyJwt(own)}

    def all_agree(text, audience, is_good, what):
        for name, checker in checkers.items():
            claims = checker.check(text, audience)
            demand((claims is not None) == is_good, f"{name}: {what}: {claims}")
            demand(not is_good or claims["sub"].startswith("usr_"), f"{name}: {claims}")

    first, notes = token(client, own), token(client, NOTES)
    all_agree(first, own, True, "a token for the service")
    all_agree(notes, NOTES, True, "a token for another API")
    all_agree(notes, own, False, "a token for another API, here")
    all_agree(first[:-4] + "AAAA", own, False, "a changed signature")

    rotated = service.command("keys", "rotate", "--now")
    demand(rotated.returncode == 0, rotated.stderr)
    second = first
    while jwt.get_unverified_header(second)["kid"] == jwt.get_unverified_header(first)["kid"]:
        second = token(client, own)
    all_agree(first, own, True, "a token of the key before")
    all_agree(second, own, True, "a token of the new key")

    kid = jwt.get_unverified_header(first)["kid"]
    removed = service.command("keys", "remove", kid)
    demand(removed.returncode == 0, removed.stderr)
    # Who asks for the set anew knows nothing of the key any more.
    checkers["jose"].stop()
    checkers.update(jose=Jose(own), PyJWT=PyJwt(own))
    status = 200
    while status == 200:
        head = {"Authorization": f"Bearer {first}"}
        status, _, _ = client.request("GET", "/v1/me", headers=head)
    demand(status == 401, f"a removed key's token: {status}")
    all_agree(first, own, False, "a token of a removed key")
    all_agree(second, own, True, "a token of the key that is left")

    with_list(service, client, checkers)
    checkers["jose"].stop()


def with_list(service, client, checkers):
    """What has ended is told in a list that both believe."""
    last = token(client, NOTES)
    session = jwt.decode(last, options={"verify_signature": False})["sid"]
    hidden = hashlib.sha256(f"sid:{session}".encode()).digest()[:16]
    hidden = base64.urlsafe_b64encode(hidden).decode().rstrip("=")
    client.request("POST", "/v1/auth/sign-out")
    connection = Client(service)
    connection.request("GET", "/livez")
    connection.connection.request("GET", "/.well-known/doorward/revocations")
    text = connection.connection.getresponse().read().decode()
    kind = "doorward-revocations+jwt"
    for name, checker in checkers.items():
        listed = checker.check(text, None, kind)
        demand(listed is not None and hidden in listed["sessions"], f"{name}: {listed}")
        demand(checker.check(text, None) is None, f"{name} took the list for a token")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorward-jwt-") as name:
        folder = Path(name)
        settings = {"DOORWARD_TOKEN_AUDIENCES": NOTES}
        service = Service(options.binary, folder, fresh_database("sqlite", folder), settings)
        service.create_admin()
        service.start()
        try:
            service.wait_for("/readyz")
            run(service)
            if service.complaints():
                raise Failed(f"the log complains: {service.complaints()}")
        finally:
            service.stop()
    print("jose and PyJWT agree with the service")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        print(error, file=sys.stderr)
        sys.exit(1)
