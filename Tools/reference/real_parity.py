"""Tools/parity --real: trained networks of others, held against the runtimes of their sources and
against what is written down of their results."""

import json
import sys
import tempfile
from pathlib import Path

import real_networks
import real_packages
import real_whole
from arrays import compare, recall
from cases_trained import TRAINED
from harness import REPOSITORY, Failed, NotRun, judge, named
from real_page import rewritten
from running import execute

CASES = real_networks.NETWORKS + real_whole.CASES + TRAINED
PAGE = REPOSITORY / "spec/parity.md"
RESULTS = real_packages.CACHE / "results.json"


def verdicts_of(case, data, produced):
    if case.judge:
        return case.judge(data, produced)
    verdicts = []
    for name, output in data.outputs.items():
        verdict = compare(name, output, produced[name], case.tolerance)
        figures = [figure for figure in data.known if figure.output == name]
        verdicts.append(recall(verdict, figures, produced[name], case.tolerance))
    return verdicts


def line(case, data, v):
    number = lambda x: "-" if x is None else f"{x:.2e}"
    return (
        f"{case.name:31} {v.output:15} {number(v.difference):>9} {number(v.known):>9} "
        f"{number(v.bar):>9}  {'pass' if v.passed else 'FAIL'}  {data.runtime}"
        + (f"; {v.remark}" if v.remark else ""))


def run(case, shared, keep, results):
    """Prints a line per output, and remembers it. Returns whether all passed."""
    absent = [f for f in case.needs if not (shared / "data/weights" / f).exists()]
    if absent:
        raise NotRun(f"no {shared / 'data/weights' / absent[0]}; --shared names the folder of data")
    data = case.build(None, shared)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (Path(keep) / case.name if keep else Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        produced = (case.perform or execute)(case, data, folder)
        if data.imported:
            # An item may have all axes of the file's output, behind the one of the batch.
            produced = {n: a.reshape(data.outputs[n].array.shape) for n, a in produced.items()}
    verdicts = verdicts_of(case, data, produced)
    for v in verdicts:
        print(line(case, data, v), flush=True)
    results[case.name] = {
        "page": case.graph, "imported": data.imported.name if data.imported else None,
        "source": data.source or ", ".join(sorted({f"`{Path(f).name}`" for _, f in data.weights})),
        "runtime": data.runtime,
        "outputs": [
            [v.output, v.difference, v.known, v.bar, v.passed, v.remark] for v in verdicts]}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1))
    return all(v.passed for v in verdicts)


def show(cases):
    for case in cases:
        function = case.function or "the file itself"
        print(f"{case.name:31} {case.graph}, {function}, batch {case.batch}")


def main(options):
    """Returns the exit status: 76 if a network missed its bar, 66 if none could be run or a package
    could not be fetched."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if options.page:
        PAGE.write_text(rewritten(PAGE.read_text(), CASES, results))
        return 0
    cases = named(options.pattern, CASES)
    if not cases:
        return 64
    if options.list:
        show(cases)
        return 0
    shared = Path(options.shared).resolve()
    print(f"{'network':31} {'output':15} {'max|a-b|':>9} {'known':>9} {'bar':>9}")
    status = judge(cases, lambda case: run(case, shared, options.keep, results))
    if real_packages.missed:
        print(
            "Tools/parity --real: not all could be fetched, for which the Python package index is "
            f"needed once; what was fetched lies in {real_packages.CACHE}", file=sys.stderr)
        return status or 66
    return status
