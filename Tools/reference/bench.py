"""Tools/bench: times inference, ours and that of other runtimes, alternately in one run.

Each network has seeded weights, the same for all. The runtimes are PyTorch (eager, channels-last, a frozen
trace, torch.compile), ONNX Runtime, OpenVINO and MNN with the ONNX file that tgc exports, and ncnn with what
pnnx makes of a trace; all in float32, each in a process of its own. In each turn every side runs warm a few
times and gives its median; the ratio of a row is the median over the turns of the fastest other side's time
over ours.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import torch

import bench_machine
import bench_packages
from bench_networks import NETWORKS, build
from bench_ours import Ours
from bench_page import page
from bench_peers import COMPILED, KINDS, Refused
from bench_row import PEERS, concluded, measured, store
from bench_table import heading, line, remarks
from harness import REPOSITORY, Failed, NotRun

QUICK = ("attngan", "tagan", "gan-int-cls", "dcgan", "lxmert-layer")
MINUTES = {"quick": 5, "default": 60}
"""After so long no row is begun."""
PAGE = REPOSITORY / "spec/performance.md"


class Results:
    """A file of rows. It is begun anew on another machine or with other versions of the runtimes, and
    holds the last run of each row."""

    def __init__(self, path):
        self.path = path

    def read(self):
        """What the file holds, if it is of this machine and these versions."""
        new = {"machine": bench_machine.described(), "versions": bench_packages.versions(), "rows": []}
        kept = json.loads(self.path.read_text()) if self.path.exists() else new
        return kept if all(kept[k] == new[k] for k in ("machine", "versions")) else new

    def add(self, row):
        """Puts a row into the file, which is read anew: another run may have written meanwhile."""
        found, key = self.read(), lambda r: (r["network"], r["batch"], r["threads"])
        order = [n.name for n in NETWORKS]
        rows = [r for r in found["rows"] if key(r) != key(row)] + [row]
        rows.sort(key=lambda r: (r["batch"], r["threads"], order.index(r["network"])))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(found | {"rows": rows}, indent=1) + "\n")


def parsed():
    parser = argparse.ArgumentParser(
        prog="Tools/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Tools/bench --inversion … times a step of inversion. Times mean something on an idle machine "
        "only.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="networks; see --list")
    parser.add_argument("--threads", type=int, nargs="+", metavar="N", help="1 and all cores unless stated")
    parser.add_argument("--batch", type=int, nargs="+", metavar="N", help="1 unless stated")
    parser.add_argument("--turns", type=int, metavar="N", help="5 unless stated")
    parser.add_argument("--quick", action="store_true", help="few networks and turns, one thread, 5 minutes")
    parser.add_argument(
        "--night", action="store_true",
        help="also a batch of 8, and torch.compile in every row; takes hours")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    parser.add_argument("--json", metavar="FILE", help="where the rows are kept, instead of the cache folder")
    parser.add_argument("--page", action="store_true", help="write spec/performance.md from the rows kept")
    parser.add_argument("--list", action="store_true", help="name the networks and end")
    options = parser.parse_args()
    every = {n.name for n in NETWORKS}
    if unknown := [n for n in options.names if n not in every]:
        parser.error(f"no network is called {unknown[0]}; see --list")
    return options


def plan(options):
    """The rows to measure in their order: batches and threads outside, so that an end of the time leaves
    whole tables."""
    cores = sorted({1, os.cpu_count()})
    threads = options.threads or ([1] if options.quick else cores)
    batches = options.batch or ([1, 8] if options.night else [1])
    names = options.names or (QUICK if options.quick else [n.name for n in NETWORKS])
    chosen = [n for n in NETWORKS if n.name in names]
    return [(n, b, t) for b in batches for t in threads for n in chosen]


def kinds_for(options, batch, threads):
    """Compiling takes minutes, so it is done for one picture on one thread, and at night."""
    compiles = not (options.no_compile or options.quick) and (options.night or batch == threads == 1)
    return [k for k in PEERS if compiles or k not in COMPILED]


def row_of(network, batch, threads, options):
    """Builds, compiles and measures a row."""
    with tempfile.TemporaryDirectory(prefix="tgraph-bench-", ignore_cleanup_errors=True) as folder:
        folder = Path(folder)
        built = build(network, batch, folder)
        store(built, folder)
        ours = Ours(built, folder)
        ours.export()
        turns = options.turns or (3 if options.quick else 5)
        return concluded(measured(
            network, built, ours, folder, threads, kinds_for(options, batch, threads), turns,
            0.3 if options.quick else 0.6))


def run(options):
    """Measures the rows and prints each. Returns the exit status."""
    results = Results(Path(options.json) if options.json else bench_packages.CACHE / "results.json")
    minutes = None if options.night else MINUTES["quick" if options.quick else "default"]
    begun, missed = time.monotonic(), 0
    print(heading())
    for network, batch, threads in plan(options):
        if minutes and time.monotonic() - begun > 60 * minutes:
            print(f"{network.name}, batch {batch}, {threads} threads: not run, the {minutes} minutes are over")
            continue
        try:
            row = row_of(network, batch, threads, options)
        except (Failed, NotRun, Refused, ValueError, OSError) as reason:
            print(f"{network.name}, batch {batch}, {threads} threads: not run: {reason}", flush=True)
            missed += 1
            continue
        results.add(row)
        print(line(row), flush=True)
        for remark in remarks(row):
            print(f"    {remark}", flush=True)
    print(f"rows are kept in {results.path}")
    return 66 if missed else 0


def main():
    options = parsed()
    if options.list:
        for network in NETWORKS:
            print(f"{network.name:14} {network.title}{'; --quick' if network.name in QUICK else ''}")
        return 0
    path = Path(options.json) if options.json else bench_packages.CACHE / "results.json"
    if options.page:
        if not path.exists():
            print("no rows are kept; run Tools/bench first", file=sys.stderr)
            return 66
        kept = json.loads(path.read_text())
        PAGE.write_text(page(kept | {"rows": [concluded(row) for row in kept["rows"]]}))
        return 0
    try:
        bench_packages.install()
    except NotRun as reason:
        print(f"Tools/bench: {reason}", file=sys.stderr)
        return 66
    torch.set_num_threads(os.cpu_count())
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
