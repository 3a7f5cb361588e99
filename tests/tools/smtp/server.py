"""A mail server for the tests (aiosmtpd) on a free port of the loopback.

It prints a line with its port, then one JSON object for each mail that it takes: envelope, and the
mail as it came. What it does with a mail depends on the mailbox that it goes to:

    busy@     451: not now                  full@    552: never
    refuse@   550: there is no such mailbox busy1@   451 at the first try, then it is taken
    drop@     hangs up in the middle        slow@    takes its time: it never answers

With `--tls` it offers STARTTLS and takes mail over it alone; with `--tls-first` the connection is
encrypted from the first byte on. With `--sign-in NAME:PASSWORD` it takes mail after signing in alone.
It ends when its standard input does.
"""

import argparse
import asyncio
import json
import logging
import os
import pathlib
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

HERE = pathlib.Path(__file__).parent

# Refusals and broken connections are what the tests want.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


class Mailbox:
    """Takes mail, or refuses it as the mailbox's name says."""

    def __init__(self):
        self.seen = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "refuse":
            return f"550 5.1.1 <{address}>: there is no such mailbox"
        if name == "busy" or (name == "busy1" and address not in self.seen):
            self.seen.add(address)
            return f"451 4.3.0 <{address}>: come back later"
        if name == "slow":
            await asyncio.Event().wait()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name == "full":
            return "552 5.2.2 the mailbox is full"
        if name == "drop":
            server.transport.abort()
            return "421 4.3.2 going away"
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "signed_in": bool(session.authenticated),
            "data": envelope.original_content.decode("utf-8", "replace"),
        }
        print(json.dumps(mail), flush=True)
        return "250 2.0.0 taken"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--tls-first", action="store_true")
    parser.add_argument("--sign-in")
    return parser.parse_args()


async def main(asked):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE / "localhost.pem", HERE / "localhost.key")
    mailbox = Mailbox()

    def authenticate(server, session, envelope, mechanism, data):
        given = isinstance(data, LoginPassword) and data
        wanted = asked.sign_in.encode().split(b":", 1)
        is_right = bool(given) and [data.login, data.password] == wanted
        return AuthResult(success=is_right, handled=False)

    def protocol():
        return SMTP(
            mailbox,
            hostname="mail.test",
            enable_SMTPUTF8=True,
            tls_context=context if asked.tls else None,
            require_starttls=asked.tls,
            auth_required=bool(asked.sign_in),
            auth_require_tls=False,
            authenticator=authenticate if asked.sign_in else None,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        protocol, "127.0.0.1", asked.port, ssl=context if asked.tls_first else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it closes the pipe, also by dying.
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(arguments()))
    os._exit(0)
