#!/usr/bin/env python3
"""The house lint: which layer may include what, size budgets, dead tests, stray paths.

    tools/check_house.py [--root DIR]

Prints `file:line: message` for each fault and ends with status 1, or one line when all is well.
The table of layers is in docs/architecture.md; change both together.
"""

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

FILE_LINES_MAX = 800
FILE_LINES_WARNED = 400
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

CPP = {".cpp", ".hpp", ".h", ".c"}
SCRIPTS = {".ts", ".tsx", ".js", ".mjs"}
COUNTED = CPP | SCRIPTS | {".py", ".cmake", ".sh", ".css", ".html", ".sql", ".kt", ".swift"}
BINARY = {".png", ".jpg", ".webp", ".db", ".bin", ".ico", ".gif", ".zst", ".woff2"}
SKIPPED_DIRS = {"build", "node_modules", ".git", "__pycache__", ".cache"}

THREADS = {"thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "latch",
           "barrier", "stop_token", "atomic", "execution"}
FILES = {"fstream", "filesystem", "iostream", "syncstream", "csignal"}
CLOCKS = {"ctime", "random"}


@dataclass
class Layer:
    """What a folder may include. A place is `any`, `src` (private) or one file of the folder."""
    ours: set = field(default_factory=set)
    third: dict = field(default_factory=dict)
    std_never: set = field(default_factory=set)
    posix: bool = True
    clock: bool = True


ALL_OURS = {"insieme/sync", "insieme/sqlite", "insieme/schema", "insieme/reports", "insieme/client",
            "insieme/server", "insieme/processes", "insieme/insieme.h"}
ALL_THIRD = {name: "any" for name in ("cereal", "sodium", "zstd", "curl", "boost", "spdlog", "fmt", "zlib",
                                      "CLI", "libxml", "openssl", "sqlite3", "xlsxwriter", "catch2", "rapidcheck")}

# Longest prefix wins.
LAYERS = {
    "sync": Layer(
        ours={"insieme/sync"},
        third={"cereal": "src", "sodium": "src/digest.cpp src/seal.cpp", "zstd": "src/compress.cpp"},
        std_never=THREADS | FILES | CLOCKS, posix=False, clock=False),
    "client-core/sqlite": Layer(ours={"insieme/sqlite"},
                                third={"sqlite3": "src", "sodium": "src/open.cpp"}),
    "client-core/schema": Layer(
        ours={"insieme/sync", "insieme/schema"}, third={"boost/json": "src"},
        # Threads share a bundle, whose patterns are compiled when they are first needed.
        std_never=THREADS - {"atomic"}, clock=False),
    "client-core": Layer(
        ours={"insieme/sync", "insieme/sqlite", "insieme/schema", "insieme/reports",
              "insieme/client"},
        third={"boost/json": "src", "sodium": "src", "curl": "src/transport/curl_transport.cpp",
               "zlib": "src/commands/exchange/zip.cpp"}),
    # Pure, so that the same records give the same report on a tablet and on the server.
    "client-core/reports": Layer(
        ours={"insieme/sync", "insieme/schema", "insieme/reports"},
        third={"boost/json": "include/insieme/reports/page_json.hpp "
                             "include/insieme/reports/value_json.hpp",
               "xlsxwriter": "src/write_xlsx.cpp"},
        std_never=THREADS, clock=False),
    "server": Layer(
        ours={"insieme/sync", "insieme/sqlite", "insieme/schema", "insieme/reports",
              "insieme/server"},
        third={"boost": "any", "spdlog": "any", "fmt": "any", "CLI": "src", "openssl": "src",
               "curl": "src/curl_request.hpp", "libxml": "src/flow_file.cpp", "qrencode": "src/cli/qr.cpp", "zlib": "src/cli/qr.cpp", "sodium": "src"}),
    "mobile-bindings/c": Layer(ours={"insieme/insieme.h", "insieme/client"}),
    "mobile-bindings/wasm": Layer(ours={"insieme/insieme.h"}, third={"sqlite3": "src"}),
    "mobile-bindings/jni": Layer(ours={"insieme/insieme.h"}, third={"jni": "src", "boost/json": "src"}),
    "tools": Layer(ours=ALL_OURS, third=ALL_THIRD),
    "tests": Layer(ours=ALL_OURS, third=ALL_THIRD),
    "cmake": Layer(),
}

