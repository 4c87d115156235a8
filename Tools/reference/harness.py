"""What the tools of comparison share: our commands, the choice of cases, and the count of verdicts."""

import fnmatch
import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
BINARIES = Path(os.environ.get("TG_BIN", REPOSITORY / ".build/release"))


class NotRun(Exception):
    """Something a case needs is absent here. Not a failure and not a pass."""


class Failed(Exception):
    """The case ran into an error."""


def call(tool, *arguments):
    """Runs one of our commands. Returns what it wrote to the standard output."""
    path = BINARIES / tool
    if not path.exists():
        raise NotRun(f"no {path}")
    done = subprocess.run(
        [path, *map(str, arguments)], capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()[:6]
        raise Failed(f"{tool} exits {done.returncode}: " + " / ".join(lines))
    return done.stdout


def find_page(name):
    """The page of a name, in Graphs or among those that only tests read."""
    for folder in ("Graphs", "Tests/Fixtures/graphs"):
        for path in sorted((REPOSITORY / folder).rglob(f"{name}.tgraph")):
            return path
    raise NotRun(f"no Graphs/*/{name}.tgraph")


def text(value):
    """A setting as `--set` takes it."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def inverted(page, folder, recipe):
    """The page of a generator with the objective that `tgc --invert` adds, by another recipe."""
    text = call("tgc", page, "--invert", "--emit", "page")
    before, after = text.split("using lbfgs(history: 100)")
    made = folder / page.name
    made.write_text(before + "using " + recipe + after)
    return made


def named(pattern, cases):
    """Those whose name contains the pattern, or matches it if it is a glob."""
    glob = any(c in pattern for c in "*?[")
    chosen = [c for c in cases if fnmatch.fnmatchcase(c.name, pattern if glob else f"*{pattern}*")]
    if not chosen:
        print(f"nothing is named like {pattern}; see --list", file=sys.stderr)
    return chosen


def judge(cases, run):
    """Runs all cases; `run` prints its lines and returns whether the case passed, or None if what
    it misses is not determined. Returns the exit status: 76 if one failed, or if fewer passed than are
    not determined; 66 if none could be run."""
    passed, failed, absent, open_ = 0, 0, 0, 0
    for case in cases:
        try:
            good = run(case)
            passed, failed = passed + (good is True), failed + (good is False)
            open_ += good is None
        except NotRun as reason:
            absent += 1
            print(f"{case.name:34} not run: {reason}", flush=True)
        except (Failed, ValueError, OSError) as reason:
            failed += 1
            print(f"{case.name:34} FAIL {reason}", flush=True)
    print(
        f"{passed} passed, {failed} failed" + (f", {open_} not determined" if open_ else "")
        + (f", {absent} not run" if absent else ""))
    if open_ > passed:
        print("fewer passed than are not determined: that shows nothing")
    return 76 if failed or open_ > passed else 0 if passed else 66
