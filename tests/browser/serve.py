#!/usr/bin/env python3
"""Starts the service on a fresh SQLite database and lets Node.js walk its pages.

    serve.py [--binary PATH] [--node PATH] [--screenshots] [NAME...]

`--node` is a Node.js of version 24 or newer, for the providers that people sign in with. Standard
library only.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "tools"))

from service import Failed, Service, end_when_asked, free_port, fresh_database  # noqa: E402


def setup_token(service):
    """The token of the link that the service prints at its first start."""
    for _ in range(1000):
        text = service.log.read_text(encoding="utf-8", errors="replace")
        found = re.search(r"/setup\?token=(\S+)", text)
        if found:
            return found.group(1)
        time.sleep(0.01)
    raise Failed("the service prints no set-up link")


def files(names):
    """The files of walks that are wanted."""
    every = sorted((HERE / "walks").glob("*.mjs"))
    found = [file for file in every if not names or file.name.startswith(tuple(names))]
    if not found:
        raise Failed(f"no file in walks/ begins like one of {names}")
    return [str(file) for file in found]


def begin(binary, folder, settings, port=None):
    """A service in a folder of its own, started but not waited for."""
    folder.mkdir(exist_ok=True)
    service = Service(binary, folder, fresh_database("sqlite", folder), settings, port)
    # Browsers take `localhost` for a secure place, and passkeys want a name.
    service.environment["DOORWARD_PUBLIC_URL"] = f"http://localhost:{service.port}"
    service.start()
    return service


class Providers:
    """Where the people of a service sign in, in a process of its own."""

    def __init__(self, node, origin, log):
        with open(log, "wb") as complaints:
            self.process = subprocess.Popen(
                [node, str(HERE / "providers" / "serve.mjs"), origin],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                start_new_session=True,
            )
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"the providers did not start:\n{Path(log).read_text(encoding='utf-8')}")
        told = json.loads(line)
        self.origins, self.settings = told["origins"], told["settings"]

    def without(self, *names):
        """The settings, without those of some."""
        beginnings = tuple(f"DOORWARD_PROVIDERS_{name.upper()}_" for name in names)
        kept = self.settings.items()
        return {name: value for name, value in kept if not name.startswith(beginnings)}

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def begin_social(arguments, folder, settings):
    """A service whose people can sign in elsewhere, and where that is."""
    folder.mkdir()
    port = free_port()
    providers = Providers(arguments.node, f"http://localhost:{port}", folder / "providers.log")
    # Pictures show those that people know.
    hidden = ("gone", "later", "other") if arguments.screenshots else ()
    try:
        settings = {**settings, **providers.without(*hidden)}
        return begin(arguments.binary, folder, settings, port), providers
    except BaseException:
        providers.stop()
        raise


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=ROOT / "target/debug/doorward")
    parser.add_argument("--node", default="node")
    parser.add_argument("--screenshots", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    end_when_asked()
    app = f"http://localhost:{free_port()}"
    settings = {"DOORWARD_PAGES_RETURN_TO": f"{app}/app"}
    with tempfile.TemporaryDirectory(prefix="doorward-browser.") as name:
        folder = Path(name)
        service = begin(arguments.binary, folder, settings)
        # The same, where a puzzle has to be solved first.
        puzzles = {"DOORWARD_CHALLENGE_ENABLED": "true", "DOORWARD_CHALLENGE_DIFFICULTY": "12"}
        asking = begin(arguments.binary, folder / "asking", {**settings, **puzzles})
        social, providers = begin_social(arguments, folder / "social", settings)
        try:
            for each in (service, asking, social):
                each.wait_for()
            environment = dict(
                os.environ,
                ORIGIN=f"http://localhost:{service.port}",
                ASKING=f"http://localhost:{asking.port}",
                SOCIAL=f"http://localhost:{social.port}",
                PROVIDERS=json.dumps(providers.origins),
                APP=app,
                SETUP_TOKEN=setup_token(service),
                DATABASE=str(folder / "doorward.db"),
            )
            if arguments.screenshots:
                environment.setdefault("SCREENSHOTS", str(ROOT / "docs/screenshots"))
                command = ["node", str(HERE / "screenshots.mjs")]
            else:
                walks = files(arguments.names)
                options = ["--test-concurrency=2", "--test-reporter=spec"]
                command = ["node", "--test", *options, *walks]
            done = subprocess.run(command, env=environment, cwd=HERE, check=False)
            # A provider that is gone is told of with this status.
            expected = re.compile(r"\b503\b")
            complaints = service.complaints() + asking.complaints()
            complaints += [line for line in social.complaints() if not expected.search(line)]
            if complaints:
                raise Failed("the service complained:\n" + "\n".join(complaints))
        finally:
            providers.stop()
            for each in (social, asking, service):
                each.stop()
    return done.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"FAILED: {error}")
