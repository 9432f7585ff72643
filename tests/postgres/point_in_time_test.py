#!/usr/bin/env python3
"""A point in time of PostgreSQL, as docs/postgresql.md tells: WAL is archived, a base copy is taken, somebody
destroys rows, the cluster is put back to the minute before, the epoch is raised, and tablets bring back what the
cluster lacks. The commands are those of the document, on a throw-away cluster without a network.

    point_in_time_test.py --bin build/dev/bin
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POSTGRES = Path(os.environ.get("INSIEME_POSTGRES_BIN", "/usr/lib/postgresql/15/bin"))
NOBODY = 65534
WAIT_S = 60


def run(words, more=None, code=0):
    env = {"PATH": os.environ["PATH"], "TZ": "UTC", "LANG": "C.UTF-8", **(more or {})}
    done = subprocess.run([str(word) for word in words], env=env, text=True, capture_output=True,
                          check=False)
    if done.returncode != code:
        sys.exit(f"{words}: {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout


def check(true, what):
    if not true:
        sys.exit("FAILED: " + what)
    print("ok: " + what)


class Cluster:
    """All of it belongs to a user who may nothing else: PostgreSQL refuses to run as root."""

    def __init__(self, folder):
        self.at = folder / "pg"
        self.at.mkdir()
        for name in ("archive", "base"):
            (self.at / name).mkdir(mode=0o700)
        folder.chmod(0o711)
        if os.geteuid() == 0:
            for path in (self.at, self.at / "archive", self.at / "base"):
                os.chown(path, NOBODY, NOBODY)
        self.data = self.at / "data"
        self.as_owner("initdb", "-D", self.data, "-U", "insieme", "-A", "trust", "-E", "UTF8",
                      "--locale=C", "--no-sync")
        self.set(f"listen_addresses = ''\nunix_socket_directories = '{self.at}'\n"
                 "wal_level = replica\narchive_mode = on\n"
                 f"archive_command = 'test ! -f {self.at}/archive/%f &&"
                 f" cp %p {self.at}/archive/%f'\n")
        self.start()
        self.query("CREATE DATABASE insieme", "postgres")

    def as_owner(self, program, *words):
        who = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]
        return run([*(who if os.geteuid() == 0 else []), POSTGRES / program, *words])

    def set(self, lines):
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write(lines)

    def start(self):
        self.as_owner("pg_ctl", "-D", self.data, "-l", self.at / "log", "-w", "-t", WAIT_S, "start")

    def stop(self):
        self.as_owner("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def address(self):
        return f"postgres:///insieme?user=insieme&host={self.at}"

    def query(self, sql, database="insieme"):
        return run([POSTGRES / "psql", "-h", self.at, "-U", "insieme", "-d", database, "-tA", "-v",
                    "ON_ERROR_STOP=1", "-c", sql]).strip()


class Office:
    def __init__(self, programs, folder, database):
        self.programs = programs
        self.data = folder / "server"
        self.store = folder / "anna.insieme"
        self.port = 0
        self.process = None
        self.server("init", "--name", "Ambito di prova", "--database", database)

    def server(self, *words, code=0):
        return run([self.programs / "insieme-server", *words, "--data", self.data], code=code)

    def anna(self, *words):
        return run([self.programs / "insieme", *words], {"INSIEME_STORE": str(self.store)})

    def start(self):
        words = [self.programs / "insieme-server", "serve", "--dev", "--listen",
                 f"127.0.0.1:{self.port}", "--data", self.data]
        self.process = subprocess.Popen(words, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        self.port = int(self.process.stdout.readline().strip().rsplit(":", 1)[-1])

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait() == 0, "the server ends in order")
        self.process = None

    def write(self, name):
        self.anna("add", "household", f"name={name}", "commune=Bibbiano")
        self.anna("sync")

    def documents(self):
        said = json.loads(self.server("verify", "--json"))
        check(said["ok"], "verify: the log, its signatures and every document are whole")
        return len(said["documents"])


def put_back(cluster, until):
    """What docs/postgresql.md says, in its order."""
    cluster.stop()
    cluster.data.rename(cluster.at / "data.broken")
    cluster.as_owner("pg_verifybackup", "-n", cluster.at / "base")
    shutil.copytree(cluster.at / "base", cluster.data)
    if os.geteuid() == 0:
        for path in [cluster.data, *cluster.data.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    cluster.data.chmod(0o700)
    cluster.set(f"restore_command = 'cp {cluster.at}/archive/%f %p'\n"
                f"recovery_target_time = '{until}'\nrecovery_target_action = 'promote'\n")
    (cluster.data / "recovery.signal").touch()
    cluster.start()
    end = time.monotonic() + WAIT_S
    while cluster.query("SELECT pg_is_in_recovery()") != "f":
        if time.monotonic() > end:
            sys.exit("FAILED: the cluster does not leave recovery\n" +
                     (cluster.at / "log").read_text(encoding="utf-8"))
        time.sleep(0.1)


def play(programs, folder):
    cluster = Cluster(folder)
    office = Office(programs, folder, cluster.address())
    try:
        office.server("users", "add", "anna", "--name", "Anna", "--role", "educator")
        office.start()
        office.anna("init")
        office.anna("enrol", json.loads(office.server("invite", "anna", "--json"))["url"])
        office.write("Famiglia Rossi")
        cluster.as_owner("pg_basebackup", "-h", cluster.at, "-U", "insieme", "-D",
                         cluster.at / "base", "--checkpoint=fast")
        office.write("Famiglia Bianchi")
        until = cluster.query("SELECT now()")
        before = office.documents()
        office.write("Famiglia Verdi")  # acknowledged, and after the time that is gone back to
        ahead = office.documents()
        cluster.query("DELETE FROM log")
        office.server("verify", code=6)
        cluster.query("SELECT pg_switch_wal()")
        office.stop()

        put_back(cluster, until)
        check(office.documents() == before, "the database is as of the minute before")
        office.server("raise-epoch", "--reason", "cancellazione per errore")
        check(json.loads(office.server("status", "--json"))["epoch"] == "2", "the epoch is raised")
        office.start()
        office.anna("sync")
        office.anna("sync")
        check(office.documents() == ahead, "the tablet brought back what was acknowledged since")
        office.stop()
    finally:
        if office.process is not None:
            office.process.kill()
            office.process.wait()
        cluster.stop()


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--bin", type=Path, required=True)
    asked = asked.parse_args()
    if not (POSTGRES / "pg_basebackup").exists():
        print("skipped: PostgreSQL 15 is not installed (tools/setup --postgres)")
        return
    with tempfile.TemporaryDirectory(prefix="insieme-pitr-") as folder:
        play(asked.bin.resolve(), Path(folder))


if __name__ == "__main__":
    main()
