#!/usr/bin/env python3
"""Shows that tools/check_docs.py finds what it is for: each fault is planted and must be named."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import check_docs  # noqa: E402

SOUND = {
    "docs/a.md": "[b](b.md) `tests/sync/x_test.cpp: one: two words` `tests/sync/x_test.cpp`\n",
    "docs/b.md": "",
    "docs/protocol.md": "| `/v1/x` | POST | `no-such-thing` `not-yet` `too-large` `no-token`\n",
    "tests/sync/x_test.cpp": 'TEST_CASE("one: two "\n          "words", "[x]") {}\n',
    "sync/src/basics.cpp": 'case ErrorCode::not_yet: return "not_yet";\n'
                           'case ErrorCode::ok: return "ok";\n',
    "server/src/api/routes.cpp": 'Route{"POST", "/v1/x", x, 0},\n'
                                 'problem_response({404, "no-such-thing", "a", "b", {}});\n'
                                 'plain_problem(413, "too-large", "Too large");\n'
                                 'unauthorized("no-token", "c");\n',
    "server/src/api/problem.cpp": 'ProblemKind{404, "Not found", "no-such-thing", ""},\n'
                                  'ProblemKind{409, "Other", "not-yet no-token "\n"too-large", ""}',
}


def faults(changed):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**SOUND, **changed}.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check_docs.check(Path(folder))


class Docs(unittest.TestCase):
    def test_sound_ones_pass(self):
        self.assertEqual(faults({}), [])

    def one_fault(self, name, text, message):
        found = faults({name: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(message, found[0])

    def test_links(self):
        self.one_fault("docs/b.md", "\n[c](c.md)", "docs/b.md:2: the link to c.md leads nowhere")
        self.assertEqual(faults({"docs/b.md": "[c](https://example.org) [d](a.md#e)"}), [])

    def test_named_tests(self):
        self.one_fault("docs/b.md", "`tests/sync/x_test.cpp: one`", 'has no test "one"')

    def test_named_files(self):
        self.one_fault("docs/b.md", "`tools/gone.py`", "there is no file tools/gone.py")

    def test_problems_and_routes(self):
        whole = SOUND["docs/protocol.md"]
        for slug in ("no-such-thing", "not-yet", "too-large", "no-token"):
            self.one_fault("docs/protocol.md", whole.replace(f"`{slug}`", ""),
                           f"the problem `{slug}`")
        self.one_fault("docs/protocol.md", whole.replace("POST", "GET"), "the route POST /v1/x")
        kinds = SOUND["server/src/api/problem.cpp"]
        self.one_fault("server/src/api/problem.cpp", kinds.replace("not-yet", ""),
                       "the problem `not-yet` of sync/src/basics.cpp is in no ProblemKind")


if __name__ == "__main__":
    unittest.main()
