#!/usr/bin/env python3
"""The Debian package of the server: made from what was built, looked into, installed in an empty
root (as root only), taken away again.

    package_test.py --build build/dev --cpack cpack
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ARGUMENTS = None

FILES = {
    "./usr/bin/insieme-server": "-rwxr-xr-x",
    "./usr/bin/insieme-machine-token": "-rwxr-xr-x",
    "./usr/bin/insieme-check-tls": "-rwxr-xr-x",
    "./usr/lib/systemd/system/insieme-server.service": "-rw-r--r--",
    "./usr/lib/systemd/system/insieme-backup.service": "-rw-r--r--",
    "./usr/lib/systemd/system/insieme-backup.timer": "-rw-r--r--",
    "./usr/share/insieme-server/insieme-alerts.yml": "-rw-r--r--",
    "./usr/share/insieme-server/insieme-dashboard.json": "-rw-r--r--",
    "./usr/share/doc/insieme-server/operations.md": "-rw-r--r--",
    "./usr/share/doc/insieme-server/security.md": "-rw-r--r--",
    "./usr/share/doc/insieme-server/copyright": "-rw-r--r--",
}


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="insieme-package-"))
        made = run(ARGUMENTS.cpack, "--config", str(ARGUMENTS.build / "CPackConfig.cmake"),
                   "-G", "DEB", "-B", str(cls.folder / "made"))
        assert made.returncode == 0, made.stdout + made.stderr
        found = sorted((cls.folder / "made").glob("*.deb"))
        assert len(found) == 1, found
        cls.package = found[0]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_what_it_says_of_itself(self):
        told = run("dpkg-deb", "--info", str(self.package)).stdout
        self.assertRegex(told, r"Package: insieme-server\n")
        self.assertRegex(told, r"Version: \d+\.\d+\.\d+")
        self.assertRegex(told, r"Architecture: \w+")
        needs = re.search(r"Depends: (.*)", told).group(1)
        for library in ("adduser", "libc6", "libssl3", "libxml2", "libsodium23", "libzstd1"):
            self.assertIn(library, needs)
        self.assertNotIn("-dev", needs)
        for script in ("postinst", "prerm"):
            self.assertIn(script, told)

    def test_what_it_holds(self):
        listed = run("dpkg-deb", "--contents", str(self.package)).stdout
        held = {}
        for line in listed.splitlines():
            mode, owner, _, _, _, name = line.split(None, 5)
            self.assertEqual(owner, "root/root", line)
            self.assertNotRegex(mode, r"w.$|s", line)
            if not name.endswith("/"):
                held[name] = mode
        for name, mode in FILES.items():
            self.assertEqual(held.get(name), mode, name)
        strangers = [name for name in held if name not in FILES and "/share/doc/" not in name]
        self.assertEqual(strangers, [])

    def test_scripts_are_sound(self):
        control = self.folder / "control"
        run("dpkg-deb", "--control", str(self.package), str(control))
        for script in ("postinst", "prerm"):
            self.assertTrue(os.access(control / script, os.X_OK))
            checked = run("sh", "-n", str(control / script))
            self.assertEqual(checked.returncode, 0, checked.stderr)

    def install(self, root):
        for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log", "etc"):
            (root / folder).mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        return self.dpkg(root, "--install", str(self.package))

    @staticmethod
    def dpkg(root, *words):
        # Nothing of this machine: its libraries are not in that root, and its services run on.
        return run("dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless",
                   "--no-triggers", *words)

    @unittest.skipUnless(os.geteuid() == 0, "installing needs root")
    def test_install_and_remove(self):
        root = self.folder / "root"
        installed = self.install(root)
        self.assertEqual(installed.returncode, 0, installed.stdout + installed.stderr)
        program = root / "usr/bin/insieme-server"
        version = run(str(program), "--version")
        self.assertEqual(version.returncode, 0, version.stderr)
        self.assertRegex(version.stdout, r"^\d+\.\d+\.\d+")
        data = root / "var/lib/insieme"
        made = run(str(program), "init", "--data", str(data), "--name", "Prova")
        self.assertEqual(made.returncode, 0, made.stderr)
        removed = self.dpkg(root, "--purge", "insieme-server")
        self.assertEqual(removed.returncode, 0, removed.stdout + removed.stderr)
        self.assertFalse(program.exists())
        self.assertTrue((data / "server.db").exists(), "records outlive the package")

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("systemd-analyze"),
                         "needs root and systemd-analyze")
    def test_units(self):
        units = sorted((self.folder / "units").glob("*"))
        if not units:
            run("dpkg-deb", "--extract", str(self.package), str(self.folder / "tree"))
            units = sorted((self.folder / "tree/usr/lib/systemd/system").glob("insieme-*"))
        self.assertEqual(len(units), 3)
        for unit in units:
            checked = run("systemd-analyze", "verify", "--man=no", str(unit))
            said = [line for line in (checked.stdout + checked.stderr).splitlines()
                    if "/usr/bin/insieme-server is not executable" not in line and unit.name in line]
            self.assertEqual(said, [])
        service = next(unit for unit in units if unit.name == "insieme-server.service")
        exposed = run("systemd-analyze", "security", "--offline=true", "--no-pager", str(service))
        level = re.search(r"exposure level for [\w.-]+: ([\d.]+)", exposed.stdout)
        if level is None:
            self.skipTest("this systemd-analyze cannot judge a unit that is not installed")
        self.assertLess(float(level.group(1)), 2.5)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--cpack", required=True)
    ARGUMENTS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
