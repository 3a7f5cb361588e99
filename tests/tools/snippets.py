#!/usr/bin/env python3
"""Keeps the code in Markdown equal to the tested code that it is taken from.

  snippets.py --check    fails when a fence differs from its source, and on any marker that is wrong
  snippets.py --write    brings the fences up to date

In a source of any language, two comments on lines of their own mark what is shown; the name is of
small letters, digits and hyphens. Parts with one name in one file are shown with an empty line
between them. Every marked part must be shown somewhere.

    # [snippet: NAME]
    ...
    # [/snippet]

In any Markdown file, this line directly before a fence says what stands in it; the path begins at
the top of the repository. Indentation that all lines of a part share is left away.

    <!-- snippet: tests/clients/python/use.py#NAME -->
"""

import argparse
import os
import re
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEGIN = re.compile(r"\[snippet: ([a-z0-9]+(?:-[a-z0-9]+)*)\]")
END = re.compile(r"\[/snippet\]")
ALMOST = re.compile(r"\[/?snippet\b")
SHOWN = re.compile(r"^<!-- snippet: (\S+)#(\S+) -->$")
ALMOST_SHOWN = re.compile(r"<!--\s*snippets?\b")
FENCE = re.compile(r"^(`{3,})\S*$")
# What is installed, built or generated; folders whose names begin with a dot are left out as well.
NOT_OURS = {"node_modules", "target", "dist", "generated", "__pycache__"}


def files(root):
    """Every file below the folder that is not installed, built or generated."""
    for folder, names, found in os.walk(root):
        names[:] = sorted(n for n in names if n not in NOT_OURS and not n.startswith("."))
        yield from (Path(folder) / name for name in sorted(found))


def text_of(path):
    """The file's text, or None when it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def parts(where, text):
    """What a source marks, by name, and what is wrong with its markers."""
    marked, wrong, name, begin = {}, [], None, 0
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        opened, closed = BEGIN.search(line), END.search(line)
        if opened and name is None:
            name, begin = opened[1], number
        elif closed and name is not None:
            inside = textwrap.dedent("\n".join(lines[begin : number - 1])).strip("\n")
            if not inside:
                wrong.append(f"{where}:{begin}: snippet {name} is empty")
            marked.setdefault(name, []).append(inside)
            name = None
        elif opened or closed or ALMOST.search(line):
            wrong.append(f"{where}:{number}: this marker fits nothing")
    if name is not None:
        wrong.append(f"{where}:{begin}: snippet {name} has no end")
    return {name: "\n\n".join(each) for name, each in marked.items()}, wrong


def renewed(where, text, marked, used):
    """The Markdown with each fence as its source has it, and what is wrong with its markers."""
    wrong, out = [], []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        out.append(line)
        at += 1
        shown = SHOWN.match(line)
        if not shown:
            if ALMOST_SHOWN.search(line) and not line.startswith("    "):
                wrong.append(f"{where}:{at}: this marker is not of the form PATH#NAME")
            continue
        key = (shown[1], shown[2])
        opening = FENCE.match(lines[at]) if at < len(lines) else None
        rest = range(at + 1, len(lines))
        end = opening and next((n for n in rest if lines[n] == opening[1]), None)
        if key not in marked:
            wrong.append(f"{where}:{at}: no source marks {shown[1]}#{shown[2]}")
        elif not end:
            wrong.append(f"{where}:{at}: a fence must follow this marker, and end")
        elif opening[1] in marked[key]:
            wrong.append(f"{where}:{at}: the fence must be longer than those in the snippet")
        else:
            used.add(key)
            out += [lines[at], *marked[key].split("\n"), lines[end]]
            at = end + 1
    return "\n".join(out), wrong


def read(root):
    """What all sources mark, the Markdown files with their text, and what is wrong."""
    marked, pages, wrong = {}, {}, []
    for path in files(root):
        if path == Path(__file__).resolve():
            continue
        text, where = text_of(path), path.relative_to(root).as_posix()
        if text is None:
            continue
        if path.suffix == ".md":
            pages[where] = text
        elif ALMOST.search(text):
            found, complaints = parts(where, text)
            marked.update({(where, name): code for name, code in found.items()})
            wrong += complaints
    return marked, pages, wrong


def run(root, write):
    """What is wrong below the folder, and the names of the files that were or must be renewed."""
    marked, pages, wrong = read(root)
    used, stale = set(), []
    for where, text in pages.items():
        new, complaints = renewed(where, text, marked, used)
        wrong += complaints
        if new != text:
            stale.append(where)
            if write:
                (root / where).write_text(new, encoding="utf-8")
    for where, name in sorted(set(marked) - used):
        wrong.append(f"{where}: snippet {name} is shown nowhere")
    return wrong, stale, len(used)


def test_itself():
    """Tries the tool on sources and pages that are right and wrong; raises when it errs."""
    mark, end = "[" + "snippet: {}]", "[" + "/snippet]"
    right = f"  // {mark.format('a')}\n    one;\n\n      two;\n  // {end}\n"
    right += f"rest\n# {mark.format('a')}\nx\n# {end}\n"
    page = "<!-- snippet: use.js#a -->\n```js\n{}```\nmore\n"
    told = "one;\n\n  two;\n\nx\n"
    cases = [
        # source, page, is it stale, a word of the complaint
        (right, page.format(told), False, None),
        (right, page.format("old\n"), True, None),
        (right, page.format(""), True, None),
        (right, page.format(told).replace("#a", "#b"), False, "no source marks use.js#b"),
        (right, "", False, "snippet a is shown nowhere"),
        (right, page.format(told) + page.format(told), False, None),
        (right, page.format(told).replace("```js", "text\n```js"), False, "a fence must follow"),
        (right, page.format(told).replace("```\n", ""), False, "a fence must follow"),
        (right, page.format(told).replace("use.js#a", "a"), False, "not of the form"),
        (right.replace("one;", "```"), page.format(told), False, "must be longer"),
        (right.replace(end, "", 1), page.format(told), True, "fits nothing"),
        (right + f"// {mark.format('b')}\n", page.format(told), False, "snippet b has no end"),
        (right + f"// {end}\n", page.format(told), False, "fits nothing"),
        (right + f"// {mark.format('B')}\n", page.format(told), False, "fits nothing"),
        (f"{mark.format('a')}\n{end}\n", page.format(told), True, "snippet a is empty"),
    ]
    for number, (source, text, is_stale, complaint) in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "use.js").write_text(source, encoding="utf-8")
            (folder / "page.md").write_text(text, encoding="utf-8")
            wrong, stale, _ = run(folder, write=False)
            assert bool(stale) == is_stale, f"case {number}: stale is {stale}"
            if complaint:
                assert complaint in wrong[0], f"case {number}: {wrong}"
            else:
                assert not wrong, f"case {number}: {wrong}"
            run(folder, write=True)
            assert not run(folder, write=False)[1], f"case {number}: written, and stale still"
            if not complaint:
                new = (folder / "page.md").read_text(encoding="utf-8")
                assert new.startswith(page.format(told)), f"case {number}: {new}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--check", action="store_true")
    way.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    test_itself()
    wrong, stale, count = run(ROOT, asked.write)
    for line in wrong:
        print(line, file=sys.stderr)
    for where in stale:
        print(f"{where}: {'written anew' if asked.write else 'differs: run snippets.py --write'}")
    print(f"snippets: {count}")
    return 1 if wrong or (stale and asked.check) else 0


if __name__ == "__main__":
    sys.exit(main())
