#!/usr/bin/env python3
"""Plays the two example spaces: fills a server with each, lets people contradict each other, erases a
family by order, and writes a page of reports.

    tools/demo --spaces FOLDER

Everything runs on loopback and ends with this program; FOLDER keeps the pages. The programs come from
INSIEME_BIN_DIR (build/release/bin).
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("INSIEME_BIN_DIR", ROOT / "build/release/bin"))
WAIT_SECONDS = 60
END_SECONDS = 20

SPACES = {
    "insieme": ("INSIEME, Ambito VEN_09", [
        ("R19", []), ("R10", []), ("R1", ["project={project}"]), ("R3", ["project={project}"]), ("R4", []),
        ("R5", ["on=01/07/2024"]), ("R6", []), ("R7", []), ("R8", []), ("R9", []), ("R11", []),
        ("R12", ["on=01/07/2024"]), ("R13", ["to=31/12/2025"]), ("R14", []), ("R15", []),
        ("R16", ["project={project}"]), ("R17", ["on=01/07/2024"]), ("R18", []), ("R20", [])]),
    "val-denza": ("Unione Val d'Enza", [("R1", ["project={project}"]), ("R3", ["project={project}"]),
                                        ("R10", [])]),
}


HOLDS = "tutto torna"
# Questions and findings that these spaces are made to have.
LEAST = {"insieme": (2, 2), "val-denza": (0, 0)}


class Fault(Exception):
    """What was asked and what was answered."""


def end(process):
    """Asks it to end, and makes it if it does not; with a second signal meanwhile, too."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(END_SECONDS)


def run(program, *words, store=None, codes=(0,)):
    environment = dict(os.environ, INSIEME_LANG="it")
    if store:
        environment["INSIEME_STORE"] = str(store)
    got = subprocess.run([str(BIN / program), *map(str, words)], env=environment, capture_output=True,
                         text=True, check=False)
    if got.returncode not in codes:
        raise Fault(f"{program} {' '.join(map(str, words))}: {got.returncode}\n{got.stdout}{got.stderr}")
    return got.stdout


