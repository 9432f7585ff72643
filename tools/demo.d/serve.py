#!/usr/bin/env python3
"""Serves the app with an invented space, to be tried: a real server, and one program for each of four
people that holds their store. Nothing of it is left at the end.

    tools/demo.d/serve.py SCREENS [APP] [--headless]

SCREENS is a folder with the app's files, APP one that has the core for browsers in it (tools/app): the
server serves that. The programs come from INSIEME_BIN_DIR (build/release/bin). With
--headless it asks at each address what a browser would, and ends.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from spaces import BIN, ROOT, SPACES, Fault, Space, ask, contradict, end, run

ANNAS_FAMILIES = 8
PEOPLE = [
    ("carla", "coordinator", "coordina", "coordinates"),
    ("anna", "educator", "va in visita", "visits families"),
    ("franco", "fellow", "anima la rete del territorio", "works with the territory's network"),
    ("ada", "admin", "amministra persone e tablet", "administers people and tablets"),
]


class Desk:
    """One person's store behind the app's screens."""

    def __init__(self, store, screens):
        self.process = subprocess.Popen(
            [str(BIN / "insieme"), "--json", "--store", str(store), "serve-app", "--app", screens,
             "--port", "0"], stdout=subprocess.PIPE, text=True)
        try:
            said = json.loads(self.process.stdout.readline() or "{}")
            if "address" not in said:
                raise Fault(f"insieme serve-app for {store.name} did not start: {said}")
            self.address = said["address"]
        except BaseException:  # also a signal: nobody else knows of the process yet
            self.close()
            raise

    def close(self):
        end(self.process)

    def call(self, command):
        return self.ask({"act": "call", "request": {"command": command}})

    def ask(self, message):
        """As its page does."""
        base, _, token = self.address.partition("/#desk=")
        request = urllib.request.Request(
            base + "/desk/ask", json.dumps(message).encode(),
            {"Authorization": "Bearer " + token, "Content-Type": "application/json", "Origin": base,
             "X-Page": "demo"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            reply = json.loads(answer.read())
        if not reply.get("ok"):
            raise Fault(f"{message} at {base}: {reply}")
        return reply

    def page(self):
        with urllib.request.urlopen(self.address.partition("#")[0], timeout=60) as answer:
            return answer.read().decode()


def fill(folder, more):
    """The space, and the store of each person by account."""
    archive = folder / "spazio.jsonl"
    subprocess.run([sys.executable, "-B", str(ROOT / "tools/spaces"), "insieme", str(archive)], check=True,
                   stdout=subprocess.DEVNULL)
    space = Space(folder, SPACES["insieme"][0], more)
    try:
        stores = {account: space.enrol(account, role) for account, role, _, _ in PEOPLE}
        carla = stores["carla"]
        run("insieme", "archive", "import", archive, store=carla)
        run("insieme", "sync", store=carla)
        contradict(space, carla, stores["anna"])
        families = ask(carla, "list", "household")["records"][:ANNAS_FAMILIES]
        for family in families:
            space.admin("assign", "anna", family["dossier"])
        for network in ask(carla, "list", "network")["records"]:
            space.admin("assign", "franco", network["dossier"])
        for account in stores:
            run("insieme", "sync", store=stores[account])
        return space, stores
    except BaseException:
        space.close()
        raise


def check(desks):
    """What is wrong, in words."""
    faults = []
    for account, desk in desks.items():
        if "<script" not in desk.page():
            faults.append(f"{account}: no app at {desk.address}")
        desk.ask({"act": "open", "folder": "insieme"})
        if desk.call("identity").get("account") != account:
            faults.append(f"{account}: the store behind the app is another one's")
        if account != "ada" and not desk.call("dossier.list")["dossiers"]:
            faults.append(f"{account} has nothing to look at")
    if len(desks["carla"].call("review.list")["items"]) < 2:
        faults.append("nothing to decide")
    return faults


def tell(space, desks, with_app):
    print("\n9. Da provare  — to be tried\n")
    for account, _, italian, english in PEOPLE:
        print(f"   {account}: {italian}  — {english}\n      {desks[account].address}")
    if with_app:
        port = space.status()["port"]
        print("\n   Come su un tablet, con il codice d'invito  — as on a tablet, with the invitation:\n"
              f"      http://127.0.0.1:{port}")
        for account, *_ in PEOPLE:
            url = json.loads(space.admin("--json", "invite", account))["url"]
            print(f"      {account}: {url}")
    print("\n   Tutto è inventato. Un indirizzo per finestra del browser; «Continua senza PIN».\n"
          "   All of it is invented. One address for each window of a browser.", flush=True)


def leave(number, _):
    """Once: another signal does not interrupt the closing."""
    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    sys.exit(128 + number)


def close_all(things):
    """Each of them, in this order, whatever becomes of the others."""
    with ExitStack() as closing:
        for thing in reversed(things):
            closing.callback(thing.close)


def main():
    words = [one for one in sys.argv[1:] if one != "--headless"]
    if len(words) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    with_app = words[1:]
    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, leave)
    desks = {}
    with tempfile.TemporaryDirectory(prefix="insieme-demo-") as name:
        space = None
        try:
            space, stores = fill(Path(name), ["--app", *with_app] if with_app else [])
            for account, store in stores.items():
                desks[account] = Desk(store, words[0])
            tell(space, desks, with_app)
            if "--headless" in sys.argv:
                faults = check(desks)
                for fault in faults:
                    print(f"demo: {fault}", file=sys.stderr)
                if not faults:
                    print("   ✓ ogni indirizzo risponde  — every address answers")
                return 1 if faults else 0
            print("\n   Ctrl+C chiude tutto e cancella la cartella  — ends it all, and removes its folder",
                  flush=True)
            signal.pause()
        except KeyboardInterrupt:
            print()
            return 0
        except Fault as fault:
            print(f"demo: {fault}", file=sys.stderr)
            return 1
        finally:
            close_all([*desks.values(), *([space] if space else [])])


if __name__ == "__main__":
    sys.exit(main())