THIRD_HEADERS = [
    (re.compile(r"^boost/json(/|\.hpp)"), "boost/json"), (re.compile(r"^boost/"), "boost"),
    (re.compile(r"^cereal/"), "cereal"), (re.compile(r"^sodium(/|\.h)"), "sodium"),
    (re.compile(r"^(zstd|zdict|zstd_errors)\.h$"), "zstd"), (re.compile(r"^curl/"), "curl"),
    (re.compile(r"^spdlog/"), "spdlog"), (re.compile(r"^fmt/"), "fmt"),
    (re.compile(r"^CLI/"), "CLI"), (re.compile(r"^libxml/"), "libxml"), (re.compile(r"^qrencode\.h$"), "qrencode"), (re.compile(r"^openssl/"), "openssl"),
    (re.compile(r"^sqlite3(ext)?\.h$"), "sqlite3"),
    (re.compile(r"^zlib\.h$"), "zlib"),
    (re.compile(r"^xlsxwriter(/|\.h)"), "xlsxwriter"), (re.compile(r"^catch2/"), "catch2"),
    (re.compile(r"^rapidcheck(/|\.h)"), "rapidcheck"), (re.compile(r"^jni\.h$"), "jni"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CLOCK_CALL = re.compile(r"::now\s*\(|\b(?:std::time|gettimeofday|clock_gettime|random_device)\b")
STRAY_PATH = re.compile(r"(?<![\w.}])/(?:" + "|".join(("work", "root", r"home/\w+", "Users")) + r")/")
DECODER = re.compile(r"\b(?:Result|optional)<.*>\s+"
                     r"((?:decode|unpack|open|read|parse)_\w+|\w+_from_json)\(")
# What looks like a decoder and needs no target of its own, and why.
NOT_FUZZED = {
    "parse_date": "behind value_from_text",
    "parse_instant": "behind value_from_text",
    "read_alike": "behind parse_bundle",
    "parse_duration": "behind the settings, server_config",
    "parse_size": "behind the settings, server_config",
    "read_record": "the store's own rows, which its cipher vouches for",
    "read_facets": "the store's own rows",
    "open_items": "a query of the store",
    "read_space": "the server's own log",
    "open_repository": "a database, whose rows are the server's own",
    "open_sqlite_repository": "the same",
    "open_postgres_repository": "the same",
    "read_listening": "a port that the running server wrote into its own folder",
}
PRODUCT = ("sync", "client-core", "server", "mobile-bindings", "tools/insieme")
UNFINISHED = re.compile(r"\b(?:" + "TO" + "DO|FIX" + r"ME)\b")


class House:
    def __init__(self, root):
        self.root = root
        self.errors = []
        self.warnings = []
        self.files = sorted(self._list())
        self.cmake = {f: self._read(f) or "" for f in self.files
                      if f.name == "CMakeLists.txt" or f.suffix == ".cmake"}

    def _list(self):
        """Committed and not yet committed files; whatever lies there when git is absent."""
        got = subprocess.run(["git", "-C", str(self.root), "ls-files", "-co", "--exclude-standard",
                              "-z", "."], capture_output=True, check=False)
        if got.returncode == 0:
            names = got.stdout.decode().split("\0")
        else:
            names = [str(p.relative_to(self.root)) for p in self.root.rglob("*")]
        for name in filter(None, names):
            path = PurePosixPath(name)
            if not SKIPPED_DIRS & set(path.parts) and (self.root / path).is_file():
                yield path

    def _read(self, path):
        if path.suffix in BINARY:
            return None
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return None

    def error(self, path, line, message):
        self.errors.append((str(path), line, message))

    def check(self):
        for path in self.files:
            text = self._read(path)
            if text is None:
                continue
            lines = text.splitlines()
            self._check_text(path, lines)
            if path.suffix in COUNTED or path.name == "CMakeLists.txt" or text.startswith("#!"):
                self._check_length(path, lines)
            if path.suffix in SCRIPTS:
                self._check_columns(path, lines)
            if path.suffix in CPP:
                self._check_cpp(path, text, lines)
            if re.match(r"#!.*\bbash\b", text):
                self._check_bash(path)
        self._check_fuzzed()

    def _check_text(self, path, lines):
        if path.name == "package-lock.json":
            return
        for number, line in enumerate(lines, 1):
            stray = STRAY_PATH.search(line)
            if stray:
                self.error(path, number, f"a path of one machine: {stray.group(0)}")
            if UNFINISHED.search(line):
                self.error(path, number, "unfinished work belongs in the issues, not in the file")

    def _check_length(self, path, lines):
        if len(lines) > FILE_LINES_MAX:
            self.error(path, len(lines), f"{len(lines)} lines, at most {FILE_LINES_MAX}: split it")
        elif len(lines) > FILE_LINES_WARNED:
            self.warnings.append((str(path), f"{len(lines)} lines, better {FILE_LINES_WARNED}"))

    def _check_bash(self, path):
        got = subprocess.run(["bash", "-n", str(self.root / path)], capture_output=True,
                             text=True, check=False)
        if got.returncode != 0:
            self.error(path, 1, "bash -n: " + got.stderr.strip().splitlines()[0])

    def _check_columns(self, path, lines):
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS_MAX:
                self.error(path, number, f"{len(line)} columns, at most {COLUMNS_MAX}")

    def _check_cpp(self, path, text, lines):
        self._check_columns(path, lines)
        if path.suffix == ".hpp" and not re.search(r"^#pragma once$", text, re.M):
            self.error(path, 1, "a header begins with #pragma once")
        bare = strip_cpp(text)
        for start, length, name in functions(bare):
            if length > FUNCTION_LINES_MAX:
                self.error(path, start, f"{name} has {length} lines, at most {FUNCTION_LINES_MAX}")
        name, layer = self._layer(path)
        if layer is not None:
            self._check_includes(path, lines, name, layer)
            if not layer.clock:
                for number, line in enumerate(bare.splitlines(), 1):
                    if CLOCK_CALL.search(line):
                        self.error(path, number, f"{name} never asks for the time: inject it")
        if path.suffix == ".cpp":
            self._check_named(path)

    def _layer(self, path):
        found = [n for n in LAYERS if path.is_relative_to(n)]
        name = max(found, key=len, default=None)
        return name, LAYERS.get(name)

    def _check_includes(self, path, lines, name, layer):
        for number, line in enumerate(lines, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            fault = self._include_fault(path, found.group(1), found.group(2), name, layer)
            if fault:
                self.error(path, number, fault)

    def _include_fault(self, path, quote, header, name, layer):
        third = next((n for pattern, n in THIRD_HEADERS if pattern.match(header)), None)
        if third is not None:
            return third_fault(path, third, name, layer)
        if header.startswith("insieme/"):
            ours = header if header == "insieme/insieme.h" else "/".join(header.split("/")[:2])
            allowed = ours in layer.ours or header in layer.ours
            return None if allowed else f"{name} must not include {header}"
        if quote == '"':
            return self._private_fault(path, header, name)
        if "/" not in header and "." not in header:
            return f"{name} must not include <{header}>" if header in layer.std_never else None
        return None if layer.posix else f"{name} is pure C++: not <{header}>"

    def _private_fault(self, path, header, name):
        """A quoted header is one's own; a layer's tests also have tests/support and its src/."""
        beside = PurePosixPath(*_normal(path.parent / header))
        if (self.root / beside).is_file():
            other, _ = self._layer(beside)
            return None if other == name else f"{name} reaches into {other}: {header}"
        owners = [n for n in LAYERS if (self.root / n / "src" / header).is_file()]
        if not owners or name in owners or (self.root / "tests" / header).is_file():
            return None
        if name == "tests" and any(path.is_relative_to(f"tests/{o}") for o in (*owners, "fuzz", "postgres")):
            return None  # fuzz: a decoder may be private; postgres: the server's own tests
        return f"{name} reaches into {owners[0]}/src: {header}"

    def _check_fuzzed(self):
        """Whoever adds a decoder of foreign bytes adds a target that feeds it with them."""
        targets = "".join(self._read(f) or "" for f in self.files
                          if f.is_relative_to("tests/fuzz") and f.suffix == ".cpp")
        for path in self.files:
            if path.suffix != ".hpp" or not any(path.is_relative_to(p) for p in PRODUCT):
                continue
            for number, line in enumerate((self._read(path) or "").splitlines(), 1):
                decoder = DECODER.search(line)
                name = decoder.group(1) if decoder else None
                if name and name not in NOT_FUZZED and not re.search(rf"\b{name}\(", targets):
                    self.error(path, number, f"no target of tests/fuzz calls {name}")

    def _check_named(self, path):
        """A source file that no CMakeLists.txt names is not compiled: it rots unseen."""
        for cmake, text in self.cmake.items():
            if path.is_relative_to(cmake.parent) or cmake.parts[0] == "cmake":
                text = re.sub(r"#.*", "", text)
                if re.search(rf"(?<![\w]){re.escape(path.name)}\b", text):
                    return
                # A list of names in a loop: `${name}_fuzzer.cpp` and the bare word `header`.
                for tail in set(re.findall(r"\}(_\w+\.cpp)\b", text)):
                    stem = re.escape(path.name.removesuffix(tail))
                    if path.name.endswith(tail) and re.search(rf"(?<![\w/]){stem}(?![\w.])", text):
                        return
        kind = "test" if path.name.endswith("_test.cpp") else "file"
        self.error(path, 1, f"this {kind} is in no target: no CMakeLists.txt names it")


def third_fault(path, third, name, layer):
    place = layer.third.get(third) or layer.third.get(third.split("/")[0])
    if place is None:
        return f"{name} must not include {third}"
    where = path.relative_to(name)
    if place == "src" and "src" not in where.parts[:-1]:
        return f"{third} stays out of the public headers of {name}"
    if place not in ("any", "src") and str(where) not in place.split():
        return f"in {name} only {place.replace(' ', ' and ')} includes {third}"
    return None


def _normal(path):
    parts = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return parts


_NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|(?:u8|u|U|L)?R"(?P<d>[^()\\ ]{0,16})\(.*?\)(?P=d)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)


def strip_cpp(text):
    """The code without comments, literals and directives; every line stays where it was."""
    def blank(match):
        kept = match.group(0)
        return ('""' if kept[-1] in "\"'" else "") + "\n" * kept.count("\n")
    text = _NOISE.sub(blank, text)
    return _DIRECTIVE.sub(lambda m: "\n" * m.group(0).count("\n"), text)


_SCOPE = re.compile(r"^(?:inline\s+|typedef\s+|static\s+|constexpr\s+|const\s+|export\s+)*"
                    r"(?:namespace|class|struct|union|enum|extern\s*\"\")\b")


_ACCESS = re.compile(r"\s*(?:public|private|protected)\s*:$")


def _is_scope(head):
    """Whether the text before a brace opens a namespace or a type rather than a function."""
    while head.startswith("template"):
        depth, at = 0, head.find("<")
        for at in range(at, len(head)):
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            if depth == 0:
                break
        head = head[at + 1:].lstrip()
        head = re.sub(r"^requires\b.*?(?=\b(?:class|struct|union)\b)", "", head, flags=re.S)
    if re.match(r'extern\s*""\s*$', head):
        return True
    return bool(_SCOPE.match(head)) and not re.search(r"\)\s*(?:const|noexcept|\s)*$", head)


def functions(text):
    """(first line, number of lines, name) of every function outside other functions."""
    depth = 0          # braces open inside the current function
    begin = None       # (line, name) of the current function
    head, head_line, line, parens = "", 1, 1, 0
    for at, char in enumerate(text):
        if char == "\n":
            line += 1
        if begin is None or depth == 0:
            if char == "{" and parens == 0:
                if begin is None and _is_scope(head.strip()):
                    head = ""
                    continue
                begin = begin or (head_line, head.strip())
                depth, head = 1, ""
            elif parens == 0 and char in ";}":
                begin, head = None, ""
            else:
                parens = max(0, parens + {"(": 1, ")": -1}.get(char, 0))
                if not head.strip():
                    head_line = line
                head += char
                if _ACCESS.match(head):
                    head = ""
            continue
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth == 0 and not re.match(r"\s*[,{]", text[at + 1:at + 200]):
            name = re.search(r"([~\w:]+)\s*\(", begin[1])
            if begin[1].endswith(")") or (name and not re.search(r"=\s*[\w:<>]*$", begin[1])):
                yield begin[0], line - begin[0] + 1, name.group(1) if name else "a lambda"
            begin, parens, head = None, 0, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    house = House(parser.parse_args().root)
    house.check()
    for path, message in house.warnings:
        print(f"{path}:1: warning: {message}")
    for path, number, message in sorted(house.errors):
        print(f"{path}:{number}: {message}")
    print(f"house: {len(house.files)} files, {len(house.errors)} faults, "
          f"{len(house.warnings)} warnings")
    return 1 if house.errors else 0


if __name__ == "__main__":
    sys.exit(main())
