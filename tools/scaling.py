#!/usr/bin/env python3
"""What 1, 21 and 600 Ambiti need, from what one unit costs. The arithmetic of docs/scaling.md.

    tools/scaling.py                    prints the tables
    tools/scaling.py --write            puts them into docs/scaling.md
    tools/scaling.py --check            ends with status 1 unless they are there
    tools/scaling.py --costs FILE --tablets 300 …    the same for another measurement, another Ambito

Costs come from `tools/soak --costs FILE`; docs/scaling-costs.json is the measurement that the document
tells. Processor times are of that machine.
"""

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "scaling.md"
COSTS = ROOT / "docs" / "scaling-costs.json"
AMBITI = (1, 21, 600)
BLOCK = re.compile(r"(<!-- tools/scaling\.py (\w+) -->\n).*?(<!-- end -->)", re.S)

# One Ambito: assumed, not measured. name: (value, what it is)
ASSUMED = {
    "tablets": (120, "tablets that work each day"),
    "dossiers": (2_000, "dossiers, opened in the first year"),
    "days": (220, "working days in a year"),
    "changes": (10, "changes that a tablet makes in a day, each sent as soon as it is made"),
    "readers": (3, "other tablets that receive each change"),
    "syncs": (30, "synchronisations of a tablet in a day that find nothing"),
    "waiting_hours": (8, "hours in a day in which a tablet waits for news"),
    "wait_seconds": (50, "seconds that a wait is held (the setting `wait`)"),
    "new_records": (0.6, "share of changes that make a record; the others edit one"),
    "peak": (0.2, "share of a day's work in its busiest hour"),
}

# One node: assumed, too.
NODE = {"cores": 16, "memory_gib": 64, "busy": 0.5, "backends": 2_000}


def cpu_ms(costs, unit):
    return costs[unit + ".server_cpu_ms"], costs[unit + ".postgres_cpu_ms"]


def day_of(costs, a):
    """Requests of an Ambito in a day, and milliseconds of server and PostgreSQL for each."""
    tablets, pushes = a["tablets"], a["tablets"] * a["changes"]
    waits = tablets * a["waiting_hours"] * 3600 / a["wait_seconds"]
    return [
        ("changes sent", pushes, cpu_ms(costs, "push_of_one")),
        ("changes received", pushes * a["readers"], cpu_ms(costs, "pull_of_one")),
        ("synchronisations without news", tablets * a["syncs"], cpu_ms(costs, "empty_sync")),
        ("waits", waits, cpu_ms(costs, "wait")),
        ("tokens", tablets * a["waiting_hours"], cpu_ms(costs, "token")),
    ]


def need(costs, a):
    """What one Ambito needs: numbers by name."""
    rows = day_of(costs, a)
    server = sum(count * ms[0] for _, count, ms in rows) / 1000
    postgres = sum(count * ms[1] for _, count, ms in rows) / 1000
    idle = costs["idle_second.server_cpu_ms"] + costs["idle_second.postgres_cpu_ms"]
    changes = a["tablets"] * a["changes"] * a["days"]
    new = changes * a["new_records"]
    data = new * costs["visit.database_bytes"] + (changes - new) * costs["edit.database_bytes"]
    first = a["dossiers"] * costs["dossier.database_bytes"]
    first += a["tablets"] * costs["device.database_bytes"]
    return {
        "server_s": server,
        "postgres_s": postgres,
        "peak_cores": (server + postgres) * a["peak"] / 3600 + idle / 1000,
        "server_cores": server * a["peak"] / 3600,
        "pushes_s": a["tablets"] * a["changes"] * a["peak"] / 3600,
        "first_bytes": first,
        "year_bytes": data,
        "wal_day": a["tablets"] * a["changes"] * costs["push_of_one.wal_bytes"],
        "server_bytes": costs["server.resident_kib"] * 1024
        + a["tablets"] * costs["wait.server_kib"] * 1024,
        "connections": costs["server.connections"],
        "connection_bytes": costs["connection.postgres_kib"] * 1024,
    }


def size(number):
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            return f"{number:.0f} {unit}" if number >= 100 or unit == "B" else f"{number:.1f} {unit}"
        number /= 1000


def figure(number):
    if number >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2g}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def units_table(costs):
    names = [("push_of_one", "a synchronisation that sends one change"),
             ("pull_of_one", "one that receives one change"), ("empty_sync", "one that finds nothing"),
             ("wait", "a wait for news that ends without"), ("token", "a challenge and its token"),
             ("visit", "a visit, among many in one synchronisation"),
             ("edit", "an edit of a field, the same way"),
             ("first_pull_of_change", "a change in a tablet's first synchronisation"),
             ("dossier", "a dossier with its household and three people"),
             ("device", "a person with a tablet"),
             ("idle_second", "a second in which nobody asks")]
    rows = []
    for unit, words in names:
        cells = [words]
        for key, show in (("server_cpu_ms", "{:.2f} ms"), ("postgres_cpu_ms", "{:.2f} ms"),
                          ("database_bytes", "{:,.0f} B"), ("wal_bytes", "{:,.0f} B")):
            value = costs.get(f"{unit}.{key}")
            cells.append("" if value is None else show.format(value))
        rows.append(cells)
    return table(["unit", "server", "PostgreSQL", "database", "WAL"], rows)


