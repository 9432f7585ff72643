#!/usr/bin/env python3
"""Holds the documents to the code: links lead somewhere, tests that are named exist, and protocol.md
knows every route and every problem of the server.

    tools/check_docs.py [--root DIR]

A test is named as `tests/sync/merge_test.cpp: name of the TEST_CASE`; a model as
`tests/model/name.pml`. Prints `file:line: message` for each fault and ends with status 1.
"""

import argparse
import re
import sys
from pathlib import Path

LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
NAMED_TEST = re.compile(r"`(tests/[\w/.-]+_test\.cpp): ([^`]+)`")
NAMED_FILE = re.compile(r"`((?:tests|tools|docs|sync|server|client-core|schema|packaging)/[\w/.-]+\.\w+)`")
TEST_CASE = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
ROUTE = re.compile(r'Route\{"(\w+)", "([^"]+)"')
SLUG_CALLS = re.compile(
    r'(?:problem_response\(\{|plain_problem\(|unauthorized\()\s*(?:\d+,\s*)?"([a-z-]+)"')
CODE_NAME = re.compile(r'case ErrorCode::\w+: return "(\w+)";')
KINDS = re.compile(r"ProblemKind\{\d+,([^}]*)\}")
TITLE = re.compile(r"^# ", re.M)


def documents(root):
    yield from sorted(root.glob("*.md"))
    yield from sorted((root / "docs").rglob("*.md"))


def test_names(path, seen={}):
    if path not in seen:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        seen[path] = {"".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found))
                      for found in TEST_CASE.findall(text)}
    return seen[path]


def check_text(root, path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for target in LINK.findall(line):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (path.parent / target).exists():
                yield number, f"the link to {target} leads nowhere"
        for file, name in NAMED_TEST.findall(line):
            if name not in test_names(root / file):
                yield number, f'{file} has no test "{name}"'
        for file in NAMED_FILE.findall(line):
            if not (root / file).exists():
                yield number, f"there is no file {file}"


def slugs(root):
    """Slugs that the server can answer with, and where each comes from."""
    found = {}
    for path in sorted((root / "server" / "src").rglob("*.cpp")):
        for slug in SLUG_CALLS.findall(path.read_text(encoding="utf-8")):
            found.setdefault(slug, path.relative_to(root))
    basics = root / "sync" / "src" / "basics.cpp"
    never_told = {"ok", "storage_failure", "storage_newer", "wrong_key"}  # all of them are 500
    for name in CODE_NAME.findall(basics.read_text(encoding="utf-8")):
        if name not in never_told:
            found.setdefault(name.replace("_", "-"), basics.relative_to(root))
    return found


def check_protocol(root):
    path = root / "docs" / "protocol.md"
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    kinds = (root / "server" / "src" / "api" / "problem.cpp").read_text(encoding="utf-8")
    listed = set(" ".join(re.findall(r'"([^"]*)"', " ".join(KINDS.findall(kinds)))).split())
    for slug, source in slugs(root).items():
        if f"`{slug}`" not in text:
            yield 1, f"the problem `{slug}` of {source} is not described"
        if slug not in listed:
            yield 1, f"the problem `{slug}` of {source} is in no ProblemKind"
    api = root / "server" / "src" / "api"
    for method, route in ROUTE.findall((api / "routes.cpp").read_text(encoding="utf-8")):
        if not re.search(rf"^\| `{re.escape(route)}` \| {method}\b", text, re.M):
            yield 1, f"the route {method} {route} is not described"


def check(root):
    faults = []
    for path in documents(root):
        faults += [(path, *fault) for fault in check_text(root, path)]
    faults += [(root / "docs" / "protocol.md", *fault) for fault in check_protocol(root)]
    return [f"{path.relative_to(root)}:{line}: {message}" for path, line, message in faults]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root.resolve()
    faults = check(root)
    for fault in faults:
        print(fault)
    if not faults:
        print(f"check_docs: {sum(1 for _ in documents(root))} documents agree with the code")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
