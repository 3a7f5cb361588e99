#!/usr/bin/env python3
"""Builds the example, starts it beside a fresh service, and lets Node.js tell its stories.

    drive.py --app FOLDER [--binary PATH] [--node PATH] [--next 15|16] [--screenshots FOLDER]
             [NAME...]

Two copies of the app run. One asks the service itself; the other asks through a relay that the
stories hold in their hands, so that they can count what it asks, or cut it off. Standard library
only.
"""

import argparse
import http.client
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "tools"))

from service import Failed, Service, end_when_asked, free_port, fresh_database  # noqa: E402

AUDIENCE = "https://notes.example.test"
# What must never reach a browser: the stories look for it in everything that does.
SECRET = "canary-6c1f0e9b7d42"


def walks_driver():
    """The module that starts the service for the walks of the hosted pages."""
    path = HERE.parent / "browser" / "serve.py"
    spec = importlib.util.spec_from_file_location("browser_serve", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def clean_environment(**more):
    """The caller's environment without settings of ours or of Next.js."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DOORWARD_", "NEXT_", "NOTES_", "NODE_"))
    }
    return {**kept, "NEXT_TELEMETRY_DISABLED": "1", **more}


def build(app, version, folder):
    """`next build`, without knowing where the service will be. Prints how long it took."""
    begin = time.monotonic()
    command = ["node", "node_modules/next/dist/bin/next", "build"]
    environment = clean_environment(NOTES_DATABASE=str(folder / "build.db"))
    done = subprocess.run(
        command, cwd=app, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Failed(f"next build failed:\n{done.stdout}\n{done.stderr}")
    if (folder / "build.db").exists():
        raise Failed("next build opens the database")
    manifest = app / ".next" / "server" / "middleware-manifest.json"
    is_at_edge = bool(json.loads(manifest.read_text(encoding="utf-8"))["middleware"])
    if is_at_edge != (version == "15"):
        raise Failed("the proxy does not run where this version of Next.js is to have it")
    print(f"Next.js {version}: built in {time.monotonic() - begin:.0f} s", flush=True)


class App:
    """One running copy of the example."""

    def __init__(self, folder, port, log, settings):
        self.port = port
        self.origin = f"http://localhost:{port}"
        self.log = log
        command = ["node", "node_modules/next/dist/bin/next", "start"]
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                [*command, "--hostname", "127.0.0.1", "--port", str(port)],
                cwd=folder,
                env=clean_environment(**settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, timeout=60.0):
        """Returns once the start page is served."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
            finally:
                connection.close()
        raise Failed(f"the app does not start:\n{self.text()}")

    def stop(self):
        """SIGTERM for the process group: Next.js starts helpers."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(10)
                return
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


def stories(names):
    """The files of stories that are wanted."""
    every = sorted((HERE / "stories").glob("*.mjs"))
    found = [file for file in every if not names or file.name.startswith(tuple(names))]
    if not found:
        raise Failed(f"no file in stories/ begins like one of {names}")
    return [str(file) for file in found]


def tell(arguments, environment):
    """Runs the stories; their exit code."""
    options = ["--test-concurrency=2", "--test-reporter=spec"]
    command = ["node", "--test", *options, *stories(arguments.names)]
    done = subprocess.run(command, env=environment, cwd=HERE, check=False)
    return done.returncode


def complaints(service, apps):
    """What neither the service nor an app may have written."""
    # A provider that is gone is told of with this status.
    found = [line for line in service.complaints() if not re.search(r"\b503\b", line)]
    for app in apps:
        if SECRET in app.text():
            found.append(f"the log {app.log} tells a secret")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--app", type=Path, required=True)
    parser.add_argument("--binary", default=ROOT / "target/debug/doorward")
    parser.add_argument("--node", default="node")
    parser.add_argument("--next", default="16", choices=["15", "16"])
    parser.add_argument("--screenshots", type=Path)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    end_when_asked()
    with tempfile.TemporaryDirectory(prefix="doorward-example.") as name:
        return run(arguments, Path(name))


def run(arguments, folder):
    build(arguments.app, arguments.next, folder)
    ports = [free_port() for _ in range(3)]
    origin = f"http://localhost:{ports[0]}"
    providers = walks_driver().Providers(arguments.node, origin, folder / "providers.log")
    started = [providers]
    try:
        settings = {
            # People reach the service through the app alone.
            "DOORWARD_PUBLIC_URL": origin,
            "DOORWARD_TRUSTED_PROXIES": "127.0.0.1",
            "DOORWARD_TOKEN_AUDIENCES": AUDIENCE,
            "DOORWARD_TOKEN_SECONDS": "60",
            **providers.without("gone", "later"),
        }
        service = Service(
            arguments.binary, folder, fresh_database("sqlite", folder), settings
        )
        service.create_admin()
        service.start()
        started.append(service)
        service.wait_for()
        apps = []
        for port, url in ((ports[0], service.origin), (ports[1], f"http://127.0.0.1:{ports[2]}")):
            settings = {
                "DOORWARD_URL": url,
                "DOORWARD_ISSUER": origin,
                "NOTES_AUDIENCE": AUDIENCE,
                "NOTES_DATABASE": str(folder / SECRET / f"notes-{port}.db"),
            }
            apps.append(App(arguments.app, port, folder / f"app-{port}.log", settings))
            started.append(apps[-1])
        apps[0].wait_for()
        environment = clean_environment(
            ORIGIN=origin,
            APP=apps[1].origin,
            RELAY=str(ports[2]),
            SERVICE=service.origin,
            PROVIDERS=json.dumps(providers.origins),
            AUDIENCE=AUDIENCE,
            SECRET=SECRET,
            NEXT_MAJOR=arguments.next,
            APP_FOLDER=str(arguments.app),
            DATABASE=str(folder / "doorward.db"),
            **({"SCREENSHOTS": str(arguments.screenshots)} if arguments.screenshots else {}),
        )
        code = tell(arguments, environment)
        found = complaints(service, apps)
        if code != 0:
            for app in apps:
                print(f"--- {app.log.name}\n{app.text()[-4000:]}")
        if found:
            raise Failed("the service or the app complained:\n" + "\n".join(found))
        return code
    finally:
        for each in reversed(started):
            each.stop()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"FAILED: {error}")
