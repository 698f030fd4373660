#!/usr/bin/env python3
"""Turns a simulator's trace into a picture: one HTML page that needs nothing else.

  tools/bazel run //tools/trace -- BUNDLE            a bundle's trace.jsonl, to BUNDLE/trace.html
  tools/bazel run //tools/trace -- FILE [OUT.html]   what --trace=FILE wrote

Prints the page's path. Lanes are connections and processes; bars are statements, I/O and held locks;
marks are waits, locks, faults, commits and the failure. Every event can be stepped to, and then the
page shows the SQL under way and the bytes of any page of any file. What stands in a trace is described
in sim/bundles/trace_writer.h. Exit status: 0, or 2 with a line on what is wrong.
"""

import base64
import html
import json
import os
import pathlib
import sys
import zlib

TEMPLATE = pathlib.Path(__file__).resolve().parent / "template.html"
FORMAT = "orrery-trace 1"


def fail(message):
    print(f"tools/trace: {message}", file=sys.stderr)
    sys.exit(2)


def resolve(name):
    """A path as the user means it: `bazel run` starts us in a folder of its own."""
    return pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", "."), name)


def check(lines, source):
    """Answers the trace's first line; complains about what is no trace."""
    if not lines:
        fail(f"{source}: empty")
    head = None
    for number, line in enumerate(lines, 1):
        try:
            parsed = json.loads(line)
        except ValueError as error:
            # The last line of a run that was cut off may be half a line.
            if 1 < number == len(lines):
                lines.pop()
                break
            fail(f"{source}: line {number}: {error}")
        if number == 1:
            head = parsed
            if not isinstance(head, dict) or head.get("format") != FORMAT:
                fail(f"{source}: not a trace ({FORMAT})")
    return head


def make_page(text, source="the trace"):
    lines = [line for line in text.split("\n") if line]
    head = check(lines, source)
    packed = base64.b64encode(zlib.compress("\n".join(lines).encode(), 9)).decode()
    page = TEMPLATE.read_text(encoding="utf-8")
    title = html.escape(f"{head.get('command', 'trace')}")
    return page.replace("@TITLE@", title, 1).replace("@TRACE@", packed, 1)


def main(words):
    if len(words) not in (1, 2) or words[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 0 if words in (["--help"], ["-h"]) else 2
    source = resolve(words[0])
    if source.is_dir():
        source = source / "trace.jsonl"
    target = resolve(words[1]) if len(words) == 2 else source.with_suffix(".html")
    try:
        page = make_page(source.read_text(encoding="utf-8"), source)
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        fail(error)
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
