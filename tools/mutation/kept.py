"""Kept bugs. corpus/bundles/NAME is a failure of the mutant NAME, shrunk: what brought it about, told by
statements and the places where something struck (sim/main_kept.h). With the mutant it must still fail
with its oracle, and without it must get to the same point and not fail."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from hunt import prepare_child
from patches import ROOT

FOLDER = ROOT / "corpus" / "bundles"
# Of what a bundle has: what is run again, and what a person reads.
FILES = ("options.txt", "choices.txt", "failure.txt", "sites.txt", "statements.sql", "schedule.txt")
SHRINK_SECONDS = 60
SECONDS_MAX = 600
SIZE = re.compile(r"(\d+) statements on (\d+) connections, (\d+) faults, (\d+) forced waits")


def names():
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) if FOLDER.is_dir() else []


def read_fields(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def run(binary, arguments, environment, scratch):
    """(exit status, last line of standard output)"""
    done = subprocess.run([binary, *arguments], cwd=scratch, preexec_fn=prepare_child, timeout=SECONDS_MAX, check=False,
                          env={**os.environ, **environment, "BUILD_WORKING_DIRECTORY": scratch, "TMPDIR": scratch},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          errors="replace")
    return done.returncode, (done.stdout.splitlines() or [""])[-1]


def check(name, binaries, innocent, environment):
    """What is wrong with a kept bug; "" when nothing is."""
    bundle = FOLDER / name
    tool = read_fields(bundle / "bug.txt")["tool"]
    oracle = read_fields(bundle / "failure.txt")["oracle"]
    words = [f"--replay={bundle}", "--by-sites"]
    with tempfile.TemporaryDirectory(prefix="orrery-kept-") as scratch:
        status, line = run(innocent[tool], words, {}, scratch)
        if status != 0:
            return f"without the mutant: {line}"
        status, line = run(binaries[tool], words, environment, scratch)
        if status != 1 or f" oracle={oracle} " not in line:
            return f"with the mutant, instead of {oracle}: {line}"
    return ""


def keep(mutant, outcome, binaries, innocent, environment):
    """Shrinks what was found and keeps it, unless something is wrong. (how large it is, what is wrong)"""
    with tempfile.TemporaryDirectory(prefix="orrery-keep-") as scratch:
        words = [f"--seed={outcome.seed}", "--runs=1", "--shrink", f"--shrink-seconds={SHRINK_SECONDS}",
                 f"--bundle-dir={scratch}"]
        _, line = run(binaries[outcome.tool], words, environment, scratch)
        found = re.search(r" bundle=(\S+)", line)
        if not found:
            return "", f"does not shrink: {line}"
        small = pathlib.Path(found.group(1))
        size = SIZE.search((small / "README.txt").read_text(encoding="utf-8"))
        target = FOLDER / mutant.name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for file in FILES:
            shutil.copyfile(small / file, target / file)
        (target / "bug.txt").write_text(f"tool: {outcome.tool}\nmutant: {mutant.name}\nsize: {size.group(0)}\n",
                                        encoding="utf-8")
    problem = check(mutant.name, binaries, innocent, environment)
    if problem:
        shutil.rmtree(target)
    return size.group(0), problem
