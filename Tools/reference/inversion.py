"""Tools/inversion-parity: holds the steps of tginvert against PyTorch's autograd and Adam.

For each objective PyTorch walks down a loss of its own statement with seeded weights. From 50 states
of the walk (code, moments, round) one step is made here and there; then 20 steps from the start.
PyTorch's steps are in float64 from the float32 numbers of the state.

  start      the first code, over its largest number                         at most 1e-5
  loss       |a - b| / |b|                                                   at most 1e-4
  code       after the step, over its largest number, for what has a gradient
             above 1e-6 of the largest one                                   at most 1e-5
  gradient   |a - b| over the largest one of the variable                    at most 1e-3
  free run   |loss a - loss b| over the first loss, in each of 20 steps      at most 1e-3

Two things make a gradient uncertain in float32, and both are shown. At `kinks` states a number is so
close to the kink of a rectifier or of a pool that float32 cannot tell its side; the effects of up to
8 such places, each computed by PyTorch and in a bounded amount, explain the difference (kinks.py),
`raw` being the worst gradient without them. At `ill` states PyTorch's own step in float32 is as far
from the one in float64, within a factor of 4: sums that cancel near a minimum, first steps that divide
a small gradient by its own magnitude. The verdict is then ILL instead of PASS, and FAIL if more than
a fifth of the states are ill: so few are left that the rest shows nothing.
"""

import argparse
import csv
import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import torch
from safetensors.numpy import load_file, save_file

import noise
from arrays import tensor
from harness import Failed, call, find_page, inverted, judge, named, text
from kinks import explained
from objectives import OBJECTIVES

STATES, FREE = 50, 20
BOUNDS = {"start": 1e-5, "loss": 1e-4, "code": 1e-5, "gradient": 1e-3, "free": 1e-3}
MARGIN = 4
MOST_ILL = 0.2
"""The largest share of states of an objective that may be ill."""
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Walk:
    """PyTorch's way down: torch.optim.Adam on the problem's terms, from any state."""

    def __init__(self, objective, problem, dtype, state=None):
        self.objective, self.problem, self.dtype = objective, problem, dtype
        for network in problem.networks:
            network.to(dtype)
        cast = lambda t: t.to(dtype) if t.dtype.is_floating_point else t
        self.given = {n: cast(tensor(v)) for n, v in problem.inputs.items()}
        with torch.no_grad():
            self.fixed = problem.prepare(self.given) if problem.prepare else None
            code = problem.start(self.given, self.fixed)
        self.round = 0
        if state:
            self.round = int(state["round"][0])
            code = {n: tensor(state[n]).reshape(c.shape) for n, c in code.items()}
        self.code = {n: torch.nn.Parameter(c.detach().clone().to(dtype)) for n, c in code.items()}
        self.adam = torch.optim.Adam(
            self.code.values(), lr=1.0, betas=(BETA1, BETA2), eps=EPSILON)
        if state:
            for n, p in self.code.items():
                self.adam.state[p] = {
                    "step": torch.tensor(float(self.round)),
                    "exp_avg": tensor(state[f"adam.m.{n}"]).reshape(p.shape).to(dtype),
                    "exp_avg_sq": tensor(state[f"adam.v.{n}"]).reshape(p.shape).to(dtype)}

    def step(self, slopes=None):
        """Returns the loss and the gradients before the step, which goes along `slopes` if given."""
        done = self.round / self.objective.rounds
        drawn = {
            n: torch.from_numpy(noise.normals(
                count, 0, f"{n}@{self.objective.loop}.{self.round}")).to(self.dtype)
            for n, count in self.problem.draws.items()}
        terms = self.problem.terms(dict(self.code), self.given, self.fixed, done, drawn)
        loss = sum(terms)
        self.adam.zero_grad()
        loss.backward()
        found = {n: array(p.grad) for n, p in self.code.items()}
        for n, g in (slopes or {}).items():
            self.code[n].grad.copy_(torch.from_numpy(g).view_as(self.code[n]))
        self.adam.param_groups[0]["lr"] = self.objective.rate(done)
        self.adam.step()
        if self.problem.project:
            with torch.no_grad():
                for n, value in self.problem.project(dict(self.code)).items():
                    self.code[n].copy_(value)
        self.round += 1
        return loss.item(), found

    def variable(self, found, name):
        """As `Ours.variable`: the code as it is now."""
        return array(self.code[name])

    def state(self):
        """What --continue-from reads."""
        numbers = {"round": single(self.round), "loop": single(self.objective.loop)}
        for n, p in self.code.items():
            memory = self.adam.state[p]
            blank = torch.zeros_like(p)
            numbers[n] = array(p).astype(numpy.float32)
            numbers[f"adam.m.{n}"] = array(memory.get("exp_avg", blank)).astype(numpy.float32)
            numbers[f"adam.v.{n}"] = array(memory.get("exp_avg_sq", blank)).astype(numpy.float32)
        return numbers


