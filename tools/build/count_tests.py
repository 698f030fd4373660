"""Prints "N passed, N failed" for the test run that a Bazel build event file tells of, or appends
the two numbers to the file that ORRERY_TALLY names.

Counts test cases in each target's test.xml (gtest writes it, Bazel does for other
programs). A target that failed without a failing case, or did not build, counts as one.
Usage: count_tests.py EVENTS BAZEL_EXIT_STATUS
"""

import json
import os
import sys
import urllib.parse
import xml.etree.ElementTree as ET


def cases(path):
    passed = failed = 0
    for case in ET.parse(path).getroot().iter("testcase"):
        if case.get("status") == "notrun" or case.get("result") in ("skipped", "suppressed"):
            continue
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        else:
            passed += 1
    return passed, failed


def main():
    attempts = {}  # (label, run, shard) -> (attempt, ok, xml path)
    targets, summaries = set(), {}
    for line in open(sys.argv[1], encoding="utf-8"):
        event = json.loads(line)
        ident = event.get("id", {})
        if "targetConfigured" in ident and event.get("configured", {}).get("testSize"):
            targets.add(ident["targetConfigured"]["label"])
        if "testSummary" in ident and "testSummary" in event:
            summaries[ident["testSummary"]["label"]] = event["testSummary"]["overallStatus"]
        if "testResult" in ident and "testResult" in event:
            key = ident["testResult"]
            xml = next(
                (o["uri"] for o in event["testResult"].get("testActionOutput", []) if o["name"] == "test.xml"), None
            )
            where = (key["label"], key.get("run", 0), key.get("shard", 0))
            attempt = key.get("attempt", 0)
            if where not in attempts or attempts[where][0] <= attempt:
                attempts[where] = (attempt, event["testResult"].get("status") == "PASSED", xml)
    passed = failed = 0
    seen = set()
    for (label, _, _), (_, ok, xml) in sorted(attempts.items()):
        seen.add(label)
        good = bad = 0
        if xml:
            try:
                good, bad = cases(urllib.parse.unquote(urllib.parse.urlparse(xml).path))
            except (OSError, ET.ParseError):
                pass
        if ok and not good and not bad:
            good = 1
        if not ok and not bad:
            bad = 1
        passed, failed = passed + good, failed + bad
    failed += len(targets - seen)
    if sys.argv[2] != "0" and not failed:  # the build stopped before any test was known
        failed = 1
    tally = os.environ.get("ORRERY_TALLY")
    if tally:
        with open(tally, "a", encoding="utf-8") as out:
            out.write(f"{passed} {failed}\n")
    else:
        print(f"{passed} passed, {failed} failed")


main()
