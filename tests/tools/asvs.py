#!/usr/bin/env python3
"""Which requirements of OWASP ASVS 5.0 have a test, by chapter and level.

  asvs.py [--missing CHAPTER]...   lists what the table counts as missing in a chapter such as V6

A test covers a requirement when its name begins with it: `asvs_6_3_1_…` stands for 6.3.1. Names are
read from the Rust tests and the walks in the browser; whether they pass, `make test` tells. Ends
with 1 when a test names a requirement that tests/asvs.csv does not have.
"""

import argparse
import csv
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"(?<![a-z0-9])asvs((?:_\d+){3})(?=_[a-z])")
# What begins a test: a function, the macro of the API's tests, a walk in the browser.
TEST = re.compile(r"(?:\bfn|api_test! \{|\btest\(['\"]|\bwalk\(['\"])\s*((?:ac_\d+_|asvs_\d+_\d+_\d+_)*\w*)")


def tested():
    """The requirements that some test names, with the number of those tests."""
    found = defaultdict(int)
    for folder in ("src", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".rs", ".mjs") and "node_modules" not in path.parts:
                for name in TEST.findall(path.read_text(encoding="utf-8")):
                    for ids in NAME.findall(name):
                        found[ids[1:].replace("_", ".")] += 1
    return found


def table(rows, found):
    """Lines of a Markdown table: for each chapter and level, how many of how many."""
    chapters = sorted({row["chapter"] for row in rows}, key=lambda name: int(name[1:]))
    yield "| chapter | level 1 | level 2 | level 3 | all |"
    yield "|---|---|---|---|---|"
    for chapter in [*chapters, "all"]:
        own = [row for row in rows if chapter in (row["chapter"], "all")]
        cells = [[row for row in own if row["level"] == level] for level in "123"] + [own]
        counts = [f"{sum(row['id'] in found for row in cell)} of {len(cell)}" for cell in cells]
        yield f"| {chapter} | {' | '.join(counts)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--missing", metavar="CHAPTER", action="append", default=[])
    asked = parser.parse_args()
    with open(ROOT / "tests" / "asvs.csv", encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    rows = [row for row in every if row["scope"] == "core"]
    found = tested()
    print("\n".join(table(rows, found)))
    print(f"\n{sum(found.values())} tests name a requirement. Options beyond the core are not counted.")
    for chapter in asked.missing:
        for row in rows:
            if row["chapter"] == chapter and row["id"] not in found:
                print(f"missing: {row['id']} (level {row['level']})")
    unknown = sorted(set(found) - {row["id"] for row in every})
    for name in unknown:
        print(f"unknown requirement in a test's name: {name}", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