def single(number):
    return numpy.asarray([number], numpy.float32)


def array(x):
    return x.detach().double().numpy().reshape(-1).copy()


class Ours:
    """The compiled objective."""

    def __init__(self, objective, problem, folder):
        self.objective, self.folder = objective, folder
        page = find_page(objective.page)
        if objective.recipe:
            page = inverted(page, folder, objective.recipe)
        self.plan = folder / f"{objective.name}.tplan"
        options = [page, "-o", self.plan]
        for root, file in problem.weights:
            options += ["--weights", f"{root}={file}" if root else file]
        for name, value in objective.settings.items():
            options += ["--set", f"{name}={text(value)}"]
        call("tgc", *options)
        self.inputs = []
        for name, values in problem.inputs.items():
            numpy.save(folder / f"in-{name}.npy", values)
            self.inputs += ["--input", f"{name}={folder / f'in-{name}.npy'}"]

    def run(self, label, state, steps, rate=None):
        """Returns the tensors at the end and the losses on the way."""
        out = self.folder / f"{label}.safetensors"
        options = [self.plan, "--objective", self.objective.name_on_page, *self.inputs,
                   "--keep-state", "--quiet", "--threads", 2, "-o", out]
        if state:
            save_file(state, self.folder / f"{label}-state.safetensors")
            options += ["--continue-from", self.folder / f"{label}-state.safetensors"]
        options += ["--steps", steps if state else self.objective.no_steps]
        options += ["--rate", repr(rate)] if rate else []
        call("tginvert", *options)
        with open(out.with_suffix(".csv"), newline="") as table:
            losses = [float(row["loss"]) for row in csv.DictReader(table)]
        found = load_file(out)
        for file in self.folder.glob(f"{label}*"):
            file.unlink()
        return found, losses

    def variable(self, found, name):
        return found.get(f"variable.{name}", found.get(name)).astype(numpy.float64).reshape(-1)

    def gradients(self, label, state, found):
        """From the first moment: m' = b1 m + (1 - b1) g."""
        if f"adam.m.{next(n for n in state if is_code(n))}" in found and self.keeps_moments:
            return {
                n: (found[f"adam.m.{n}"].astype(numpy.float64).reshape(-1)
                    - BETA1 * state[f"adam.m.{n}"].astype(numpy.float64)) / (1 - BETA1)
                for n in state if is_code(n)}
        return self.probed(label, state)

    @property
    def keeps_moments(self):
        return self.objective.loop + 1 == self.objective.loops

    def probed(self, label, state):
        """From the code after a step whose denominator is known: the moments of a loop that is not
        the last are not kept in the file."""
        probe, big = dict(state), 1e8
        for n in [n for n in state if is_code(n)]:
            probe[f"adam.m.{n}"] = numpy.zeros_like(state[n])
            probe[f"adam.v.{n}"] = numpy.full_like(state[n], big)
        t = int(state["round"][0]) + 1
        held = numpy.sqrt(BETA2 * big / (1 - BETA2**t)) + EPSILON
        factor = (1 - BETA1) / (1 - BETA1**t) / held
        rate = 1e12
        found, _ = self.run(f"{label}-probe", probe, 1, rate)
        return {
            n: (state[n].astype(numpy.float64) - self.variable(found, n)) / (rate * factor)
            for n in state if is_code(n)}


def is_code(name):
    return name not in ("round", "loop") and not name.startswith("adam.")


def away(a, b, where=None):
    """The largest distance over the largest number of b."""
    off = numpy.abs(a - b) if where is None else numpy.abs(a - b)[where]
    largest = numpy.abs(b).max()
    worst = off.max(initial=0.0)
    return worst / largest if largest > 0 else worst


class Expected:
    """PyTorch's step from a state, in float64: `loss`, `slopes` and the `code` after it."""

    def __init__(self, objective, problem, state, moved=None):
        walk = Walk(objective, problem, torch.float64, state)
        self.loss, self.slopes = walk.step(moved)
        self.slopes = moved or self.slopes
        self.code = {n: array(p) for n, p in walk.code.items()}

    def away(self, ours, found, loss, gradients):
        off = {"loss": abs(loss - self.loss) / abs(self.loss), "code": 0.0, "gradient": 0.0}
        for n, g in self.slopes.items():
            where = numpy.abs(g) > 1e-6 * numpy.abs(g).max()
            off["code"] = max(off["code"], away(ours.variable(found, n), self.code[n], where))
            off["gradient"] = max(off["gradient"], away(gradients[n], g))
        return off


