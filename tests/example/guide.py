#!/usr/bin/env python3
"""Follows the guide of examples/nextjs/README.md, line by line, from an empty folder.

    guide.py --package TARBALL [--binary PATH]

The commands between the two marks run in one folder, with the program in the place of `cargo run`,
the packed package in the place of `npm install doorward`, and a free port for the app. The service
has the port that the guide says; where that is busy, another one, of which the app is told. What a
command has to print stands behind it, after a `#`. Files are written as the guide shows them. In
the end the folder has to hold the app of examples/nextjs, which has to pass the compiler.
Standard library only.
"""

import argparse
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
EXAMPLE = ROOT / "examples" / "nextjs"
sys.path.insert(0, str(HERE.parent / "tools"))

from service import (  # noqa: E402
    Failed, Service, end_when_asked, free_port, fresh_database, refuse_busy,
)

STEP = re.compile(
    r"^(?:<!-- snippet: examples/nextjs/(?P<path>\S+)#\S+ -->\n)?"
    r"```\w*\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
EXPECTED = re.compile(r"^(?P<command>.*?)  # (?P<printed>.*)$")
MARKER = re.compile(r"^\s*(//|#) \[/?snippet.*\]\n", re.MULTILINE)
# What the guide leaves to whoever has the repository, and what Next.js and npm write.
OTHERS = {"README.md", "package.json", "package-lock.json", ".gitignore", "scripts/sdk.mjs"}
MADE = {"node_modules", ".next", "data", "vendor", "next-env.d.ts", "uma.txt"}


def steps():
    """The fences of the guide: the path of a file or None, and what stands in it."""
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    guide = re.search(r"<!-- guide: begin -->(.*)<!-- guide: end -->", text, re.DOTALL)
    found = [step.groupdict() for step in STEP.finditer(guide.group(1))] if guide else []
    if len(found) < 30:
        raise Failed("README.md has no guide")
    return found


def source(path):
    """A file of the example, without the marks around what is shown."""
    return MARKER.sub("", (EXAMPLE / path).read_text(encoding="utf-8")).strip("\n")


class Walker:
    """A shell in a folder, and the app that runs beside it."""

    def __init__(self, service, package, folder, environment):
        self.service = service
        self.package = package
        self.folder = folder
        self.place = folder
        self.kept = folder / "kept.sh"
        self.port = free_port()
        self.environment = {**environment, "EXAMPLE": str(EXAMPLE)}
        self.app = None

    def adapted(self, command):
        """The command for this machine."""
        command = command.replace("cargo run -q --", self.service.binary)
        command = command.replace("npm install doorward", f"npm install {self.package}")
        command = re.sub(r"^npm install ", "npm install --ignore-scripts --no-audit --no-fund "
                         "--save-exact --prefer-offline ", command)
        command = command.replace("localhost:3000", f"localhost:{self.port}")
        return re.sub(r"(127\.0\.0\.1|localhost):8080", rf"\1:{self.service.port}", command)

    def run(self, line):
        """One line; what it prints has to be what the guide says."""
        expected = EXPECTED.match(line)
        command = expected["command"] if expected else line
        if command == "cargo run":
            return
        if command == "npm run dev":
            self.start()
            return
        script = (
            f"set -e\n[ ! -f {self.kept} ] || . {self.kept}\n{self.adapted(command)}\n"
            f"printf 'cd %q\\nTOKEN=%q\\n' \"$PWD\" \"${{TOKEN:-}}\" >{self.kept}\n"
        )
        # `next dev` takes a moment to see a new file.
        for _ in range(20):
            done = self.shell(script, "admin create" in command)
            printed = done.stdout.strip()
            if not expected or printed == expected["printed"].strip():
                break
            time.sleep(0.5)
        else:
            done.returncode = 1
        if done.returncode != 0:
            told = "\n".join([line, printed, done.stderr, self.log()])
            raise Failed(f"the guide stumbles over:\n{told}")
        self.place = Path(re.search(r"^cd (.*)$", self.kept.read_text(), re.MULTILINE)[1])

    def shell(self, script, is_service):
        """Runs a script with the settings of the service or of the app."""
        return subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.service.environment if is_service else self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def start(self):
        """`npm run dev`, on a port of its own; again, if it runs already."""
        self.stop()
        with open(self.folder / "app.log", "wb") as out:
            self.app = subprocess.Popen(
                ["npm", "run", "dev", "--", "--port", str(self.port)],
                cwd=self.place,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        end = time.monotonic() + 60
        while "Ready in" not in self.log():
            if self.app.poll() is not None or time.monotonic() > end:
                raise Failed(f"the app does not start:\n{self.log()}")
            time.sleep(0.1)

    def log(self):
        path = self.folder / "app.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def write(self, path, text):
        """A file as the guide shows it, if it shows all of it; a part must be one of the file."""
        if text.strip("\n") == source(path):
            target = self.place / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

    def stop(self):
        if self.app is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.app.pid, number)
                self.app.wait(10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue

    def compare(self):
        """That the folder holds the example, and that the compiler is content with it."""
        def below(folder):
            found = {}
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder)
                if path.is_file() and name.parts[0] not in MADE and str(name) not in OTHERS:
                    text = path.read_text(encoding="utf-8")
                    found[str(name)] = MARKER.sub("", text).strip("\n")
            return found

        ours, theirs = below(EXAMPLE), below(self.place)
        for name in sorted(set(ours) | set(theirs)):
            if ours.get(name) != theirs.get(name):
                raise Failed(f"the guide does not lead to {name} of the example")
        command = ["node", "node_modules/typescript/bin/tsc", "--noEmit"]
        done = subprocess.run(command, cwd=self.place, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"the compiler refuses the app of the guide:\n{done.stdout}")


def begin_service(binary, folder):
    """The service, and what the app has to be told: nothing, if the usual port is free."""
    try:
        refuse_busy(8080)
        port = 8080
    except Failed:
        port = free_port()
    service = Service(binary, folder, fresh_database("sqlite", folder), port=port)
    service.start()
    return service, {} if port == 8080 else {"DOORWARD_URL": service.origin}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--binary", default=ROOT / "target/debug/doorward")
    options = parser.parse_args()
    end_when_asked()
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DOORWARD_", "NEXT_", "NOTES_", "NODE_", "npm_"))
    }
    with tempfile.TemporaryDirectory(prefix="doorward-guide.") as name:
        folder = Path(name)
        service, told = begin_service(options.binary, folder)
        environment = {**kept, **told, "NEXT_TELEMETRY_DISABLED": "1"}
        walker = Walker(service, options.package.resolve(), folder, environment)
        try:
            service.wait_for()
            count = 0
            for step in steps():
                if step["path"]:
                    walker.write(step["path"], step["text"])
                    continue
                for line in step["text"].splitlines():
                    walker.run(line)
                    count += 1
            walker.stop()
            walker.compare()
        finally:
            walker.stop()
            service.stop()
    how = "without configuration" if not told else "with DOORWARD_URL, the usual port being busy"
    print(f"the guide leads to the example: {count} commands, {how}")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(f"FAILED: {error}")
