#!/usr/bin/env python3
"""Lets foreign clients use the token endpoint: Authlib here, oauth4webapi by client.mjs."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey
from service import Client, Failed, Service, drop_database, fresh_database

HERE = Path(__file__).parent


def made(client, path, body, status=201):
    """What a POST of the administrator has made."""
    answered, _, answer = client.request("POST", path, body)
    if answered != status:
        raise Failed(f"POST {path} answered {answered}: {answer}")
    return answer


def machines(client):
    """A client with a secret and one with a key, of a service account that may introspect."""
    scopes = ["users:read", "tokens:introspect"]
    account = made(client, "/v1/service-accounts", {"name": "billing"})["id"]
    role = made(client, "/v1/roles", {"name": "billing", "permissions": scopes})["id"]
    made(client, f"/v1/users/{account}/grants", {"role_id": role})
    new = {"service_account_id": account, "name": "billing", "scopes": scopes}
    basic = made(client, "/v1/clients", {**new, "auth_method": "client_secret"})
    key = ECKey.generate_key("P-256")
    public = {"keys": [key.as_dict(private=False)]}
    public["keys"][0].pop("kid", None)
    signed = made(client, "/v1/clients", {**new, "auth_method": "private_key_jwt", "jwks": public})
    private = {name: key.as_dict(private=True)[name] for name in ("kty", "crv", "x", "y", "d")}
    return (
        {"id": basic["client"]["id"], "secret": basic["client_secret"]},
        {"id": signed["client"]["id"], "jwk": private},
        key,
    )


def authlib(origin, basic, signed, key, session):
    """Client credentials in three ways, introspection, revocation, refresh."""
    token_url, revoke_url = f"{origin}/oauth2/token", f"{origin}/oauth2/revoke"
    introspect_url = f"{origin}/oauth2/introspect"
    asker = OAuth2Session(basic["id"], basic["secret"])

    def active(token):
        return asker.introspect_token(introspect_url, token=token).json()["active"]

    for method in ("client_secret_basic", "client_secret_post", "private_key_jwt"):
        if method == "private_key_jwt":
            ways = {f"{name}_endpoint_auth_method": method for name in ("token", "revocation")}
            program = OAuth2Session(signed["id"], key, **ways)
            program.register_client_auth_method(PrivateKeyJWT(token_url, alg="ES256"))
        else:
            program = OAuth2Session(
                basic["id"], basic["secret"], token_endpoint_auth_method=method
            )
        token = program.fetch_token(token_url, grant_type="client_credentials")
        assert token["token_type"] == "Bearer" and token["scope"], token
        assert program.get(f"{origin}/v1/users").status_code == 200
        assert active(token["access_token"])
        gone = program.revoke_token(
            revoke_url, token=token["access_token"], token_type_hint="access_token"
        )
        assert gone.status_code == 200, (method, gone.text)
        assert not active(token["access_token"])
    wrong = OAuth2Session(basic["id"], "dwc_wrong")
    try:
        wrong.fetch_token(token_url, grant_type="client_credentials")
    except OAuthError as error:
        assert error.error == "invalid_client", error
    else:
        raise Failed("a wrong secret got a token")
    own = OAuth2Session("first_party", token_endpoint_auth_method="none")
    token = own.refresh_token(token_url, refresh_token=session["refresh_token"])
    assert token["refresh_token"] != session["refresh_token"]
    assert own.get(f"{origin}/v1/me").status_code == 200
    print("authlib: in order")
    return {**session, "refresh_token": token["refresh_token"]}


def check(binary, kind, nonces):
    """All of it against one service."""
    with tempfile.TemporaryDirectory(prefix="doorward-oauth-") as folder:
        url = fresh_database(kind, folder)
        settings = {"DOORWARD_OAUTH_DPOP_NONCE": "true" if nonces else "false"}
        service = Service(binary, folder, url, settings)
        try:
            service.create_admin()
            service.start()
            service.wait_for()
            service.forget_log()
            client = Client(service)
            client.sign_in()
            basic, signed, key = machines(client)
            session = made(client, "/v1/auth/token", {}, status=200)
            session = authlib(service.origin, basic, signed, key, session)
            given = {
                "origin": service.origin, "basic": basic, "key": signed, "session": session,
            }
            subprocess.run(
                ["node", HERE / "client.mjs"], input=json.dumps(given), text=True, check=True
            )
            complaints = service.complaints()
            if complaints:
                raise Failed("\n".join(complaints))
        finally:
            service.stop()
            drop_database(url)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True)
    options = parser.parse_args()
    try:
        for kind, nonces in (("sqlite", False), ("postgres", True)):
            check(options.binary, kind, nonces)
    except (Failed, subprocess.CalledProcessError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
