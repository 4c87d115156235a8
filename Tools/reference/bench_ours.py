"""Our side of Tools/bench: compiles a network, exports it, and times `tgrun`."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy
import onnx

from harness import BINARIES, REPOSITORY, Failed, call, find_page
from running import options_of

WATCH = Path(__file__).resolve().parent / "bench_watch.py"


class Ours:
    """A network of one batch size, compiled. `figures` is what the compiler says of it."""

    def __init__(self, built, folder):
        self.built, self.folder = built, folder
        self.plan, self.onnx = folder / "bench.tplan", folder / "bench.onnx"
        self.page = find_page(built.case.graph)
        # Pages of tests take their blocks out of the library.
        self.options = [*options_of(built.case, built.data), "--allow-imports", REPOSITORY / "Graphs"]
        self.function = ["--function", built.case.function] if built.case.function else []
        self.given = [word for name in built.inputs
                      for word in ("--input", f"{name}={self.stored(name)}")]
        self.figures = self.compiled()

    def stored(self, name):
        path = self.folder / f"in-{name}.npy"
        numpy.save(path, self.built.inputs[name])
        return path

    def compiled(self):
        """Makes the plan; MACs are those of the network as it is written."""
        start = time.perf_counter()
        said = json.loads(call("tgc", self.page, *self.options, "-o", self.plan, "--report", "--json"))
        seconds = time.perf_counter() - start
        name = self.built.case.function or said["functions"][0]["name"]
        function = next(f for f in said["functions"] if f["name"] == name)
        return {
            "compile_seconds": seconds, "plan_bytes": self.plan.stat().st_size,
            "macs": function["macs_before"], "macs_of_plan": function["macs_after"],
            "arena_bytes": function["arena_bytes"]}

    def export(self):
        """Writes the ONNX file that other runtimes read."""
        call("tgc", self.page, *self.options, "--emit", "onnx", *self.function, "-o", self.onnx)
        graph = onnx.load(self.onnx).graph
        known = {i.name for i in graph.initializer}
        self.order = {
            "onnx_inputs": [i.name for i in graph.input if i.name not in known],
            "onnx_outputs": [o.name for o in graph.output]}

    def exported(self):
        """The names of the compared outputs in that file."""
        return [f"{n}.out" if n in self.built.inputs else n for n in self.built.outputs]

    def watched(self, *options):
        """Runs `tgrun`. Returns what it says as JSON, and its time and memory."""
        report = self.folder / "watched.json"
        done = subprocess.run(
            [sys.executable, "-I", "-S", WATCH, report, BINARIES / "tgrun", self.plan, *self.function,
             *self.given, *map(str, options)], capture_output=True, text=True, errors="replace")
        if done.returncode:
            raise Failed(f"tgrun ends with {done.returncode}: {done.stderr.strip()[:300]}")
        return done.stdout, json.loads(report.read_text())

    def results(self, threads):
        """The compared outputs, in order."""
        files = {n: self.folder / f"out-{n}.npy" for n in self.built.outputs}
        self.watched("--threads", threads, *[
            word for n, f in files.items() for word in ("--output", f"{n}={f}")])
        return [numpy.load(f) for f in files.values()]

    def timed(self, threads, count):
        """Milliseconds of a warm run, the median of so many in one process after one that is not counted, and
        the most memory of that process."""
        name = next(iter(self.built.outputs))
        said, watched = self.watched(
            "--threads", threads, "--output", f"{name}={self.folder / 'timed.npy'}", "--repeat", count,
            "--json")
        return json.loads(said)["repeat"]["median_ms"], watched["peak"]

    def start_up(self, threads):
        """Milliseconds from the start of the process until the pictures are written."""
        single = self.built.case.batch == 1
        where = ["-o", self.folder / "picture.png"] if single else ["--outdir", self.folder / "pictures"]
        _, watched = self.watched("--threads", threads, *where, "--quiet")
        return 1e3 * watched["seconds"]
