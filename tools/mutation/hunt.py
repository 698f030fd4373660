"""Runs simulators until one of them finds something, and measures how long that took.

Time is processor time of the simulator alone, so what else the machine does is not counted. All
simulators take turns on one core, from the same seed; the time of a kill is that of the simulator
which made it, up to the moment when it notices the failure (it then repeats the run to record it).
"""

import ctypes
import os
import queue
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time
from typing import NamedTuple

INFINITE = float("inf")
TURN_SECONDS = 4.0
FIRST_TURN_SECONDS = 2.0
# Without a second of processor time in so long, a simulator that has not been stopped hangs.
HANG_SECONDS = 300
REPORT_SECONDS = 120  # to repeat a failed run
MEMORY_MAX = 6 << 30
TICKS = os.sysconf("SC_CLK_TCK")
# How a simulator says what it has found: at once on standard error, in the end on standard output.
NOTICED = re.compile(r"([a-z][a-z0-9-]*): seed (\d+), step \d+: ")
REPEATS = "repeating the run with a recording"
VERDICT = re.compile(r"FAIL seed=(\S+) oracle=(\S+)")


class Outcome(NamedTuple):
    oracle: str  # the oracle that found it, or "" when none did
    tool: str
    seed: str  # the failing run's
    seconds: float  # infinite when nothing was found
    core_seconds: float  # of all simulators
    note: str = ""


def prepare_child():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends with us, stopped or not
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Run:
    """One simulator process, stopped unless it has a turn."""

    def __init__(self, tool, binary, arguments, scratch, environment, spent_before=0.0):
        self.tool = tool
        self.spent_before = spent_before  # by the ones it goes on for
        self.oracle = self.seed = ""
        self.seconds = INFINITE  # when it noticed a failure
        self.note = ""
        self.ended = False
        self.repeats = False
        self.lines = queue.Queue()
        self.process = subprocess.Popen(
            [binary, *arguments], cwd=scratch, preexec_fn=prepare_child,
            env={**os.environ, **environment, "BUILD_WORKING_DIRECTORY": scratch, "TMPDIR": scratch},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        self.own = 0.0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with self.process.stdout as output:
            for line in output:
                self.lines.put((line, self.spent() if REPEATS in line or VERDICT.match(line) else 0.0))
        self.lines.put(None)

    def spent(self):
        """Seconds of processor time; once the process has ended, what it had come to."""
        try:
            with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
                fields = file.read().rpartition(")")[2].split()
            self.own = max(self.own, (int(fields[11]) + int(fields[12])) / TICKS)
        except (OSError, IndexError):
            pass
        return self.spent_before + self.own

    def _take(self, item):
        if item is None:
            self.ended = True
            spent = self.spent()
            status = self.process.wait()
            if status == 2:
                raise RuntimeError(f"{self.tool} does not take the options given to it")
            if not self.found and status not in (0, 1):
                self.oracle, self.seconds = "crash", spent
                self.note = f"{self.tool} ended with status {status}"
            return
        line, spent = item
        noticed, verdict = NOTICED.match(line), VERDICT.match(line)
        if noticed and not self.repeats:
            self.oracle, self.seed = noticed.groups()
        elif REPEATS in line:
            self.repeats = True
            self.seconds = spent
        elif verdict:
            self.seed, oracle = verdict.groups()
            self.oracle = self.oracle or oracle
            self.seconds = min(self.seconds, spent)

    @property
    def found(self):
        return self.seconds != INFINITE and self.oracle != "" and self.seed != ""

    def turn(self, until_spent):
        """Lets it run until it has spent so much, has found something, or has ended."""
        self.process.send_signal(signal.SIGCONT)
        progress, progress_time = self.spent(), time.monotonic()
        noticed_time = None
        while not self.ended and not self.found:
            try:
                self._take(self.lines.get(timeout=0.05))
            except queue.Empty:
                pass
            now = time.monotonic()
            if self.repeats and noticed_time is None:
                noticed_time = now
            if noticed_time is not None:
                if now - noticed_time > REPORT_SECONDS:
                    self.oracle, self.seed, self.note = self.oracle or "crash", self.seed or "?", "its report does not end"
                continue
            spent = self.spent()
            if spent >= until_spent:
                break
            if spent >= progress + 1:
                progress, progress_time = spent, now
            elif now - progress_time > HANG_SECONDS:
                self.note = f"{self.tool} hangs"
                self.ended = True
        if self.ended or self.found:
            self.end()
        else:
            self.process.send_signal(signal.SIGSTOP)

    def end(self):
        self.spent()
        self.process.kill()
        self.process.wait()
        self.ended = True


def fails(binary, seed, arguments=()):
    """Whether a single run from this seed fails."""
    with tempfile.TemporaryDirectory(prefix="orrery-mutant-", ignore_cleanup_errors=True) as scratch:
        run = Run("", binary, [f"--seed={seed}", "--runs=1", *arguments], scratch, {})
        try:
            run.turn(REPORT_SECONDS)
            return run.oracle != ""
        finally:
            run.end()


def noted(innocents, runs):
    notes = [run.note for run in runs if run.note]
    if innocents:
        notes.append(f"{len(innocents)} runs fail without it too, the first {innocents[0]}")
    return ", ".join(notes)


def hunt(binaries, innocent, seed, seconds, arguments=(), environment=None):
    """One seed range. `binaries`: by tool, each for at most `seconds`, in `environment`. `innocent`: the
    same without the mutant; a run that fails there too is passed over."""
    # What a failed run leaves on disk goes with the folder.
    with tempfile.TemporaryDirectory(prefix="orrery-mutant-", ignore_cleanup_errors=True) as scratch:

        def start(tool, first_seed, spent_before=0.0):
            words = [f"--seed={first_seed}", "--seconds=1000000", *arguments]
            run = Run(tool, binaries[tool], words, scratch, environment or {}, spent_before)
            run.process.send_signal(signal.SIGSTOP)
            return run

        runs = {tool: start(tool, seed) for tool in binaries}
        innocents = []
        try:
            until = min(FIRST_TURN_SECONDS, seconds)
            while True:
                for tool in binaries:
                    while not runs[tool].ended:
                        run = runs[tool]
                        run.turn(until)
                        if run.seconds > seconds or not run.oracle:
                            break
                        if run.seed.isdigit() and innocent and fails(innocent[tool], run.seed, arguments):
                            innocents.append(f"{tool} {run.seed}")
                            runs[tool] = start(tool, int(run.seed) + 1, run.seconds)
                            continue
                        total = run.seconds + sum(other.spent() for other in runs.values() if other is not run)
                        return Outcome(run.oracle, tool, run.seed, run.seconds, total, noted(innocents, [run]))
                if until >= seconds or all(run.ended for run in runs.values()):
                    break
                until = min(until + TURN_SECONDS, seconds)
            spent = sum(run.spent() for run in runs.values())
            return Outcome("", "", "", INFINITE, spent, noted(innocents, runs.values()))
        finally:
            for run in runs.values():
                run.end()
