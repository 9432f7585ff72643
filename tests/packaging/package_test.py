#!/usr/bin/env python3
"""The Debian packages of server, client and app: made from what was built, looked into, installed
in an empty root (as root only), taken away again.

    package_test.py --build build/dev --cpack cpack --app build/app
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

SERVER = {
    "./usr/bin/insieme-server": "-rwxr-xr-x",
    "./usr/bin/insieme-machine-token": "-rwxr-xr-x",
    "./usr/bin/insieme-check-tls": "-rwxr-xr-x",
    "./usr/lib/systemd/system/insieme-server.service": "-rw-r--r--",
    "./usr/lib/systemd/system/insieme-backup.service": "-rw-r--r--",
    "./usr/lib/systemd/system/insieme-backup.timer": "-rw-r--r--",
    "./usr/share/bash-completion/completions/insieme-server": "-rw-r--r--",
    "./usr/share/insieme-server/insieme-alerts.yml": "-rw-r--r--",
    "./usr/share/insieme-server/insieme-dashboard.json": "-rw-r--r--",
    "./usr/share/doc/insieme-server/operations.md": "-rw-r--r--",
    "./usr/share/doc/insieme-server/security.md": "-rw-r--r--",
    "./usr/share/doc/insieme-server/copyright": "-rw-r--r--",
}
CLIENT = {
    "./usr/bin/insieme": "-rwxr-xr-x",
    "./usr/share/bash-completion/completions/insieme": "-rw-r--r--",
    "./usr/share/doc/insieme/commands.md": "-rw-r--r--",
    "./usr/share/doc/insieme/copyright": "-rw-r--r--",
}
APP = {
    "./usr/share/insieme/app/index.html": "-rw-r--r--",
    "./usr/share/insieme/app/sw.js": "-rw-r--r--",
    "./usr/share/insieme/app/LICENSES.txt": "-rw-r--r--",
    "./usr/share/doc/insieme-app/copyright": "-rw-r--r--",
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
        cls.packages = {found.name.split("_")[0]: found
                        for found in (cls.folder / "made").glob("*.deb")}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def info(self, name):
        return run("dpkg-deb", "--info", str(self.packages[name])).stdout

    def held(self, name):
        """Files of a package and their modes: of root, and nobody else's to write."""
        files = {}
        for line in run("dpkg-deb", "--contents", str(self.packages[name])).stdout.splitlines():
            mode, owner, _, _, _, path = line.split(None, 5)
            self.assertEqual(owner, "root/root", line)
            self.assertNotRegex(mode, r"w.$|s", line)
            if not path.endswith("/"):
                files[path] = mode
        return files

    def check_held(self, name, wanted, *folders):
        held = self.held(name)
        for path, mode in wanted.items():
            self.assertEqual(held.get(path), mode, path)
        folders = ("./usr/share/doc/", *folders)
        self.assertEqual([path for path in held
                          if path not in wanted and not path.startswith(folders)], [])

    def test_one_package_for_each_need(self):
        wanted = {"insieme", "insieme-server"}
        if ARGUMENTS.app.joinpath("index.html").exists():
            wanted.add("insieme-app")
        self.assertEqual(set(self.packages), wanted)

    def test_what_the_server_says_of_itself(self):
        told = self.info("insieme-server")
        self.assertRegex(told, r"Package: insieme-server\n")
        self.assertRegex(told, r"Version: \d+\.\d+\.\d+")
        self.assertRegex(told, r"Architecture: \w+")
        self.assertRegex(told, r"Recommends: insieme-app, ")
        needs = re.search(r"Depends: (.*)", told).group(1)
        for library in ("adduser", "libc6", "libssl3", "libxml2", "libsodium23", "libzstd1"):
            self.assertIn(library, needs)
        self.assertNotIn("-dev", needs)
        for script in ("postinst", "prerm"):
            self.assertIn(script, told)

    def test_what_the_client_says_of_itself(self):
        told = self.info("insieme")
        needs = re.search(r"Depends: (.*)", told).group(1)
        for library in ("libc6", "libcurl", "libsodium23", "libzstd1"):
            self.assertIn(library, needs)
        self.assertNotIn("-dev", needs)
        self.assertNotIn("postinst", told)

    def test_what_they_hold(self):
        self.check_held("insieme-server", SERVER)
        self.check_held("insieme", CLIENT)

    def test_the_app_is_there_for_both(self):
        if "insieme-app" not in self.packages:
            self.skipTest("the app was not built (tools/app)")
        self.assertRegex(self.info("insieme-app"), r"Architecture: all\n")
        self.check_held("insieme-app", APP, "./usr/share/insieme/app/")

    def test_scripts_are_sound(self):
        control = self.folder / "control"
        run("dpkg-deb", "--control", str(self.packages["insieme-server"]), str(control))
        for script in ("postinst", "prerm"):
            self.assertTrue(os.access(control / script, os.X_OK))
            checked = run("sh", "-n", str(control / script))
            self.assertEqual(checked.returncode, 0, checked.stderr)

    def install(self, root, name="insieme-server"):
        for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log", "etc"):
            (root / folder).mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        return self.dpkg(root, "--install", str(self.packages[name]))

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

    @unittest.skipUnless(os.geteuid() == 0, "installing needs root")
    def test_install_the_client(self):
        root = self.folder / "desk"
        installed = self.install(root, "insieme")
        self.assertEqual(installed.returncode, 0, installed.stdout + installed.stderr)
        version = run(str(root / "usr/bin/insieme"), "--version")
        self.assertEqual(version.returncode, 0, version.stderr)
        self.assertRegex(version.stdout, r"\d+\.\d+\.\d+")

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("systemd-analyze"),
                         "needs root and systemd-analyze")
    def test_units(self):
        units = sorted((self.folder / "units").glob("*"))
        if not units:
            run("dpkg-deb", "--extract", str(self.packages["insieme-server"]),
                str(self.folder / "tree"))
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
    parser.add_argument("--app", type=Path, required=True)
    ARGUMENTS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
