#!/usr/bin/env python3
"""Runs the models of this folder through spin, exhaustively, and shows that each broken variant fails.

    tests/model/check_models.py [--full] [--only TEXT] [--trail]

Prints one line a run: name, states stored, seconds, verdict. Without arguments the runs take half a
minute; --full adds the large ones. The state counts of docs/merge-algebra.md are compared with what is
found. --only picks runs by a part of their name; --trail prints the steps that lead to a failure.
Status 0: all as expected; 1: not; 77: spin is not installed.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "docs" / "merge-algebra.md"
SKIPPED = 77

FORMS = ["-DFORMS"]
SET = ["-DKINDS_FROM=ADD", "-DKINDS_TO=REMOVE"]
FOLD = ["-DCOMPACTION"]
JOIN = ["-DCOMPACTION", "-DNEWCOMER"]


def bounds(replicas, changes):
    return [f"-DNR={replicas}", f"-DNC={changes}"]


# name: (model, defines). Each is searched to the end.
RUNS = {
    "merge-3x3": ("record", bounds(3, 3) + FORMS),
    "set-3x3": ("record", bounds(3, 3) + FORMS + SET),
    "compaction-2x3": ("record", bounds(2, 3) + FORMS + FOLD),
    "snapshot-3x2": ("record", bounds(3, 2) + FORMS + JOIN),
    "escrow-3x3": ("escrow", bounds(3, 3)),
    "escrow-2x4": ("escrow", bounds(2, 4)),
    "reclaim-3x3": ("reclaim", bounds(3, 3)),
    "reclaim-2x4": ("reclaim", bounds(2, 4)),
}
FULL = {
    "merge-2x4": ("record", bounds(2, 4) + FORMS),
    "merge-3x4": ("record", bounds(3, 4)),
    "snapshot-3x3": ("record", bounds(3, 3) + JOIN + ["-DKINDS_TO=RETRACT"]),
    "escrow-3x4": ("escrow", bounds(3, 4)),
}
# Each rule broken by itself, with the assertion that must find it.
MUTANTS = {
    "CLOCK": ("merge-3x3", "survivors"),
    "DEPS_SUPERSEDE": ("merge-3x3", "survivors"),
    "FIRST_EDIT": ("merge-3x3", "yes==brute"),
    "NOT_CAUSAL": ("merge-3x3", "survivors"),
    "ADD_HIDES_ALL": ("set-3x3", "same"),
    "REMOVE_WINS": ("set-3x3", "adds"),
    "AHEAD_OF_STABILITY": ("compaction-2x3", "folded"),
    "ACK_FORGETS_FORM": ("compaction-2x3", "folded"),
    "ACK_BEFORE_PUSH": ("compaction-2x3", "folded"),
    "FOLD_DROPS_RETRACTIONS": ("compaction-2x3", "yes==brute"),
    "FOLD_FORGETS_VERSION": ("compaction-2x3", "folded"),
    "SNAPSHOT_FORGETS_UNSENT": ("snapshot-3x2", "missing"),
    "SPEND_UNCHECKED": ("escrow-3x3", "rights>=0"),
    "TRANSFER_UNCHECKED": ("escrow-3x3", "rights>=0"),
    "COPY_KEEPS_RIGHTS": ("escrow-3x3", "rights>=0"),
    "RECEIVER_DECIDES": ("escrow-2x4", "firm"),
    "FORM_JUDGES": ("escrow-3x3", "rights>=0"),
    "BOTH_RECLAIMS_COUNT": ("reclaim-3x3", "rights"),
    "UNSEEN_ACTS_COUNT": ("reclaim-3x3", "rights"),
    "UNSEEN_TRANSFERS_COUNT": ("reclaim-3x3", "rights"),
    "REFUND_TWICE": ("reclaim-2x4", "total"),
}


def spin(model, defines, trail):
    """(states, seconds, assertion that failed or None)"""
    with tempfile.TemporaryDirectory() as folder:
        source = HERE / f"{model}.pml"
        def run(*command, check=True):
            return subprocess.run(command, cwd=folder, check=check, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        made = run("spin", "-a", *defines, str(source), check=False)
        if "Error" in made or not Path(folder, "pan.c").exists():
            sys.exit(f"check_models: spin does not take {source.name}:\n{made}")
        # -DSAFETY: assertions only; there is no progress to be proved. One process: no reduction.
        run("cc", "-O1", "-w", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=512", "-o", "pan", "pan.c")
        begun = time.monotonic()
        # -E: the world may stop at any time. -w: the size of the hash table, 2^22.
        found = run("./pan", "-E", "-m200000", "-w22", check=False)
        seconds = time.monotonic() - begun
        states = re.search(r"(\d+) states, stored", found)
        errors = re.search(r"errors: (\d+)", found)
        if not states or not errors or "max search depth too small" in found:
            sys.exit(f"check_models: the search did not come to its end:\n{found}")
        failed = re.search(r"assertion violated (.*) \(at depth", found)
        if errors[1] != "0" and trail:
            print(run("spin", "-t", "-p", "-g", *defines, str(source), check=False))
        if errors[1] != "0" and not failed:
            sys.exit(f"check_models: an error that is no assertion:\n{found}")
        return int(states[1]), seconds, failed[1] if failed else None


def documented():
    """State counts as docs/merge-algebra.md tells them."""
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \|.*\| ([\d,]+) \|$", text, re.M)
    return {name: int(count.replace(",", "")) for name, count in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--trail", action="store_true")
    options = parser.parse_args()
    if not shutil.which("spin") or not shutil.which("cc"):
        print("check_models: skipped, spin or a C compiler is not installed "
              "(apt-get install spin; tools/setup --full does it)")
        return SKIPPED
    told = documented()
    good = True
    for name, (model, defines) in {**RUNS, **(FULL if options.full else {})}.items():
        if options.only not in name:
            continue
        states, seconds, failed = spin(model, defines, options.trail)
        verdict = f"FAILS: {failed}" if failed else "holds"
        if told.get(name) != states:
            verdict += f"; docs/merge-algebra.md says {told.get(name)} states"
        good = good and verdict == "holds"
        print(f"{name:<26} {states:>9,} states {seconds:6.1f} s  {verdict}", flush=True)
    for mutant, (name, expected) in MUTANTS.items():
        if options.only not in mutant:
            continue
        model, defines = RUNS[name]
        extra = [f"-DMUTANT_{mutant}"] + (FORMS if mutant == "FORM_JUDGES" else [])
        states, seconds, failed = spin(model, defines + extra, options.trail)
        caught = failed is not None and expected in failed
        good = good and caught
        print(f"{mutant:<26} {states:>9,} states {seconds:6.1f} s  "
              f"{'caught' if caught else f'NOT CAUGHT by {expected}: {failed}'}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
