#!/usr/bin/env python3
"""Finds what the compiler lets through and a simulated run must not contain.

  tools/lint/lint.py            checks the whole working tree; exit 1 when it found something

A rule is a pattern that may not stand in some folders. Comments and string literals are blanked
first. A place that is right all the same says so, on its own line or the one above:

  // lint: allow(clock) the wall clock of the host, for the backend that runs on it
"""

import os
import re
import sys
from typing import NamedTuple


class Rule(NamedTuple):
    name: str
    why: str
    where: str  # pattern of the paths it holds for
    pattern: str
    tests_too: bool = False


# engine/io is where the outside world comes in; everything else in engine/ must get it from there.
ENGINE_ABOVE_IO = r"engine/(?!io/)"
DETERMINISTIC = r"(engine/(?!io/)|sim/|whopper/)"

RULES = [
    Rule("clock", "time comes from Io", ENGINE_ABOVE_IO,
         r"#include\s*<(chrono|ctime|time\.h|sys/time\.h)>|\b(system_clock|steady_clock|high_resolution_clock)\b"
         r"|\b(gettimeofday|clock_gettime|localtime(_r)?|gmtime(_r)?)\s*\(|(?<![\w.>:])(std::)?(time|clock)\s*\("),
    Rule("random", "random numbers come from Io in the engine, from the choice stream in a simulator; "
         "a library's distributions may change and break old seeds", DETERMINISTIC,
         r"#include\s*<(random|sys/random\.h)>|#include\s*\"absl/random/|\brandom_device\b|\bmt19937|\bBitGen\b"
         r"|\b\w+_distribution\s*<|(?<![\w.>:])(std::)?s?rand\s*\(|\b(arc4random\w*|getrandom|getentropy)\s*\("
         r"|\bstd::shuffle\b|\bstd::sample\b"),
    Rule("thread", "a connection is single-threaded, and simulated processes share one real thread", ENGINE_ABOVE_IO,
         r"#include\s*<(thread|future|pthread\.h)>|\bstd::(jthread|thread|async)\b|\bpthread_\w+|\bthread_local\b"),
    Rule("environment", "a run depends on its seed and options only", ENGINE_ABOVE_IO,
         r"\b(secure_)?getenv\s*\(|\b(setenv|putenv)\s*\(|\bgetp?pid\s*\(|\bgethostname\s*\(|\bgetuid\s*\("),
    Rule("files", "files are reached through Io", ENGINE_ABOVE_IO,
         r"#include\s*<(unistd\.h|fcntl\.h|fstream|filesystem|iostream|sys/\w+\.h)>|\bfopen\s*\("),
    Rule("absl", "engine/ is free of Abseil: it cannot go into a shared library", r"engine/",
         r"#include\s*\"absl/|\babsl::", tests_too=True),
    Rule("exception", "errors in engine/ are a Status", r"engine/",
         r"\bthrow\b|\btry\s*\{|\bcatch\s*\("),
    Rule("address", "an ordered container of pointers is ordered by address", DETERMINISTIC,
         r"\bstd::(multi)?(map|set)<\s*(const\s+)?[\w:]+(<[^<>]*>)?\s*(const\s*)?\*|\babsl::btree_(map|set)<\s*(const\s+)?[\w:]+\s*\*"),
    Rule("address-hash", "Abseil's hash is seeded by address", DETERMINISTIC,
         r"\babsl::(Hash|HashOf)\b"),
    Rule("fast-math", "floating point is the same in every build", r"",
         r"#pragma\s+.*\b(fast.?math|fp_contract)\b"),
]

HASH_CONTAINER = re.compile(r"\b(?:unordered_(?:multi)?|flat_hash_|node_hash_)(?:map|set)\s*<")
ALLOW = re.compile(r"lint:\s*allow\(([\w\-, ]+)\)\s*\S")
# A raw string, a string, a character, a line comment or a block comment.
LITERAL = re.compile(
    r'R"([^\s()\\]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.DOTALL)


def blank(text):
    """`text` with comments and literals replaced by spaces; #include "..." stays."""
    def spaces(match):
        found = match.group(0)
        line_start = text.rfind("\n", 0, match.start()) + 1
        if found.startswith('"') and text[line_start:match.start()].lstrip().startswith("#include"):
            return found
        return re.sub(r"[^\n]", " ", found)
    return LITERAL.sub(spaces, text)


def hash_container_names(code):
    """Names of variables and members that are declared with a hash container type."""
    names = set()
    for match in HASH_CONTAINER.finditer(code):
        depth, i = 1, match.end()
        while i < len(code) and depth:
            depth += {"<": 1, ">": -1}.get(code[i], 0)
            i += 1
        name = re.match(r"[\s&*]*(\w+)\s*[;={(,)]|[\s&*]*(\w+)\s+GUARDED_BY", code[i:])
        if name:
            names.add(name.group(1) or name.group(2))
    return names


def check_file(path, text, header_text=""):
    """Yields (line number, rule name, why) for one file; `header_text` is that of its own header."""
    is_test = re.search(r"_(test|bench|fuzz)\.(cc|h)$", path) is not None
    code = blank(text)
    lines = text.split("\n")

    def allowed(offset, name):
        number = code.count("\n", 0, offset)
        for line in lines[max(0, number - 1):number + 1]:
            allow = ALLOW.search(line)
            if allow and name in re.split(r"[,\s]+", allow.group(1)):
                return True
        return False

    def found(offset, name, why):
        if not allowed(offset, name):
            yield code.count("\n", 0, offset) + 1, name, why

    for rule in RULES:
        if not re.match(rule.where, path) or (is_test and not rule.tests_too):
            continue
        for match in re.finditer(rule.pattern, code):
            yield from found(match.start(), rule.name, rule.why)

    if re.match(DETERMINISTIC, path):
        for name in sorted(hash_container_names(code) | hash_container_names(blank(header_text))):
            loop = r"\bfor\s*\([^;()]*:\s*[^;{}]*\b%s\s*\)|\b%s\s*(\.|->)\s*c?begin\s*\(" % (name, name)
            for match in re.finditer(loop, code):
                yield from found(match.start(), "hash-order", "the order of a hash container is no part of a seed")


def sources(root):
    for top in ("engine", "sim", "whopper", "fuzz", "tools"):
        for folder, _, files in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(files):
                if name.endswith((".cc", ".h", ".inc")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    # Under Bazel this file is a symlink into the working tree.
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    count = problems = 0
    for path in sources(root):
        count += 1
        header = os.path.join(root, re.sub(r"(_test)?\.cc$", ".h", path))
        header_text = read(header) if path.endswith(".cc") and os.path.exists(header) else ""
        for line, name, why in check_file(path, read(os.path.join(root, path)), header_text):
            problems += 1
            print(f"{path}:{line}: [{name}] {why}")
    print(f"lint: {count} files, {problems} problems")
    return 1 if problems or not count else 0


if __name__ == "__main__":
    sys.exit(main())