class Space:
    """One server process with one space, and the stores of two people."""

    def __init__(self, folder, name, more=()):
        self.data = folder / "server"
        self.folder = folder
        self.admin("init", "--name", name)
        self.process = subprocess.Popen(
            [str(BIN / "insieme-server"), "serve", "--data", str(self.data), "--dev",
             "--listen", "127.0.0.1:0", *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.wait_for_port()
        except BaseException:  # also a signal: nobody else knows of the process yet
            self.close()
            raise

    def wait_for_port(self):
        deadline = time.monotonic() + WAIT_SECONDS
        while not self.status().get("port"):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Fault("the server did not start")
            time.sleep(0.1)

    def close(self):
        end(self.process)

    def admin(self, *words, codes=(0,)):
        return run("insieme-server", "--data", self.data, *words, codes=codes)

    def status(self):
        return json.loads(self.admin("--json", "status"))

    def enrol(self, account, role):
        store = self.folder / f"{account}.db"
        self.admin("users", "add", account, "--name", account.capitalize(), "--role", role)
        url = json.loads(self.admin("--json", "invite", account))["url"]
        run("insieme", "init", store=store)
        run("insieme", "enrol", url, "--name", "demo", store=store)
        return store


def ask(store, *words, codes=(0,)):
    return json.loads(run("insieme", "--json", *words, store=store, codes=codes))


def contradict(space, carla, anna):
    """Two people write of one visit, and of one voucher, without knowing of each other."""
    visit = ask(carla, "list", "visit")["records"][0]
    voucher = ask(carla, "list", "voucher")["records"][0]
    for dossier in {visit["dossier"], voucher["dossier"]}:
        space.admin("assign", "anna", dossier)
    run("insieme", "sync", store=anna)
    valid_from = ask(carla, "show", voucher["id"])["record"]["fields"]["from_date"]["value"]
    run("insieme", "edit", visit["id"], "next_step=Telefonare alla scuola", store=carla)
    run("insieme", "edit", visit["id"], "next_step=Passare a casa", store=anna)
    # Anna's tablet has no rights left: what it spends is provisional, and a question.
    run("insieme", "add", "redemption", "--dossier", voucher["dossier"], f"voucher={voucher['id']}",
        "units=2", f"redeemed_on={valid_from}", "provider=Cooperativa Il Ponte", store=anna)
    for store in (carla, anna, carla):
        run("insieme", "sync", store=store)


def erase_one(space, carla):
    """A family goes by an order of two people."""
    space.admin("users", "add", "dora", "--name", "Dora", "--role", "coordinator")
    family = next(one for one in ask(carla, "list", "household")["records"] if " 060" in one["title"])["dossier"]
    order = json.loads(space.admin("--json", "erase", "propose", family, "--by", "dora", "--ground",
                                   "art. 17 GDPR, prot. 12/2026"))["order"]
    space.admin("erase", "confirm", order, "--by", "carla")
    run("insieme", "sync", store=carla)


def report_pages(space, folder, reports, project):
    pages = []
    for code, needs in reports:
        words = [w for need in needs for w in ("--with", need.format(project=project))]
        path = folder / f"{code}.html"
        space.admin("report", "run", code, *words, "--format", "html", "--output", path, codes=(0, 6))
        title = json.loads(space.admin("--json", "report", "run", code, *words, codes=(0, 6)))
        pages.append((code, title["title"], HOLDS if title["holds"] else "da guardare", path.name))
    return pages


def index(folder, name, counts, pages):
    rows = "".join(f"<li><a href='{path}'>{code} {title}</a> – {said}</li>" for code, title, said, path in pages)
    (folder / "index.html").write_text(
        f"<!doctype html><html lang='it'><meta charset='utf-8'><title>{name}</title><h1>{name}</h1>"
        f"<p>{counts['dossiers']} fascicoli, {counts['changes']} modifiche. Tutti inventati.</p><ul>{rows}</ul></html>",
        encoding="utf-8")


def play(kind, target):
    name, reports = SPACES[kind]
    folder = target / kind
    folder.mkdir(parents=True)
    archive = folder / "spazio.jsonl"
    subprocess.run([sys.executable, "-B", str(ROOT / "tools/spaces"), kind, str(archive)], check=True,
                   stdout=subprocess.DEVNULL)
    space = Space(folder, name)
    try:
        carla = space.enrol("carla", "coordinator")
        anna = space.enrol("anna", "educator")
        run("insieme", "archive", "import", archive, store=carla)
        run("insieme", "sync", store=carla)
        if kind == "insieme":
            contradict(space, carla, anna)
            erase_one(space, carla)
        projects = ask(carla, "list", "project")["records"]
        pages = report_pages(space, folder, reports, projects[0]["id"])
        counts = space.status()
        index(folder, name, counts, pages)
        review = ask(carla, "review", codes=(0, 5))
        faults = [f"{code} does not add up" for code, _, said, _ in pages if said != HOLDS]
        least = LEAST[kind]
        if len(review["items"]) < least[0] or len(review["findings"]) < least[1]:
            faults.append(f"fewer than {least[0]} questions or {least[1]} findings")
        print(f"{name}: {counts['dossiers']} dossiers, {counts['changes']} changes, {len(review['items'])} "
              f"questions, {len(review['findings'])} findings")
        for code, title, said, _ in pages:
            print(f"  {code:4} {title}: {said}")
        print(f"  {folder / 'index.html'}")
        return faults
    finally:
        space.close()


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    target = Path(sys.argv[1])
    if target.exists() and any(target.iterdir()):
        print(f"{target} is not empty", file=sys.stderr)
        return 2
    try:
        faults = [fault for kind in SPACES for fault in play(kind, target)]
    except Fault as fault:
        faults = [str(fault)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
