#!/usr/bin/env python3
"""Counts the instructions of the paths that people wait for, and fails where one has grown.

    tools/bench.d/hot_paths.py insieme-bench            compare with hot_paths.json
    tools/bench.d/hot_paths.py insieme-bench --update   record what is counted now

The benchmark's smallest workload runs once under valgrind's callgrind. Its counts do not depend on
what else the machine does; they do on the compiler, its flags and the processor's extensions, so
the tolerance is wide and the record is of preset dev. Exit status 4: cannot be counted here.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Name → a function, whose cost is counted with all that it calls.
PATHS = {
    "start: the schema bundle": "insieme::schema::embedded_bundle()",
    "start: opening a store": "insieme::client::open_core(",
    "save: planning": "insieme::client::commands::plan_record(",
    "save: writing": "insieme::client::Store::once(",
    "list": "insieme::client::list_records(",
    "search": "insieme::client::search_records(",
    "receive": "insieme::client::Store::apply(",
    "send: gathering": "insieme::client::Store::gather(",
}
WORKLOAD = ["--scale", "tiny", "--seed", "1", "--only", "writes,caseload,sync"]
TOLERANCE = 0.12
RECORD = pathlib.Path(__file__).with_name("hot_paths.json")
SKIPPED = 4

FUNCTION = re.compile(r"fn=\((\d+)\)(?: (.*))?$")
CALLED = re.compile(r"cfn=\((\d+)\)(?: (.*))?$")


def inclusive(path):
    """Cost of each function with all that it calls; sound for functions that do not recurse."""
    names, costs, current = {}, {}, None
    with open(path, errors="replace") as lines:
        for line in lines:
            line = line.rstrip("\n")
            named = FUNCTION.match(line) or CALLED.match(line)
            if named and named.group(2):
                names[named.group(1)] = named.group(2)
            if named and line.startswith("fn="):
                current = named.group(1)
            elif current is not None and line[:1] in "0123456789+-*" and " " in line:
                costs[current] = costs.get(current, 0) + int(line.split()[1])
    return {names[key]: cost for key, cost in costs.items() if key in names}


def count(bench):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "counts"
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", bench,
             "--folder", folder, *WORKLOAD],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0 or not out.exists():
            sys.exit("hot paths: the benchmark failed under valgrind\n" + done.stderr[-2000:])
        costs = inclusive(out)
    counted = {}
    for name, function in PATHS.items():
        found = [cost for known, cost in costs.items() if known.startswith(function)]
        if not found:
            sys.exit(f"hot paths: nothing was counted of {function}: was it renamed?")
        counted[name] = sum(found)
    return counted


def main(words):
    if not words:
        sys.exit(__doc__)
    if shutil.which("valgrind") is None:
        print("hot paths: skipped, valgrind is not installed")
        return SKIPPED
    counted = count(words[0])
    if "--update" in words[1:]:
        RECORD.write_text(json.dumps(counted, indent=2, ensure_ascii=False) + "\n")
    recorded = json.loads(RECORD.read_text())
    worse = False
    for name, cost in counted.items():
        ratio = cost / recorded[name]
        grown = ratio > 1 + TOLERANCE
        worse = worse or grown
        hint = "  GROWN" if grown else "  less: record it" if ratio < 1 - TOLERANCE else ""
        print(f"{name:28} {cost / 1e6:10.2f} M  {ratio:6.3f} of the record{hint}")
    if worse:
        print(f"hot paths: more than {TOLERANCE:.0%} above hot_paths.json. If it is worth its price, "
              "say why and run this with --update.")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
