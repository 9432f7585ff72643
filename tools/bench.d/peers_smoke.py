"""Shows that every engine of tools/bench --peers still runs, on tiny data; measures nothing.

peers_smoke.py insieme-bench FOLDER-OF-ENGINES SOURCES: skipped (4) where the engines are not
installed, which tools/bench --peers does."""
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 4
ENGINES = {"Yjs", "Automerge", "Loro", "diamond-types", "cr-sqlite (wasm)", "PouchDB", "TinyBase"}
RECORDS = {"insert_batch", "edit_durable", "first_sync_apply", "first_sync_bytes", "incremental",
           "merge_concurrent"}
TEXTS = {"Insieme", "Yjs", "Automerge", "Loro", "diamond-types"}
# Two write at once, and one goes on from both.
TRACE = {"kind": "concurrent", "numAgents": 2, "endContent": "+visita in casa", "txns": [
    {"parents": [], "agent": 0, "patches": [[0, 0, "visita casa"]]},
    {"parents": [0], "agent": 1, "patches": [[7, 0, "in "]]},
    {"parents": [0], "agent": 0, "patches": [[0, 0, "+ "]]},
    {"parents": [1, 2], "agent": 0, "patches": [[1, 1, ""]]}]}


def main():
    program, installed, sources = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
    if not (installed / "node_modules").is_dir() or shutil.which("node") is None:
        print(f"skipped: no engines in {installed}; tools/bench --peers fetches them")
        return SKIPPED
    with tempfile.TemporaryDirectory() as scratch:
        place = pathlib.Path(scratch) / "peers"
        shutil.copytree(sources, place)
        (place / "node_modules").symlink_to(installed / "node_modules")
        figures = pathlib.Path(scratch) / "figures.json"
        traces = pathlib.Path(scratch) / "shared/data/traces"
        traces.mkdir(parents=True)
        (traces / "two-people.json.gz").write_bytes(gzip.compress(json.dumps(TRACE).encode()))
        subprocess.run(["node", place / "peers.mjs", "--program", program, "--scratch", scratch,
                        "--scale", "tiny", "--workloads", "records,merge,two-people", "--json",
                        figures],
                       check=True, env=os.environ | {"INSIEME_SHARED": f"{scratch}/shared"})
        peers = json.loads(figures.read_text())["peers"]
    faults = [f"{who}: {why}" for who, why in peers["unfinished"].items()]
    faults += [f"{one['name']}: {one['why']}" for one in peers["skipped"]]
    if {engine["name"] for engine in peers["engines"]} != ENGINES:
        faults.append("not all engines took part")
    shown = {}
    for metric in peers["metrics"]:
        for who in metric["contenders"]:
            shown.setdefault(who, set()).add(metric["name"])
    for who in ENGINES | {"Insieme"}:
        wanted = set() if who == "diamond-types" else RECORDS
        wanted = wanted | ({"text_merge"} if who in TEXTS else set())
        missing = wanted - shown.get(who, set())
        if missing:
            faults.append(f"{who}: no {', '.join(sorted(missing))}")
    merged = [metric["contenders"] for metric in peers["metrics"]
              if (metric["name"], metric["variant"]) == ("merge_concurrent", "in memory")]
    if not merged or "Insieme" not in merged[0] or "Yjs" not in merged[0]:
        faults.append("merge_concurrent in memory: not of the product and of others in one row")
    print("\n".join(faults) or "all engines run")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
