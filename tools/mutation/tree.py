"""A worktree of HEAD in which mutants are built, together or one after another.

It always lies at the same place and keeps its own Bazel outputs, so that only what a patch changes
is built, and all else comes from the disk cache. What mutants are made of is not put into that cache.
"""

import fcntl
import hashlib
import pathlib
import shutil
import subprocess

from patches import ROOT, apply
from together import combine

TOOLS = ("whopper", "sim")


class TreeError(Exception):
    pass


class Tree:
    def __init__(self, build_jobs):
        key = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        self.home = pathlib.Path.home() / ".cache" / "orrery-mutants" / key
        self.path = self.home / "tree"
        self.build_jobs = build_jobs

    def __enter__(self):
        self.home.mkdir(parents=True, exist_ok=True)
        self.lock = open(self.home / "lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise TreeError("another one is running in this checkout") from error
        self.head = git(ROOT, "rev-parse", "HEAD")
        if not (self.path / ".git").exists() or subprocess.run(
                ["git", "checkout", "--quiet", "--force", "--detach", self.head], cwd=self.path,
                stderr=subprocess.DEVNULL, check=False).returncode != 0:
            shutil.rmtree(self.path, ignore_errors=True)
            git(ROOT, "worktree", "prune")
            git(ROOT, "worktree", "add", "--quiet", "--force", "--detach", str(self.path), self.head)
        self.restore()
        return self

    def __exit__(self, *_):
        self.restore()
        self._bazel("shutdown")
        self.lock.close()

    def _bazel(self, *words):
        return subprocess.run(
            [self.path / "tools" / "bazel", f"--output_base={self.home / 'output'}", *words],
            cwd=self.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)

    def restore(self):
        git(self.path, "checkout", "--quiet", "--force", self.head, "--", ".")
        git(self.path, "clean", "--quiet", "--force", "-d", "--", "engine", "sim", "whopper")

    def build(self, mutant):
        """Applies and builds. None, or (what is wrong, details)."""
        self.restore()
        if not mutant.path:
            return self._build()
        problem = apply(mutant, self.path)
        if problem:
            return "does not apply", problem
        return self._build("--noremote_upload_local_results")

    def build_together(self, mutants):
        """Builds as many of them as can be into one program. Their numbers by name, and what is wrong."""
        self.restore()
        numbers = combine(self, mutants)
        return numbers, self._build("--noremote_upload_local_results") if numbers else None

    def _build(self, *options):
        done = self._bazel("build", "--config=bench", "--noshow_progress", f"--jobs={self.build_jobs}", *options,
                           *(f"//{tool}" for tool in TOOLS))
        return None if done.returncode == 0 else ("does not build", done.stdout[-3000:])

    def binaries(self):
        return {tool: str((self.path / "bazel-bin" / tool / tool).resolve()) for tool in TOOLS}

    def keep_binaries(self, name):
        """Copies of what has been built; they outlive the next build."""
        kept = {}
        for tool, path in self.binaries().items():
            kept[tool] = str(self.home / f"{name}-{tool}")
            pathlib.Path(kept[tool]).unlink(missing_ok=True)
            shutil.copyfile(path, kept[tool])
            shutil.copymode(path, kept[tool])
        return kept


def git(where, *words):
    return subprocess.run(["git", *words], cwd=where, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
