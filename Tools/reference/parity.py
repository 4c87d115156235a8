"""Tools/parity: holds compiled and exported graphs against PyTorch modules and trained networks."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy
import torch

import counts
import exported
import real_parity
import rounded
import sources
from parity_page import Results, exported_table, table
from arrays import alive, compare, digest, restore, saturated, spread, store
from cases import CASES, Case
from harness import REPOSITORY, Failed, NotRun, find_page, judge, named, text
from real_page import kept
from running import execute

SHARED = Path(os.environ.get("TG_SHARED", REPOSITORY.parent / "shared"))
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tgraph/parity"
FIXTURES = REPOSITORY / "Tests/Fixtures/parity"


def reference(case):
    """The case's data: trained networks are computed each time, synthetic ones kept in a cache that
    is keyed by the sources that the case depends on and PyTorch's version."""
    absent = [f for f in case.needs if not (SHARED / "data/weights" / f).exists()]
    if absent:
        raise NotRun(f"no {SHARED / 'data/weights' / absent[0]}")
    if case.real:
        return case.build(None, SHARED)
    folder = CACHE / f"{case.name}-{digest(*sources.of(case), case.name, torch.__version__)}"
    if not (folder / "case.json").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob(f"{case.name}-" + "?" * 16):
            shutil.rmtree(old)
        partial = Path(tempfile.mkdtemp(dir=CACHE, prefix="partial-"))
        try:
            data = case.build(partial, SHARED)
            dead = [
                f"{n} (std {spread(o.array):.3f}, saturated {saturated(o.array, o.kind)})"
                for n, o in data.outputs.items() if not alive(o)]
            if dead:
                raise Failed(f"not alive, so not written: {', '.join(dead)}")
            store(data, partial, case)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return restore(folder)[1]


def fixtures():
    """The committed cases, read from their case.json."""
    cases = []
    for path in sorted(FIXTURES.glob("*/case.json")):
        record, data = restore(path.parent)
        cases.append(Case(
            f"fixture-{record['name']}", record["graph"], record["function"], record["batch"],
            record["settings"], lambda folder, shared, data=data: data, real=True,
            tolerance=record["tolerance"].get("absolute"), model=record.get("model"),
            parts=record.get("parts", {})))
    return cases


def line(case, v):
    share = "-" if v.saturated is None else f"{v.saturated:.2%}"
    verdict = "pass" if v.passed else "FAIL"
    remark = f"  {v.remark}" if v.remark else ""
    return (
        f"{case.name:30} {v.output:17} {v.difference:10.2e} {v.largest:9.3f} {v.spread:8.3f} "
        f"{share:>8}  {verdict}{remark}")


def run(case, options, results):
    """Prints a line per output, and remembers it. Returns whether all passed."""
    keep, level = options.keep, f"-O{options.level}" if options.level else None
    data = reference(case)
    find_page(case.graph)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(keep) / case.name if keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if options.onnx:
            produced = exported.execute(case, data, folder.resolve())
        else:
            produced = execute(case, data, folder.resolve(), level)
    if case.judge:
        verdicts = case.judge(data, produced)
    else:
        verdicts = [
            compare(n, o, produced[n], case.tolerance) for n, o in data.outputs.items()]
    for v in verdicts:
        print(line(case, v), flush=True)
    if options.onnx:
        results.record_exported(case, verdicts)
    elif level is None:
        results.record(case, verdicts)
    return all(v.passed for v in verdicts)


def build_references(cases):
    """Builds and measures the references alone, without the compiled side."""
    bad = counts.check()
    for case in cases:
        try:
            data = reference(case)
        except NotRun as reason:
            print(f"{case.name:30} not run: {reason}")
            continue
        except (Failed, ValueError) as reason:
            print(f"{case.name:30} FAIL {reason}")
            bad += 1
            continue
        for n, o in data.outputs.items():
            share = saturated(o.array, o.kind)
            print(
                f"{case.name:30} {n:17} {str(list(o.array.shape)):22} std {spread(o.array):7.3f}  "
                f"max {numpy.abs(o.array).max():8.3f}  saturated "
                + ("-" if share is None else f"{share:.2%}"), flush=True)
        for note in data.notes:
            print(f"{case.name:30}   {note}")
    return 76 if bad else 0


def show(cases):
    for case in cases:
        settings = " ".join(f"{k}={text(v)}" for k, v in case.settings.items())
        kind = "trained weights" if case.real else "synthetic weights"
        print(f"{case.name:30} {case.graph}, {case.function or 'default function'}, batch "
              f"{case.batch}, {kind}{'; ' + settings if settings else ''}")


def main():
    parser = argparse.ArgumentParser(
        prog="Tools/parity", description=__doc__,
        epilog="example: Tools/parity 'attngan-*' --keep /tmp/parity")
    parser.add_argument("pattern", nargs="?", default="*", help="cases by name: a part or a glob")
    parser.add_argument("--keep", metavar="DIR", help="leave plans and arrays in DIR/CASE")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument(
        "--references", action="store_true", help="only build and measure what is compared with")
    parser.add_argument(
        "--page", action="store_true",
        help="write spec/parity.md from the last run of each case, without running any")
    parser.add_argument(
        "--onnx", action="store_true",
        help="hold what tgc --emit onnx writes against PyTorch, run by ONNX Runtime")
    parser.add_argument(
        "--real", action="store_true",
        help="fetch trained networks of others, and hold ours against the runtimes of their sources; --page "
        "then writes their section")
    parser.add_argument(
        "--shared", metavar="PATH", default=SHARED,
        help="with --real: a folder with data/weights, for the networks that no package has")
    parser.add_argument("-O", dest="level", metavar="N", help="optimisation level for tgc")
    parser.add_argument(
        "--weights-type", choices=["f16"],
        help="say what weights of this type change in each page of the library; --page prints a table")
    parser.add_argument(
        "--precision", choices=["bf16"],
        help="say what products of this type change in each page of the library; --page prints a table")
    options = parser.parse_args()
    if options.onnx and options.level:
        parser.error("--onnx exports the graph of -O0; leave -O out")
    if options.weights_type and options.precision:
        parser.error("say one of --weights-type and --precision")
    if options.weights_type or options.precision:
        return rounded.main(options)
    torch.set_num_threads(1)
    if options.real:
        if options.references or options.level or options.onnx:
            parser.error("--real takes neither --references, -O nor --onnx")
        return real_parity.main(options)
    results = Results(CACHE / "results.json")
    if options.page:
        page = REPOSITORY / "spec/parity.md"
        page.write_text(
            table(results, CASES) + exported_table(results, CASES + fixtures())
            + kept(page.read_text()))
        return 0
    cases = named(options.pattern, CASES + fixtures())
    if not cases:
        return 64
    if options.list:
        show(cases)
        return 0
    if options.references:
        return build_references(cases)
    print(f"{'case':30} {'output':17} {'max|a-b|':>10} {'max|b|':>9} {'std':>8} {'sat.':>8}")
    return judge(cases, lambda case: run(case, options, results))


if __name__ == "__main__":
    sys.exit(main())
