#!/usr/bin/env python3
"""Goal: a mutant counts as found when a simulator finds it and would not have without it, and the
time is the simulator's own.
Method: headers as text; simulators that are shell scripts, which burn time and fail as told."""

import os
import pathlib
import stat
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import results
import together
from hunt import INFINITE, Outcome, hunt
from patches import Mutant, parse

HEADER = """# name: a
# class: R1
# what: A mistake.
# oracle: model, integrity
"""
BODY = """diff --git a/engine/x.cc b/engine/x.cc
--- a/engine/x.cc
+++ b/engine/x.cc
@@ -1 +1 @@
-a
+b
"""


def problems(text):
    return parse(pathlib.Path("a.patch"), text)[1]


class PatchesTest(unittest.TestCase):
    def test_reads_a_whole_header(self):
        mutant, wrong = parse(pathlib.Path("a.patch"), HEADER + "# fault: short-read\n# equivalent: as\n#   said\n" + BODY)
        self.assertEqual(wrong, [])
        self.assertEqual((mutant.name, mutant.kind, mutant.oracles), ("a", "R1", ("model", "integrity")))
        self.assertEqual((mutant.fault, mutant.equivalent), ("short-read", "as said"))

    def test_tells_patches_apart_by_what_they_change(self):
        one = parse(pathlib.Path("a.patch"), HEADER + BODY)[0]
        other_header = parse(pathlib.Path("a.patch"), HEADER.replace("R1", "R2") + BODY)[0]
        other_body = parse(pathlib.Path("a.patch"), HEADER + BODY.replace("+b", "+c"))[0]
        self.assertEqual(one.digest, other_header.digest)
        self.assertNotEqual(one.digest, other_body.digest)

    def test_reports_what_is_wrong(self):
        for text, word in [
            (HEADER.replace("# what: A mistake.\n", "") + BODY, "what"),
            (HEADER.replace("name: a", "name: b") + BODY, "name"),
            (HEADER.replace("model", "omniscience") + BODY, "omniscience"),
            (HEADER + "# colour: red\n" + BODY, "colour"),
            (HEADER, "nothing"),
            (HEADER + BODY.replace("engine/", "sim/"), "sim/x.cc"),
        ]:
            with self.subTest(word=word):
                self.assertEqual(len(problems(text)), 1)
                self.assertIn(word, problems(text)[0])


# Fails from seed $AT on after burning $BURN rounds a run; else goes on until it is ended.
SIMULATOR = """#!/bin/bash
seed=${1#--seed=}
while true; do
  for ((i = 0; i < BURN; ++i)); do :; done
  if ((seed >= AT)); then
    echo
    echo "model: seed $seed, step 7: rows differ" >&2
    echo "repeating the run with a recording" >&2
    echo "FAIL seed=$seed oracle=model step=7"
    exit 1
  fi
  [[ $2 != --runs=1 ]] || exit 0
  ((++seed))
done
"""
NEVER = 10**9


class HuntTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def program(self, text, **values):
        path = os.path.join(self.folder.name, f"program{len(os.listdir(self.folder.name))}")
        for name, value in values.items():
            text = text.replace(name, str(value))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, stat.S_IRWXU)
        return path

    def simulator(self, at, burn=20000):
        return self.program(SIMULATOR, AT=at, BURN=burn)

    def test_finds_what_either_simulator_finds(self):
        outcome = hunt({"one": self.simulator(NEVER), "two": self.simulator(5)}, None, 1, 10)
        self.assertEqual((outcome.oracle, outcome.tool, outcome.seed), ("model", "two", "5"))
        self.assertLess(outcome.seconds, 2)
        self.assertGreater(outcome.core_seconds, outcome.seconds)

    def test_gives_up_when_the_time_is_over(self):
        outcome = hunt({"one": self.simulator(NEVER), "two": self.simulator(NEVER)}, None, 1, 0.5)
        self.assertEqual((outcome.oracle, outcome.seconds), ("", INFINITE))
        self.assertGreaterEqual(outcome.core_seconds, 1)
        self.assertLess(outcome.core_seconds, 3)

    def test_passes_over_what_fails_without_the_mutant(self):
        # Without it every run from 8 on fails, with it all from 5 on.
        with_mutant, without = {"one": self.simulator(5)}, {"one": self.simulator(8)}
        outcome = hunt(with_mutant, without, 8, 1)
        self.assertEqual((outcome.oracle, outcome.seconds), ("", INFINITE))
        self.assertIn("fail without it too, the first one 8", outcome.note)
        self.assertEqual(hunt(with_mutant, without, 1, 5).seed, "5")

    def test_takes_a_sudden_end_for_a_crash(self):
        outcome = hunt({"one": self.program("#!/bin/bash\nkill -SEGV $$\n")}, None, 1, 5)
        self.assertEqual(outcome.oracle, "crash")

    def test_says_which_mutant_is_awake(self):
        awake = self.program(SIMULATOR.replace("seed >= AT", "SWITCH == 3"), BURN=1000)
        for number, oracle in (("3", "model"), ("4", "")):
            outcome = hunt({"one": awake}, None, 1, 0.5, environment={"SWITCH": number})
            self.assertEqual(outcome.oracle, oracle)

    def test_refuses_a_simulator_that_does_not_know_its_options(self):
        with self.assertRaises(RuntimeError):
            hunt({"one": self.program("#!/bin/bash\nexit 2\n")}, None, 1, 5)


