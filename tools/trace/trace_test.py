#!/usr/bin/env python3
"""Goal: the page shows what the trace says: every event, the SQL, every file's bytes at any moment.

Method: a planted simulator's traces, as pages in headless Chromium; what it shows is read back from
its DOM and compared with what Python makes of the same trace. Without a Chromium on the machine those
tests are skipped, with a line that says so.
"""

import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import trace  # pylint: disable=wrong-import-position

ROOT = pathlib.Path(os.environ.get("TEST_SRCDIR", ".")) / os.environ.get("TEST_WORKSPACE", ".")
PLANTED = ROOT / "sim" / "planted"
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome")
                 if (found := shutil.which(name))), None)


class Page(html.parser.HTMLParser):
    """The text of each element that has an id, and the body's data-... attributes."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.data, self.open = {}, {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "body":
            self.data = {name[5:]: value for name, value in attrs.items() if name.startswith("data-")}
        if tag not in ("br", "img", "input", "meta", "link", "hr"):
            self.open.append((tag, attrs.get("id")))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, name in self.open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data


def browse(page, fragment, *options):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
             f"--user-data-dir={folder}", "--window-size=1400,900", "--virtual-time-budget=20000",
             *options, f"file://{page}#{fragment}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=True,
            env={**os.environ, "HOME": folder})
    return done.stdout.decode(errors="replace")


def read_events(path):
    events, paths = [], {}
    for line in path.read_text().splitlines():
        o = json.loads(line)
        if "n" in o:
            events.append(o)
        elif "path" in o:
            paths[o["file"]] = o["path"]
    return events, paths


def bytes_at(events, file, number):
    """A file's bytes after event `number`."""
    content = bytearray()
    for event in events:
        if event["n"] > number:
            break
        for changed, size, offset, digits in event.get("changes", []):
            if changed != file:
                continue
            content = content[:size].ljust(size, b"\0")
            content[offset:offset + len(digits) // 2] = bytes.fromhex(digits)
    return bytes(content)


class TraceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        # The first run that fails leaves a bundle, and its trace ends in the failure.
        done = subprocess.run([PLANTED, "--workload=order", "--seed=1", "--runs=2000",
                               f"--bundle-dir={cls.folder.name}"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 1, done
        bundle = re.search(r" bundle=(\S+)", done.stdout.decode()).group(1)
        cls.trace = pathlib.Path(bundle) / "trace.jsonl"
        cls.page = cls.trace.with_suffix(".html")
        cls.page.write_text(trace.make_page(cls.trace.read_text()))
        cls.events, cls.paths = read_events(cls.trace)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def show(self, fragment):
        if CHROMIUM is None:
            self.skipTest("no chromium here: apt-get install chromium")
        page = Page(browse(self.page, fragment, "--dump-dom"))
        self.assertEqual(page.data.get("ready"), "yes", page.data)
        return page

    def test_is_one_file_that_needs_nothing_else(self):
        text = self.page.read_text()
        self.assertIsNone(re.search(r"""(src|href)\s*=|@import|url\(|https?://(?!www\.sqlite\.org)|fetch\(""", text))

    def test_refuses_what_is_no_trace(self):
        for text in ("", "{}", "nonsense\n", '{"format":"orrery-trace 2"}\n'):
            with self.assertRaises(SystemExit) as caught:
                trace.make_page(text)
            self.assertEqual(caught.exception.code, 2)

    def test_takes_a_trace_whose_last_line_was_cut_off(self):
        text = self.trace.read_text()
        self.assertIn("<html", trace.make_page(text[:-20]))

    def test_opens_at_the_failure(self):
        page = self.show("")
        failure = self.events[-1]
        self.assertEqual(failure["kind"], "failure")
        self.assertEqual(int(page.data["events"]), len(self.events))
        self.assertEqual(int(page.data["event"]), failure["n"])
        self.assertIn(failure["message"], page.texts["failure"])
        self.assertIn(failure["message"], page.texts["details"])
        # A machine, a process with its I/O, four clients.
        self.assertGreaterEqual(int(page.data["lanes"]), 7)

    def test_steps_from_event_to_event(self):
        numbers = [event["n"] for event in self.events]
        here = numbers[len(numbers) // 2]
        at = numbers.index(here)
        page = self.show(f"event={here}&keys=ArrowRight,ArrowRight,ArrowRight,ArrowLeft")
        self.assertEqual(int(page.data["event"]), numbers[at + 2])
        page = self.show(f"event={here}&keys=Ctrl.ArrowRight")
        statement = next(e for e in self.events[at + 1:] if e["kind"] == "statement")
        self.assertEqual(int(page.data["event"]), statement["n"])
        self.assertIn(statement["sql"], page.texts["running"])

    def test_shows_the_sql_of_each_connection(self):
        statements = [event for event in self.events if event["kind"] == "statement"]
        moment = statements[-1]["n"]
        page = self.show(f"event={moment}")
        for connection in {statement["connection"] for statement in statements}:
            latest = [s for s in statements if s["connection"] == connection and s["n"] <= moment][-1]
            self.assertIn(f"connection {connection}, ", page.texts["running"])
            self.assertIn(latest["sql"], page.texts["running"])

    def test_finds_what_is_searched_for(self):
        page = self.show("search=write 1&event=1&keys=n")
        wanted = [e for e in self.events if e["kind"] == "statement" and e["sql"].startswith("write 1")]
        self.assertEqual(int(page.data["hits"]), len(wanted))
        self.assertEqual(int(page.data["event"]), wanted[0]["n"])

    def test_shows_the_bytes_of_a_file_at_any_moment(self):
        file = next(number for number, path in self.paths.items() if path == "file")
        changed = [event["n"] for event in self.events if event.get("changes")]
        for moment in (changed[0], changed[len(changed) // 2], changed[-1]):
            content = bytes_at(self.events, file, moment)
            block = 512 * max(0, (len(content) - 1) // 512)
            page = self.show(f"event={moment}&file=file&page={block // 512}")
            expected = content[block:block + 512]
            for line in page.texts["hex"].splitlines():
                match = re.match(r"([0-9a-f]{5})  ((?:[0-9a-f]{2} {1,2}){1,16})", line)
                if match is None:
                    self.assertEqual(line.strip(), "*")
                    continue
                at = int(match.group(1), 16)
                shown = bytes.fromhex(match.group(2))
                self.assertEqual(shown, expected[at:at + 16], f"event {moment}, at {at}")

    def test_draws_something(self):
        if CHROMIUM is None:
            self.skipTest("no chromium here: apt-get install chromium")
        picture = pathlib.Path(self.folder.name) / "picture.png"
        browse(self.page, "", f"--screenshot={picture}")
        # An empty page of this size packs to a few KB.
        self.assertGreater(picture.stat().st_size, 30_000)
        kept = os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR")
        if kept:
            shutil.copy(picture, kept)


if __name__ == "__main__":
    unittest.main(verbosity=2)