def processes_table(costs):
    return table(["of one server process", "measured"], [
        ["its memory, after all of the above", size(costs["server.resident_kib"] * 1024)],
        ["memory for each tablet that waits", size(costs["wait.server_kib"] * 1024)],
        ["connections to PostgreSQL", figure(costs["server.connections"])],
        ["memory of PostgreSQL for each connection", size(costs["connection.postgres_kib"] * 1024)],
        ["a push of one change, from the tablet's first byte to its last (median)",
         f"{costs['push_of_one.wall_ms_median']:.0f} ms"]])


def assumed_table(a):
    return table(["assumed of one Ambito", ""],
                 [[words, figure(a[name])] for name, (_, words) in ASSUMED.items()])


def day_table(costs, a):
    return table(["one Ambito, a day", "number", "server", "PostgreSQL"],
                 [[words, f"{count:,.0f}", f"{count * ms[0] / 1000:,.0f} s",
                   f"{count * ms[1] / 1000:,.0f} s"] for words, count, ms in day_of(costs, a)])


def needs_table(costs, a):
    one = need(costs, a)
    rows = [("processors busy in the busiest hour", lambda n: figure(n * one["peak_cores"])),
            ("of these, in the servers", lambda n: figure(n * one["server_cores"])),
            ("pushes a second then", lambda n: figure(n * one["pushes_s"])),
            ("database at the start", lambda n: size(n * one["first_bytes"])),
            ("grows in a year by", lambda n: size(n * one["year_bytes"])),
            ("WAL in a day", lambda n: size(n * one["wal_day"])),
            ("server processes", lambda n: figure(n)),
            ("memory of the servers", lambda n: size(n * one["server_bytes"])),
            ("connections to PostgreSQL", lambda n: figure(n * one["connections"])),
            ("memory of these", lambda n: size(n * one["connections"] * one["connection_bytes"]))]
    return table(["needed by"] + [f"{n:,} Ambit{'o' if n == 1 else 'i'}" for n in AMBITI],
                 [[words] + [show(n) for n in AMBITI] for words, show in rows])


def ends_table(costs, a):
    one = need(costs, a)
    writer = 1000 / costs["push_of_one.wall_ms_median"]
    memory = NODE["memory_gib"] * 2**30 * NODE["busy"]
    per_ambito = one["connections"] * one["connection_bytes"]
    return table(["what ends", "Ambiti", "how it is known"], [
        [f"{NODE['cores']} processors, {NODE['busy']:.0%} busy",
         figure(NODE["cores"] * NODE["busy"] / one["peak_cores"]), "measured costs × assumed day"],
        [f"{NODE['backends']:,} connections", figure(NODE["backends"] / one["connections"]),
         "measured for one server; the limit is reasoned"],
        [f"{NODE['busy']:.0%} of {NODE['memory_gib']} GiB for connections",
         figure(memory / per_ambito), "measured for one server"],
        ["one writer of one space", f"1 space of {writer / one['pushes_s']:,.0f} times the tablets",
         "measured median of a push, one after the other"]])


def blocks(costs, a):
    return {"units": units_table(costs), "processes": processes_table(costs),
            "assumed": assumed_table(a), "day": day_table(costs, a), "needs": needs_table(costs, a),
            "ends": ends_table(costs, a)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--costs", type=Path, default=COSTS)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    for name, (value, words) in ASSUMED.items():
        parser.add_argument("--" + name.replace("_", "-"), dest=name, type=float, default=value,
                            help=words)
    options = parser.parse_args()
    made = blocks(json.loads(options.costs.read_text(encoding="utf-8")),
                  {name: getattr(options, name) for name in ASSUMED})
    if not (options.write or options.check):
        print("\n".join(made.values()), end="")
        return 0
    text = DOCUMENT.read_text(encoding="utf-8")
    fresh = BLOCK.sub(lambda found: found[1] + made[found[2]] + found[3], text)
    missing = set(made) - {found[2] for found in BLOCK.finditer(text)}
    if missing:
        print("scaling: docs/scaling.md has no place for: " + ", ".join(sorted(missing)))
        return 1
    if options.write:
        DOCUMENT.write_text(fresh, encoding="utf-8")
    elif fresh != text:
        print("scaling: docs/scaling.md is not what its costs give; run tools/scaling.py --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
