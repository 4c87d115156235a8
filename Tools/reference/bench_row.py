"""One row of Tools/bench: a network, a batch size, a number of threads, and all sides in turns."""

import os
import statistics
import time

import numpy
import torch

import real_packages
from arrays import bound
from bench_client import Worker
from bench_peers import COMPILED, KINDS, Refused
from harness import Failed, NotRun

PEERS = [kind for kind in KINDS if kind != "products"]
FROM_TRACE = [k for k in PEERS if k.startswith(("torch", "ncnn"))]
ROUTES = {"ncnn": [{"route": "published"}, {"route": "trace"}, {"route": "onnx"}]}
"""ncnn has its own description of a network, or pnnx makes one of a trace, or of our ONNX file."""
COUNTED = 10
"""A peer counts while its error is within so many times the bound of parity."""
SIZE = 2048
"""Rows and columns of the matrices whose product measures the machine."""


def shares_of_bound(found, outputs):
    """The largest error of each output, as a multiple of what parity allows."""
    shares = {}
    for array, (name, expected) in zip(found, outputs.items(), strict=True):
        if array.size != expected.size:
            raise Refused(f"its {name} has the shape {list(array.shape)}, not {list(expected.shape)}")
        off = numpy.abs(array.astype(numpy.float64).reshape(expected.shape) - expected).max()
        shares[name] = float(off / bound(expected)) if numpy.isfinite(off) else float("inf")
    return shares


def judged(shares):
    """The error by which a side counts: of the picture if there is one, else of all outputs; and the
    other outputs that would not count."""
    main = {"image": shares["image"]} if "image" in shares else shares
    return max(main.values()), [n for n, s in shares.items() if n not in main and s > COUNTED]


def count_for(milliseconds, budget):
    """How many runs of a turn fit into so many seconds."""
    return max(1, min(100, round(1e3 * budget / milliseconds)))


class Sides:
    """The peers of a row, each in its process."""

    def __init__(self, network, built, ours, folder, threads, budget):
        self.published = network.published and str(published(network.published))
        self.folder, self.threads, self.budget = folder, threads, budget
        self.workers, self.counts, self.facts, self.refused = {}, {}, {}, {}
        self.outputs, self.batch = built.outputs, built.case.batch
        self.job = dict(
            module=str(folder / "module.pt"), onnx=str(ours.onnx), inputs=str(folder / "inputs.npz"),
            outputs=ours.exported(), threads=threads, folder=str(folder), published=self.published,
            **ours.order)

    def start(self, kind):
        """Prepares a peer, by a second route if it has one and the first fails."""
        for route in ROUTES.get(kind, [{}]):
            if route.get("route") == "published" and not self.published:
                continue
            try:
                self.prepare(kind, route)
                self.refused.pop(kind, None)
                return
            except Refused as reason:
                self.refused.setdefault(kind, str(reason))
                if route and self.batch > 1:
                    return

    def prepare(self, kind, route):
        """Starts a process for a peer and holds its results against the expected ones."""
        worker = Worker(self.folder, kind, self.threads)
        results = self.folder / f"{kind}.npz"
        try:
            answer = worker.ask(
                900 if kind in COMPILED else 300, do="prepare", kind=kind, results=str(results),
                **(self.job | {"outputs": self.names(kind, route)} | route))
            with numpy.load(results) as file:
                share, wrong = judged(shares_of_bound([file[n] for n in file.files], self.outputs))
            if share > COUNTED:
                raise Refused(f"its results are {share:.3g} times the bound of parity off")
        except Refused:
            worker.quit()
            raise
        self.workers[kind] = worker
        self.counts[kind] = count_for(answer["ms"], self.budget)
        self.facts[kind] = {
            "error_of_bound": share, "wrong": wrong, "prepare_seconds": answer["seconds"],
            "ms_of_turns": []} | route

    def names(self, kind, route):
        """What the outputs are called where a peer takes the network from."""
        if kind in FROM_TRACE and not route.get("route") == "onnx":
            return list(self.outputs)
        return self.job["outputs"]

    def turn(self, kind):
        """The median of a few warm runs of a peer."""
        try:
            answer = self.workers[kind].ask(do="run", count=1 + self.counts[kind])
        except Refused as reason:
            self.workers.pop(kind).quit()
            self.facts.pop(kind)
            self.refused[kind] = str(reason)
            return
        self.facts[kind]["ms_of_turns"].append(statistics.median(answer["ms"][1:]))
        self.facts[kind]["peak_bytes"] = answer["peak"]

    def quit(self):
        for worker in self.workers.values():
            worker.quit()


