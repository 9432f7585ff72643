#!/usr/bin/env python3
"""Shows that tools/check_house.py finds what it is for: each fault is planted and must be named."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import check_house  # noqa: E402

LONG_BODY = "".join(f"  x += {i};\n" for i in range(70))


def faults(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        house = check_house.House(Path(folder))
        house.check()
        return [f"{path}:{line}: {message}" for path, line, message in house.errors]


class Scripts(unittest.TestCase):
    def test_screens_have_the_same_budgets(self):
        self.assertEqual(faults({"app/src/a.ts": "x" * 101 + "\n"}),
                         ["app/src/a.ts:1: 101 columns, at most 100"])
        self.assertEqual(faults({"app/src/a.tsx": "x\n" * 801}),
                         ["app/src/a.tsx:801: 801 lines, at most 800: split it"])


class Includes(unittest.TestCase):
    def refused(self, path, include):
        found = faults({path: f"#pragma once\n#include {include}\n",
                        "CMakeLists.txt": Path(path).name,
                        "client-core/src/store.hpp": "#pragma once\n",
                        "sync/src/codec.hpp": "#pragma once\n"})
        self.assertEqual(len(found), 1, f"{path} {include}: {found}")
        self.assertTrue(found[0].startswith(f"{path}:2: "), found[0])

    def allowed(self, path, include):
        found = faults({path: f"#pragma once\n#include {include}\n",
                        "CMakeLists.txt": Path(path).name,
                        "sync/src/codec.hpp": "#pragma once\n"})
        self.assertEqual(found, [])

    def test_sync_is_pure(self):
        for include in ("<thread>", "<fstream>", "<filesystem>", "<iostream>", "<unistd.h>",
                        "<sys/stat.h>", "<boost/json.hpp>", "<sqlite3.h>", "<curl/curl.h>",
                        "<sodium.h>", "<zstd.h>", '"insieme/client/engine.hpp"',
                        '"insieme/sqlite/error.hpp"', '"store.hpp"'):
            self.refused("sync/src/a.cpp", include)
        self.refused("sync/include/insieme/sync/a.hpp", "<cereal/cereal.hpp>")
        for path, include in (("sync/src/a.cpp", "<cereal/cereal.hpp>"),
                              ("sync/src/archive.hpp", "<cereal/cereal.hpp>"),
                              ("sync/src/digest.cpp", "<sodium.h>"),
                              ("sync/src/seal.cpp", "<sodium.h>"),
                              ("sync/src/compress.cpp", "<zstd.h>"),
                              ("sync/src/a.cpp", "<chrono>"), ("sync/src/a.cpp", '"codec.hpp"')):
            self.allowed(path, include)

    def test_client(self):
        self.refused("client-core/sqlite/src/a.cpp", '"insieme/sync/ids.hpp"')
        self.refused("client-core/sqlite/include/insieme/sqlite/a.hpp", "<sqlite3.h>")
        self.refused("client-core/schema/src/a.cpp", '"insieme/client/engine.hpp"')
        self.refused("client-core/include/insieme/client/a.hpp", "<boost/json.hpp>")
        self.refused("client-core/src/a.cpp", "<boost/asio.hpp>")
        self.refused("client-core/src/a.cpp", "<curl/curl.h>")
        self.refused("client-core/src/a.cpp", '"insieme/server/server.hpp"')
        self.allowed("client-core/src/transport/curl_transport.cpp", "<curl/curl.h>")
        self.allowed("client-core/src/a.cpp", "<boost/json/value.hpp>")

    def test_server_and_edges(self):
        self.refused("server/src/a.cpp", "<curl/curl.h>")
        self.refused("server/src/a.cpp", '"insieme/client/engine.hpp"')
        self.refused("server/src/a.cpp", "<sqlite3.h>")
        self.allowed("server/src/a.cpp", "<boost/beast.hpp>")
        self.refused("mobile-bindings/c/src/a.cpp", '"insieme/sync/ids.hpp"')
        self.refused("mobile-bindings/jni/src/a.cpp", '"insieme/client/engine.hpp"')
        self.allowed("tests/sync/a_test.cpp", '"codec.hpp"')
        self.refused("tests/server/a_test.cpp", '"codec.hpp"')
        self.refused("tests/server/a_test.cpp", '"../../sync/src/codec.hpp"')


class Text(unittest.TestCase):
    def one(self, files, expected):
        found = faults(files)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_budgets(self):
        self.one({"a.py": "x = 1\n" * 801}, "801 lines")
        self.one({"a.hpp": "#pragma once\n//" + "x" * 99 + "\n"}, "101 columns")
        self.one({"a.hpp": "#pragma once\nvoid f() {\n" + LONG_BODY + "}\n"}, "f has 72 lines")
        self.one({"a.hpp": "#pragma once\nstruct A {\n  A() : a_{1}, b_(2) {\n" + LONG_BODY +
                  "  }\n};\n"}, "A has 72 lines")
        self.assertEqual(faults({"a.hpp": "#pragma once\nconst int t[] = {\n" +
                                 "  f(1),\n" * 90 + "};\n"}), [])

    def test_files(self):
        self.one({"a.hpp": "int x();\n"}, "#pragma once")
        self.one({"tests/a_test.cpp": "", "tests/CMakeLists.txt": "# a_test.cpp\n"}, "no target")
        decoder = {"sync/include/insieme/sync/a.hpp":
                   "#pragma once\nResult<A<B>> decode_a(std::span<const std::uint8_t> bytes);\n",
                   "tests/fuzz/CMakeLists.txt": "b_fuzzer.cpp"}
        self.one(decoder, "sync/a.hpp:2: no target of tests/fuzz calls decode_a")
        self.one({**decoder, "tests/fuzz/b_fuzzer.cpp": "undecode_a(x)"}, "calls decode_a")
        self.assertEqual(faults({**decoder, "tests/fuzz/b_fuzzer.cpp": "decode_a(x)"}), [])
        for place, line in (("client-core/src/b.hpp", "Result<A> read_b(std::string_view text);"),
                            ("server/src/b.hpp", "std::optional<B> parse_b(std::string_view);"),
                            ("client-core/src/b.hpp", "Result<B> b_from_json(const J& json);"),
                            ("tools/insieme/src/b.hpp", "Result<Line> open_b(std::string_view);")):
            self.one({place: "#pragma once\n" + line + "\n"}, "b.hpp:2: no target of tests/fuzz")
        self.assertEqual(faults({"server/src/b.hpp": "#pragma once\n" +
                                 "Result<std::uint64_t> parse_size(std::string_view text);\n"}), [])
        loop = "foreach(name IN ITEMS header%s)\n  f(${name}_fuzzer.cpp)\nendforeach()\n"
        both = {"tests/header_fuzzer.cpp": "", "tests/body_fuzzer.cpp": ""}
        self.assertEqual(faults({**both, "tests/CMakeLists.txt": loop % " body"}), [])
        self.one({**both, "tests/CMakeLists.txt": loop % ""}, "body_fuzzer.cpp:1: this file is in")
        self.one({**both, "tests/CMakeLists.txt": loop % " anybody"}, "body_fuzzer.cpp:1: this")
        self.one({"a.md": "see /wo" + "rk/x\n"}, "one machine")
        self.one({"a.md": "\nTO" + "DO\n"}, "a.md:2: unfinished")
        self.one({"a": "#!/usr/bin/env bash\nif true\n"}, "bash -n")
        self.one({"sync/include/insieme/sync/a.hpp":
                  "#pragma once\nauto t = std::chrono::system_clock::now();\n"}, "inject it")
        self.assertEqual(faults({"sync/include/insieme/sync/a.hpp":
                                 "#pragma once\n// the clock's ::now() is elsewhere\n"}), [])


if __name__ == "__main__":
    unittest.main()
