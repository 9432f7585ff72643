#!/usr/bin/env python3
"""What systemd is told: read, and its nightly command done as it stands there, in folders of a test.

    units_test.py --bin build/dev/bin
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ARGUMENTS = None
PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
DAY = 24 * 3600


def settings(name):
    """Of a unit: each setting with its values, in order."""
    found = {}
    for line in (PACKAGING / name).read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="insieme-units-")
        self.addCleanup(self.folder.cleanup)
        self.data = Path(self.folder.name) / "data"
        self.copies = Path(self.folder.name) / "copies"
        self.copies.mkdir()
        self.unit = settings("insieme-backup.service")

    def server(self, *words):
        done = subprocess.run([str(ARGUMENTS.bin / "insieme-server"), *words, "--data",
                               str(self.data)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def night(self):
        """The unit's own command; only its paths are the test's."""
        (line,) = self.unit["ExecStart"]
        shell, command = re.fullmatch(r"(/bin/sh) -c '(.*)'", line).groups()
        command = command.replace("%%", "%")
        for there, here in (("/usr/bin/insieme-server", ARGUMENTS.bin / "insieme-server"),
                            ("/var/lib/insieme", self.data),
                            ("/var/backups/insieme", self.copies)):
            self.assertIn(there, command)
            command = command.replace(there, str(here))
        done = subprocess.run([shell, "-c", command], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def put(self, name, days):
        file = self.copies / name
        file.write_text("x", encoding="utf-8")
        then = time.time() - days * DAY
        os.utime(file, (then, then))

    def names(self):
        return sorted(file.name for file in self.copies.iterdir() if file.is_file())

    def test_it_runs_wherever_the_space_lies(self):
        # On PostgreSQL there is no server.db: the unit would be skipped without a word.
        for condition in self.unit["ConditionPathExists"]:
            self.assertEqual(condition, "/var/lib/insieme/server.key")
        self.assertNotIn("PrivateNetwork", self.unit)
        families = set(" ".join(self.unit["RestrictAddressFamilies"]).split())
        self.assertEqual(families, {"AF_UNIX", "AF_INET", "AF_INET6"})
        self.assertNotIn("IPAddressDeny", self.unit)

    def test_a_night_leaves_a_copy_that_can_be_put_back(self):
        self.server("init", "--name", "X")
        self.night()
        (copy,) = self.names()
        self.assertRegex(copy, r"^insieme-\d{8}T\d{6}Z\.db$")
        self.server("restore", str(self.copies / copy))
        space = next((self.copies / "ledgers").iterdir())
        self.assertEqual(sorted(file.name for file in space.iterdir()),
                         ["denials.ledger", "erasures.ledger", "revocations.ledger"])

    def test_old_copies_go_after_as_many_days_as_the_setting_says(self):
        self.server("init", "--name", "X")
        (self.data / "insieme.conf").write_text("backup_days = 5\n", encoding="utf-8")
        for days in (1, 2, 4, 6, 30):
            self.put(f"insieme-{days}.db", days)
        self.put("insieme-7.db.part", 7)
        self.put("tenere-40.db", 40)
        self.night()
        left = [name for name in self.names() if not re.search(r"T\d{6}Z", name)]
        self.assertEqual(left, ["insieme-1.db", "insieme-2.db", "insieme-4.db", "tenere-40.db"])

    def test_a_clock_that_ran_ahead_takes_not_all(self):
        self.server("init", "--name", "X")
        for days in (100, 101, 102, 103):
            self.put(f"insieme-{days}.db", days)
        self.night()
        left = [name for name in self.names() if not re.search(r"T\d{6}Z", name)]
        self.assertEqual(left, ["insieme-100.db", "insieme-101.db"])


class Alerts(unittest.TestCase):
    @unittest.skipUnless(shutil.which("promtool"), "promtool (Debian: prometheus) is not installed")
    def test_prometheus_takes_the_rules(self):
        said = subprocess.run(["promtool", "check", "rules", PACKAGING / "insieme-alerts.yml"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        self.assertRegex(said.stdout, r"SUCCESS: \d+ rules found")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True)
    ARGUMENTS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