class Machine:
    """What the processor's own products reach meanwhile."""

    def __init__(self, folder, threads):
        self.worker, self.found = Worker(folder, "products", threads), []
        self.worker.ask(do="prepare", kind="products", threads=threads, size=SIZE)

    def turn(self):
        times = self.worker.ask(do="run", count=3)["ms"]
        self.found.append(2 * SIZE**3 / min(times) / 1e6)

    def quit(self):
        self.worker.quit()


def store(built, folder):
    """Writes what peers read."""
    torch.save(built.module, folder / "module.pt")
    numpy.savez(folder / "inputs.npz", **built.inputs)


def published(name):
    """The path of a description of a network; empty if it cannot be fetched."""
    try:
        return real_packages.files(real_packages.REALESRGAN)[name]
    except NotRun:
        return ""


def our_side(ours, built, threads, budget):
    """Our facts before the turns, and how many runs a turn has."""
    share, wrong = judged(shares_of_bound(ours.results(threads), built.outputs))
    if share > 1:
        raise Failed(f"our results are {share:.3g} times the bound of parity off")
    milliseconds, _ = ours.timed(threads, 1)
    return {"error_of_bound": share, "wrong": wrong, "ms_of_turns": []}, count_for(milliseconds, budget)


def measured(network, built, ours, folder, threads, kinds, turns, budget):
    """The row as a dictionary, without what is computed from the turns."""
    load, begun = os.getloadavg()[0], time.time()
    mine, count = our_side(ours, built, threads, budget)
    sides, machine = Sides(network, built, ours, folder, threads, budget), Machine(folder, threads)
    try:
        for kind in kinds:
            sides.start(kind)
        for _ in range(turns):
            machine.turn()
            milliseconds, mine["peak_bytes"] = ours.timed(threads, count)
            mine["ms_of_turns"].append(milliseconds)
            for kind in list(sides.workers):
                sides.turn(kind)
        started = [ours.start_up(threads) for _ in range(turns)] if network.draws else []
    finally:
        sides.quit()
        machine.quit()
    return {
        "network": network.name, "title": network.title, "batch": built.case.batch, "threads": threads,
        "turns": turns, **ours.figures, "start_up_ms": statistics.median(started) if started else None,
        "product_gflops": statistics.median(machine.found), "load": [load, os.getloadavg()[0]],
        "seconds": time.time() - begun, "sides": {"tgraph": mine, **sides.facts},
        "refused": sides.refused}


def concluded(row):
    """Adds what follows from the turns: medians, the best peer of each turn, rates."""
    sides = row["sides"]
    for side in sides.values():
        side["ms"] = statistics.median(side["ms_of_turns"])
    ours, peers = sides["tgraph"], {k: v for k, v in sides.items() if k != "tgraph"}
    row["gflops"] = 2 * row["macs"] / ours["ms"] / 1e6
    row["percent_of_product"] = 100 * row["gflops"] / row["product_gflops"]
    row["ratios"] = {
        kind: statistics.median(a / b for a, b in zip(peer["ms_of_turns"], ours["ms_of_turns"]))
        for kind, peer in peers.items()}
    row["best"] = min(peers, key=row["ratios"].get) if peers else None
    ratios = [min(p["ms_of_turns"][turn] for p in peers.values()) / own
              for turn, own in enumerate(ours["ms_of_turns"])] if peers else []
    row["ratio"] = statistics.median(ratios) if ratios else None
    row["ratio_of_turns"] = [min(ratios), max(ratios)] if ratios else None
    return row