SOURCE = """#include <vector>

namespace orrery {

constexpr int Twice(int n) { return 2 * n; }

struct Pair {
  int Sum() const {
    if (first > 0) { return first + second; }
    return "}{"[0];  // a brace }
  }
  int first = 0;
};

Pair::Pair(int a) : first(a) {
  for (const int i : {1, 2}) Add([&](int n) { return n + i; });
}

auto Make() -> std::vector<int> {
  return {1, 2};
}

}  // namespace orrery
"""


class TogetherTest(unittest.TestCase):
    def test_finds_the_bodies_of_functions(self):
        found = [(SOURCE[begin:end], early) for begin, end, early in together.bodies(SOURCE)]
        self.assertEqual([early for _, early in found], [True, False, False, False])
        self.assertEqual(found[0][0], "{ return 2 * n; }")
        self.assertTrue(found[1][0].endswith("brace }\n  }"))
        self.assertTrue(found[2][0].startswith("{\n  for") and found[2][0].endswith("});\n}"))
        self.assertEqual(found[3][0], "{\n  return {1, 2};\n}")

    def test_knows_what_can_be_switched(self):
        self.assertEqual(together.changed_bodies(SOURCE, SOURCE.replace("first > 0", "first > 1"))[0][0], 1)
        for other in (SOURCE.replace("2 * n", "3 * n"), SOURCE.replace("int first = 0", "int first = 1")):
            self.assertIsNone(together.changed_bodies(SOURCE, other))

    def test_puts_one_body_beside_the_other(self):
        merged = together.merge("#include <a>\n\nnamespace b {\nvoid F() { G(); }\n}\n", {0: [(3, "{ H(); }")]})
        self.assertEqual(merged, '#include <a>\nextern "C" int orrery_mutant;\n\nnamespace b {\n'
                         "void F() { if (::orrery_mutant == 3) { H(); } else { G(); } }\n}\n")


def result(name, seconds, equivalent="", problem=""):
    outcomes = [Outcome("model" if s != INFINITE else "", "sim", "1", s, s) for s in seconds]
    return results.Result(Mutant(name, None, "R1", ("model",), "", equivalent, "x"), outcomes, problem=problem)


class ResultsTest(unittest.TestCase):
    def test_an_error_is_no_kill(self):
        some = [result("a", [1, 2, 3]), result("b", [], problem="does not build"), result("c", [4, 5, 6])]
        self.assertEqual(results.summary(some), ["errors: b does not build", "killed 2 of 3, median 5.0 s"])

    def test_a_mutant_is_found_when_most_ranges_find_it(self):
        some = [result("a", [1, INFINITE, 3]), result("b", [INFINITE, 2, INFINITE])]
        self.assertEqual(results.summary(some), ["not found: b", "killed 1 of 2, median - s"])

    def test_the_rate_is_also_told_without_those_proved_equivalent(self):
        some = [result("a", [1, 1, 1]), result("b", [INFINITE] * 3, equivalent="nothing reads it")]
        self.assertEqual(results.summary(some),
                         ["not proved equivalent: killed 1 of 1, median 1.0 s", "killed 1 of 2, median - s"])


if __name__ == "__main__":
    unittest.main()
