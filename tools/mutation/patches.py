#!/usr/bin/env python3
"""Reads corpus/mutants: the patches and their headers.

  tools/mutation/patches.py    checks all of them: complete headers, and each still applies

A patch begins with a header, which `git apply` passes over:

  # name: overflow-append-before-wait   the file's name without .patch
  # class: R1                           row of the catalogue of mistakes, or a word of one's own
  # what: one sentence on the mistake
  # oracle: model, integrity            the oracles expected to find it
  # fault: short-write                  optional: found with this fault on, not with it off
  # equivalent: why                     optional: the proof that nothing changes
"""

import hashlib
import pathlib
import re
import subprocess
import sys
from typing import NamedTuple, Optional

# Under Bazel this file is a symlink into the working tree.
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "corpus" / "mutants"
ORACLES = frozenset((
    "check", "crash", "determinism", "differential", "durability", "eet", "error", "integrity", "leak", "lost-update",
    "model", "norec", "pqs", "progress", "row-count", "snapshot", "sqlite3", "stale-read", "tlp", "yield"))
FAULTS = frozenset(re.findall(r'\.name = "([\w-]+)"', (ROOT / "sim" / "faults" / "fault.h").read_text(encoding="utf-8")))
KEYS = ("name", "class", "what", "oracle", "fault", "equivalent")
REQUIRED = KEYS[:4]
# One line of context on each side is enough, so that a change nearby is no change to the patch.
APPLY = ("git", "apply", "-C1")


class Mutant(NamedTuple):
    name: str
    path: Optional[pathlib.Path]  # None: the engine as it is
    kind: str
    oracles: tuple
    fault: str = ""
    equivalent: str = ""
    digest: str = ""  # of the patch without its header


NO_MUTANT = Mutant("(no mutant)", None, "-", ())


def words_of(text):
    return tuple(word for word in re.split(r"[,\s|]+", text) if word)


def parse(path, text):
    """The mutant, and what is wrong with its header."""
    header, problems = {}, []
    body = text
    key = None
    for line in text.splitlines(keepends=True):
        if not line.startswith("#"):
            break
        body = body[len(line):]
        match = re.match(r"# ?(\w+):\s*(.*)", line)
        if match:
            key = match.group(1)
            if key not in KEYS:
                problems.append(f"unknown '# {key}:'")
            header[key] = match.group(2).strip()
        elif key:
            header[key] += " " + line[1:].strip()  # a long value goes on
    problems += [f"no '# {key}:'" for key in REQUIRED if not header.get(key)]
    if header.get("name") not in (None, path.stem):
        problems.append(f"its name is '{header['name']}', not that of the file")
    oracles = words_of(header.get("oracle", ""))
    problems += [f"no oracle is named '{word}'" for word in oracles if word not in ORACLES]
    faults = words_of(header.get("fault", ""))
    problems += [f"no fault is named '{word}'" for word in faults if word not in FAULTS]
    files = re.findall(r"^\+\+\+ b/(\S+)", body, re.MULTILINE)
    if not files:
        problems.append("changes nothing")
    problems += [f"changes {name}, which is not the engine" for name in files if not name.startswith("engine/")]
    digest = hashlib.sha256(body.encode()).hexdigest()[:12]
    return Mutant(path.stem, path, header.get("class", "-"), oracles, ",".join(faults),
                  header.get("equivalent", ""), digest), problems


def read(path):
    return parse(path, path.read_text(encoding="utf-8"))


def read_all():
    """All mutants by name, and what is wrong with headers as (name, problem)."""
    mutants, problems = [], []
    for path in sorted(FOLDER.glob("*.patch")):
        mutant, found = read(path)
        mutants.append(mutant)
        problems += [(mutant.name, problem) for problem in found]
    return mutants, problems


def apply(mutant, tree, check_only=False):
    """None, or what went wrong."""
    done = subprocess.run([*APPLY, *(["--check"] if check_only else []), str(mutant.path)], cwd=tree,
                          stderr=subprocess.PIPE, text=True, check=False)
    return None if done.returncode == 0 else done.stderr.strip()


def main():
    mutants, problems = read_all()
    for mutant in mutants:
        problem = apply(mutant, ROOT, check_only=True)
        if problem:
            problems.append((mutant.name, problem))
    bodies = {}
    for mutant in mutants:
        if bodies.setdefault(mutant.digest, mutant.name) != mutant.name:
            problems.append((mutant.name, f"the same as {bodies[mutant.digest]}"))
    for name, problem in problems:
        print(f"corpus/mutants/{name}.patch: {problem}")
    print(f"{len(mutants)} mutants, {len(problems)} problems")
    return 1 if problems or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
