#!/usr/bin/env python3
"""Goal: lint reports each kind of mistake, and neither comments, literals nor allowed places.
Method: a line of code each, as if it stood in the named file."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lint  # pylint: disable=wrong-import-position


def rules(path, text, header_text=""):
    return [name for _, name, _ in lint.check_file(path, text, header_text)]


class LintTest(unittest.TestCase):
    def test_reports_each_mistake(self):
        for name, code in [
            ("clock", "#include <chrono>"),
            ("clock", "auto now = std::chrono::steady_clock::now();"),
            ("clock", "long t = time(nullptr);"),
            ("random", "int x = rand();"),
            ("random", "std::uniform_int_distribution<int> d(0, 6);"),
            ("thread", "std::thread t([] {});"),
            ("thread", "thread_local int depth = 0;"),
            ("environment", 'const char* home = getenv("HOME");'),
            ("files", "#include <unistd.h>"),
            ("absl", '#include "absl/strings/str_cat.h"'),
            ("exception", "if (bad) throw 1;"),
            ("address", "std::map<const Page*, int> pins;"),
            ("address-hash absl", "absl::Hash<int>()(7);"),
            ("hash-order", "std::unordered_map<int, std::vector<int>> m; for (auto& [k, v] : m) Use(k);"),
            ("hash-order", "std::unordered_set<int> seen_; int x = *seen_.begin();"),
        ]:
            with self.subTest(code=code):
                self.assertEqual(set(rules("engine/storage/pager.cc", code)), set(name.split()))

    def test_knows_the_members_that_the_header_declares(self):
        header = "class Cache { std::unordered_map<int, Frame> frames_; };"
        self.assertEqual(rules("engine/storage/cache.cc", "for (auto& f : frames_) {}", header), ["hash-order"])

    def test_leaves_alone_what_is_right(self):
        for path, code in [
            ("engine/storage/pager.cc", "// the time() of a throw"),
            ("engine/storage/pager.cc", 'Fail("thread_local time(");'),
            ("engine/storage/pager.cc", "const auto t = io.time(); page.clock();"),
            ("engine/storage/pager.cc", "int runtime(int x); Uptime(3);"),
            ("engine/storage/pager.cc", "std::unordered_map<int, int> m; m.find(3) == m.end();"),
            ("engine/storage/pager.cc", "std::map<int, Page*> pages;"),
            ("engine/storage/pager_test.cc", "#include <chrono>"),
            ("engine/io/syscall_io.cc", "#include <unistd.h>\nclock_gettime(CLOCK_MONOTONIC, &now);"),
            ("sim/main.cc", '#include <chrono>\n#include "absl/strings/str_cat.h"'),
            ("engine/db/a.cc", "// lint: allow(clock) a reason\nlong t = time(nullptr);"),
            ("engine/db/a.cc", "long t = time(nullptr);  // lint: allow(clock) a reason"),
            ("engine/db/a.cc", "const int million = 1'000'000; const char c = '\"';"),
        ]:
            with self.subTest(code=code):
                self.assertEqual(rules(path, code), [])

    def test_wants_a_reason_with_an_allowance(self):
        self.assertEqual(rules("engine/db/a.cc", "long t = time(nullptr);  // lint: allow(clock)"), ["clock"])

    def test_names_the_line(self):
        self.assertEqual([n for n, _, _ in lint.check_file("engine/db/a.cc", "/* a\nb */\n\nthrow 1;\n")], [4])


if __name__ == "__main__":
    unittest.main(verbosity=2)