def compared(objective, problem, ours, state, found, loss, gradients):
    """The distances of a step; `raw`, the gradient's before kinks are looked at; where they were,
    `places` near one and `their` distances: of PyTorch's own step in float32."""
    expected = Expected(objective, problem, state)
    off = expected.away(ours, found, loss, gradients)
    raw = off["gradient"]
    if all(off[what] <= BOUNDS[what] for what in ("code", "gradient")):
        return off | {"raw": raw}
    moved, places = explained(
        expected.slopes, gradients,
        lambda: Walk(objective, problem, torch.float64, state).step()[1], BOUNDS["gradient"] / 100)
    off = Expected(objective, problem, state, moved).away(ours, found, loss, gradients)
    walk = Walk(objective, problem, torch.float32, state)
    loss, slopes = walk.step()
    theirs = expected.away(walk, None, loss, slopes)
    return off | {"raw": raw, "places": places} | {
        f"their {what}": theirs[what] for what in ("code", "gradient")}


def recorded(objective, problem):
    """States spread over PyTorch's walk, which is in float32."""
    walk, states, losses = Walk(objective, problem, torch.float32), [], []
    while walk.round < objective.walk:
        losses.append(walk.step()[0])
        if walk.round * (STATES + 1) >= (len(states) + 1) * objective.walk and len(states) < STATES:
            states.append(walk.state())
    if not losses[-1] < losses[0]:
        raise Failed(f"PyTorch's walk does not descend: {losses[0]:.4g} to {losses[-1]:.4g}")
    return states, losses


def measure(objective, problem, folder):
    """Returns the worst distances."""
    ours = Ours(objective, problem, folder)
    states, losses = recorded(objective, problem)
    with ThreadPoolExecutor(2) as pool:
        def step(k):
            found, loss = ours.run(f"state-{k}-", states[k], 1)
            return found, loss[-1], ours.gradients(f"state-{k}-", states[k], found)

        steps = list(pool.map(step, range(len(states))))
    worst = dict.fromkeys(BOUNDS, 0.0)
    details = []
    for state, made in zip(states, steps):
        off = compared(objective, problem, ours, state, *made)
        details.append((int(state["round"][0]), off))
        for what in ("loss", "code", "gradient"):
            worst[what] = off[what] if not off[what] <= worst[what] else worst[what]

    walk = Walk(objective, problem, torch.float64)
    begun, _ = ours.run("start", None, None)
    for n, p in walk.code.items():
        worst["start"] = max(worst["start"], away(ours.variable(begun, n), array(p)))
    _, free = ours.run("free", walk.state(), FREE)
    walk = Walk(objective, problem, torch.float64, walk.state())
    expected = [walk.step()[0] for _ in range(FREE)]
    if len(free) != FREE:
        raise Failed(f"tginvert made {len(free)} steps, not {FREE}")
    worst["free"] = max(abs(a - b) for a, b in zip(free, expected)) / abs(expected[0])
    return worst, losses, details


def is_ill(off):
    """True if float32 does not give that step: PyTorch's own is about as far away."""
    over = [what for what in ("code", "gradient") if off[what] > BOUNDS[what]]
    return bool(over) and all(off[what] <= MARGIN * off[f"their {what}"] for what in over)


def holds(off):
    return all(off[what] <= BOUNDS[what] for what in ("code", "gradient"))


def run(objective, verbose):
    """Prints a line. Returns whether all bounds hold; None if they do but for ill states."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        problem = objective.build(folder)
        worst, losses, details = measure(objective, problem, folder)
    kinks = sum(off["gradient"] < off["raw"] for _, off in details)
    ill = sum(is_ill(off) for _, off in details)
    good = all(holds(off) or is_ill(off) for _, off in details) and all(
        worst[what] <= BOUNDS[what] for what in ("loss", "start", "free")
    ) and ill <= MOST_ILL * len(details)
    if good and ill:
        good = None
    verdict = {True: "PASS", False: "FAIL", None: "ILL"}[good]
    if verbose:
        for number, off in details:
            print(f"  round {number:5} " + " ".join(f"{w} {v:.1e}" for w, v in off.items()))
    print(
        f"{objective.name:34} {len(details):3} {losses[0]:9.3e} {losses[-1]:9.3e} "
        + " ".join(f"{worst[what]:9.1e}" for what in BOUNDS)
        + f" {max(off['raw'] for _, off in details):9.1e} {kinks:5} {ill:3}"
        + f" {time.monotonic() - began:5.0f} s  {verdict}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(
        prog="Tools/inversion-parity", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pattern", nargs="?", default="*", help="objectives: a part or a glob")
    parser.add_argument("--list", action="store_true", help="name the objectives and end")
    parser.add_argument("--verbose", action="store_true", help="a line for each state")
    options = parser.parse_args()
    torch.set_num_threads(1)
    objectives = named(options.pattern, OBJECTIVES)
    if not objectives:
        return 64
    if options.list:
        for o in objectives:
            print(f"{o.name:34} {o.page}, {o.name_on_page}, {json.dumps(o.settings)}")
        return 0
    print(
        f"{'objective':34} {'n':>3} {'first':>9} {'last':>9} {'start':>9} {'loss':>9} "
        f"{'code':>9} "
        f"{'gradient':>9} {'free run':>9} {'raw':>9} kinks ill")
    return judge(objectives, lambda objective: run(objective, options.verbose))


if __name__ == "__main__":
    sys.exit(main())
