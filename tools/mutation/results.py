"""What is known of each mutant: one JSON object a line in a file of results, a row in a table.

corpus/mutants/found.tsv is the table as last measured for the repository.
"""

import json
import statistics

from hunt import INFINITE
from patches import FOLDER

TABLE = FOLDER / "found.tsv"
COLUMNS = ("name", "class", "oracle", "tool", "seed", "seconds", "median", "note")
WIDTHS = (36, 6, 24, 12, 26, 20, 7, 0)


def shown(seconds):
    return "-" if seconds is None or seconds == INFINITE else f"{seconds:.1f}"


def unique(words):
    return ",".join(dict.fromkeys(word for word in words if word)) or "-"


class Result:
    """One mutant's. `outcomes`: one for each seed range; fewer when the others cannot change the median."""

    def __init__(self, mutant, outcomes, without_fault=(), problem=""):
        self.name, self.kind, self.digest = mutant.name, mutant.kind, mutant.digest
        self.expected, self.equivalent, self.fault = mutant.oracles, mutant.equivalent, mutant.fault
        self.outcomes, self.without_fault, self.problem = outcomes, without_fault, problem
        self.median = median_of([outcome.seconds for outcome in outcomes])

    @property
    def found(self):
        return not self.problem and self.median != INFINITE

    def cells(self):
        if self.problem:
            return (self.name, self.kind, "-", "-", "-", "-", "-", self.problem)
        notes = [outcome.note for outcome in self.outcomes]
        surprising = {outcome.oracle for outcome in self.outcomes} - set(self.expected) - {""}
        if surprising and self.digest:
            notes.append(f"not by {'|'.join(self.expected)}")
        if self.equivalent:
            notes.append("proved equivalent")
        if self.fault:
            off = [outcome.seconds for outcome in self.without_fault]
            answer = "" if not off else ": not found" if median_of(off) == INFINITE else f": {shown(median_of(off))} s"
            notes.append(f"needs {self.fault}" if not off else f"without {self.fault}{answer}")
        return (self.name, self.kind, unique(o.oracle for o in self.outcomes), unique(o.tool for o in self.outcomes),
                ",".join(o.seed or "-" for o in self.outcomes), ",".join(shown(o.seconds) for o in self.outcomes),
                shown(self.median), unique(notes))

    def to_json(self, head, machine):
        def plain(outcome):
            return {**outcome._asdict(), "seconds": None if outcome.seconds == INFINITE else round(outcome.seconds, 2),
                    "core_seconds": round(outcome.core_seconds, 2)}
        return json.dumps({
            "name": self.name, "class": self.kind, "patch": self.digest, "head": head, "machine": machine,
            "median": None if self.median == INFINITE else round(self.median, 2), "found": self.found,
            "problem": self.problem, "equivalent": bool(self.equivalent), "expected": self.expected,
            "ranges": [plain(outcome) for outcome in self.outcomes],
            "without_fault": [plain(outcome) for outcome in self.without_fault]})


def median_of(seconds):
    return statistics.median(seconds) if seconds else INFINITE


def row(cells):
    return " ".join(f"{cell:{width}}" for cell, width in zip(cells, WIDTHS)).rstrip()


def summary(results):
    """The closing lines; the last is the one for all mutants."""
    lines = []

    def line(what, some):
        killed = [result for result in some if result.found]
        return f"{what} {len(killed)} of {len(some)}, median {shown(median_of([r.median for r in some]))} s"

    differing = [result for result in results if not result.equivalent]
    if len(differing) < len(results):
        lines.append(line("not proved equivalent: killed", differing))
    missed = [result.name for result in differing if not result.problem and not result.found]
    broken = [f"{result.name} {result.problem}" for result in results if result.problem]
    if missed:
        lines.append("not found: " + " ".join(missed))
    if broken:
        lines.append("errors: " + ", ".join(broken))
    return [*lines, line("killed", results)]


def read_results(path):
    """Name -> the newest result in a file that to_json() wrote, as it stands there."""
    if not path.exists():
        return {}
    with open(path, encoding="utf-8") as file:
        return {entry["name"]: entry for entry in map(json.loads, file)}


def write_table(results, heading):
    """The repository's table. Comes from all results of one measurement."""
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write(f"# {heading}\n" + "\t".join(COLUMNS) + "\n")
        for result in results:
            file.write("\t".join(result.cells()) + "\n")
        for line in summary(results):
            file.write(f"# {line}\n")


def quickly_found(seconds):
    """Names of those that the repository's table has as found within `seconds`."""
    if not TABLE.exists():
        return []
    names = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if line.startswith("#") or cells[0] == COLUMNS[0] or cells[6] == "-":
            continue
        if float(cells[6]) <= seconds:
            names.append(cells[0])
    return names
