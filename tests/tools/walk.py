#!/usr/bin/env python3
"""Walks the README's first walk, word for word, against a service of its own.

    walk.py [--binary PATH]

The commands between the two marks in README.md run in one shell, with the program in the place of
`cargo run` and a free port in the place of 8080. The walk has to end as the README says.
Standard library only.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from service import Failed, Service, fresh_database

ROOT = Path(__file__).resolve().parents[2]


def commands():
    """The shell blocks of the walk, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    walk = re.search(r"<!-- walk: begin -->(.*)<!-- walk: end -->", text, re.DOTALL)
    blocks = re.findall(r"```sh\n(.*?)```", walk.group(1), re.DOTALL) if walk else []
    if len(blocks) < 5:
        raise Failed("README.md has no walk")
    return blocks


def run(service, block, folder):
    """One block; what it prints. Variables that it sets are kept for the next ones."""
    kept = folder / "kept.sh"
    script = block.replace("cargo run -q --", service.binary)
    script = script.replace("http://127.0.0.1:8080", service.origin)
    before = f"set -e\n[ -f {kept} ] && . {kept}\n"
    after = f"\ndeclare -p ROLE UMA > {kept} 2>/dev/null || true\n"
    done = subprocess.run(
        ["bash", "-c", before + script + after],
        cwd=folder,
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise Failed(f"the walk stumbled over:\n{block}\n{done.stdout}{done.stderr}")
    return done.stdout


def walk(service, folder):
    """All blocks, and what the README says of the fourth and the last."""
    printed = [run(service, block, folder) for block in commands()]
    refused = next(text for text in printed if '"auth.permission_missing"' in text)
    if json.loads(refused)["required_permission"] != "users:read":
        raise Failed(f"the refusal names another permission: {refused}")
    granted = json.loads(printed[-1])
    emails = [user["email"] for user in granted["items"]]
    if emails != ["admin@example.com", "uma@example.com"]:
        raise Failed(f"the granted call lists {emails}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=ROOT / "target/debug/doorward")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorward-walk.") as name:
        folder = Path(name)
        service = Service(options.binary, folder, fresh_database("sqlite", folder))
        service.start()
        try:
            service.wait_for()
            walk(service, folder)
        finally:
            service.stop()
    print("the README's walk ends as it says")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(f"FAILED: {error}")
