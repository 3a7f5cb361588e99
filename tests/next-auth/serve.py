#!/usr/bin/env python3
"""Builds and starts the apps of next-auth, each beside a Doorward of its own, and runs the suite.

    serve.py [--binary PATH] [--generation 4|5] [NAME...]

Standard library only.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "tools"))

from service import Failed, Service, end_when_asked, free_port, fresh_database  # noqa: E402

NEXT = HERE / "node_modules/next/dist/bin/next"
GENERATIONS = (4, 5)


class Harbour:
    """The service that people of the apps come from."""

    def __init__(self, origins):
        self.process = subprocess.Popen(
            ["node", str(HERE / "suite/harbour.mjs"), *origins],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.origin = self.process.stdout.readline().decode().strip()
        if not self.origin:
            raise Failed("the other service did not start")

    def settings(self):
        """What Doorward has to know of it."""
        values = {
            "TITLE": "Harbour",
            "PRESET": "oauth2",
            "CLIENT_ID": "client-harbour",
            "CLIENT_SECRET": "secret-of-harbour",
            "AUTHORIZATION_URL": f"{self.origin}/authorize",
            "TOKEN_URL": f"{self.origin}/token",
            "USERINFO_URL": f"{self.origin}/person",
        }
        named = {f"DOORWARD_PROVIDERS_HARBOUR_{name}": value for name, value in values.items()}
        return {**named, "DOORWARD_HTTP_PRIVATE_HOSTS": "127.0.0.1"}

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class App:
    """An app of one generation of next-auth, and the Doorward behind it."""

    def __init__(self, generation, port, binary, folder, settings):
        self.generation = generation
        self.origin = f"http://localhost:{port}"
        self.port = port
        # The app is the same for both; what is copied finds the package of its own generation.
        self.folder = HERE / ("v4" if generation == 4 else "v5/generated")
        self.log = folder / f"app{generation}.log"
        self.process = None
        own = folder / f"v{generation}"
        own.mkdir()
        self.service = Service(binary, own, fresh_database("sqlite", own), settings)
        self.service.environment.update(
            DOORWARD_PUBLIC_URL=self.origin,
            DOORWARD_AUTHJS_SIGN_IN_PAGE="/login",
        )
        if generation == 4:
            self.service.environment["DOORWARD_AUTHJS_VERSION"] = "4"
        self.environment = {
            **os.environ,
            "NEXT_TELEMETRY_DISABLED": "1",
            "DOORWARD_URL": self.service.origin,
            "NEXTAUTH_URL": self.origin,
        }

    def build(self):
        """Next.js writes the rewrite into what it builds, so that is built for each run."""
        if self.generation == 5:
            shutil.rmtree(self.folder, ignore_errors=True)
            left = shutil.ignore_patterns(".next", "next-env.d.ts", "package.json")
            shutil.copytree(HERE / "v4", self.folder, ignore=left)
            # This one has the hosted pages as well; the other has nothing but the one rewrite.
            shutil.copy(HERE / "hosted.config.mjs", self.folder / "next.config.mjs")
        begin = time.monotonic()
        done = subprocess.run(
            ["node", str(NEXT), "build"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Failed(f"the app of next-auth {self.generation} is not built:\n{done.stdout}")
        seconds = time.monotonic() - begin
        print(f"next-auth {self.generation}: built in {seconds:.0f} s", file=sys.stderr)

    def start(self):
        self.service.start()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["node", str(NEXT), "start", "--port", str(self.port)],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self):
        self.service.wait_for()
        self.service.forget_log()
        for _ in range(300):
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.origin, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        text = self.log.read_text(encoding="utf-8", errors="replace")
        raise Failed(f"the app of next-auth {self.generation} does not start:\n{text}")

    def run(self, names):
        """Runs the suite; whether it passed."""
        tests = [str(file) for file in tests_of(self.generation, names)]
        environment = dict(
            os.environ,
            APP=self.origin,
            DOORWARD=self.service.origin,
            GENERATION=str(self.generation),
        )
        command = ["node", "--test", "--test-concurrency=2", "--test-reporter=spec", *tests]
        return subprocess.run(command, env=environment, cwd=HERE, check=False).returncode == 0

    def complaints(self):
        """What Doorward or the app has logged that should not be."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        ours = [line for line in text.splitlines() if "rror" in line]
        return self.service.complaints() + ours

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
        self.service.stop()


def tests_of(generation, names):
    """The files of tests that are wanted, and for this app."""
    every = sorted((HERE / "suite").glob("*.test.mjs"))
    if generation == 4:
        every = [file for file in every if file.name != "hosted.test.mjs"]
    return [file for file in every if not names or file.name.startswith(tuple(names))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=ROOT / "target/debug/doorward")
    parser.add_argument("--generation", type=int, choices=GENERATIONS)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    end_when_asked()
    wanted = [arguments.generation] if arguments.generation else GENERATIONS
    wanted = [generation for generation in wanted if tests_of(generation, arguments.names)]
    if not wanted:
        raise Failed(f"no file in suite/ begins like one of {arguments.names}")
    ports = {generation: free_port() for generation in wanted}
    harbour = Harbour([f"http://localhost:{port}" for port in ports.values()])
    apps = []
    with tempfile.TemporaryDirectory(prefix="doorward-next-auth.") as name:
        try:
            for generation, port in ports.items():
                parts = (generation, port, arguments.binary, Path(name), harbour.settings())
                apps.append(App(*parts))
            with ThreadPoolExecutor() as pool:
                list(pool.map(App.build, apps))
            for app in apps:
                app.start()
            for app in apps:
                app.wait_for()
            passed = [app.run(arguments.names) for app in apps]
            complaints = [line for app in apps for line in app.complaints()]
            if complaints:
                raise Failed("there were complaints:\n" + "\n".join(complaints))
        finally:
            for app in apps:
                app.stop()
            harbour.stop()
    return 0 if all(passed) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"FAILED: {error}")
