"""What a parity case is, its inputs, and the case of a module with plain tensors in and out."""

from dataclasses import dataclass, field
from typing import Callable

import numpy

import synthetic
from arrays import Data, Output, save_weights, tensor


@dataclass
class Case:
    """`build(folder, shared)` makes the Data; `tolerance` is absolute and replaces the parity rule;
    `judge(data, produced)` replaces the comparison where outputs feed on quantised ones; `needs` are
    files of the weights folder, `model` the one of a graph's models that is not its first choice; `parts`
    are graphs that it takes as parts, `GRAPH` or `GRAPH:MODEL`; `perform(case, data, folder)` replaces the
    one run of one plan, and returns the outputs by name."""

    name: str
    graph: str
    function: str | None
    batch: int
    settings: dict
    build: Callable
    real: bool = False
    tolerance: float | None = None
    judge: Callable | None = None
    needs: tuple = field(default_factory=tuple)
    model: str | None = None
    parts: dict = field(default_factory=dict)
    perform: Callable | None = None


# Inputs; those of fixtures are even numbers, which the tests draw as well


def normal(rng, *shape):
    if synthetic.register:
        return synthetic.register.array(rng, shape, 3**0.5)
    return rng.standard_normal(shape).astype(numpy.float32)


def picture(rng, count, size):
    if synthetic.register:
        return synthetic.register.array(rng, (count, 3, size, size), 1.0)
    return numpy.tanh(0.8 * rng.standard_normal((count, 3, size, size))).astype(numpy.float32)


def inside(lengths, steps):
    return numpy.arange(steps)[None, :] < numpy.asarray(lengths)[:, None]


def captions(rng, entries, lengths, steps):
    ids = rng.integers(1, entries, (len(lengths), steps))
    return numpy.where(inside(lengths, steps), ids, 0).astype(numpy.int64)


def lengths_array(lengths):
    return numpy.asarray(lengths, numpy.int64)


def vocabulary(folder, entries):
    """A text vocabulary of as many words as the table has rows; line n is id n - 1."""
    path = folder / "words.txt"
    path.write_text("\n".join(["<end>"] + [f"word{i}" for i in range(1, entries)]) + "\n")
    return path


def array(x):
    return x.detach().numpy()


def one_by_one(module, inputs, outputs):
    """The results of a batch by name, item after item, which at 1024 x 1024 saves gigabytes. Results
    without a name are left out."""
    found = {n: [] for n in outputs if n}
    for item in range(len(inputs[0])):
        results = module(*[x[item : item + 1] for x in inputs])
        results = results if isinstance(results, tuple) else (results,)
        for name, result in zip(outputs, results):
            if name:
                found[name].append(array(result))
    return {n: numpy.concatenate(arrays) for n, arrays in found.items()}


def block(name, graph, function, batch, settings, network, make_inputs, outputs, seed, gains=None,
          kinds=None, model=None, step=1, named=None, counters=True,
          stored=("weights.safetensors", save_weights)):
    """A module with plain tensors in and out. `gains` are those of `synthetic.fill`; `kinds` name
    the saturating last functions of outputs, `step` is that of pictures; `named` gives tensors their
    names in the file. Without `counters` the file has no num_batches_tracked, as those of old
    PyTorch. `stored` is its name, and what writes a state to a path."""
    file, write = stored

    def build(folder, shared):
        module = network()
        state = synthetic.fill(module, seed, gains)
        if not counters:
            state = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
        write(named(state) if named else state, folder / file)
        inputs = make_inputs(numpy.random.default_rng(seed + 1))
        results = one_by_one(module, [tensor(v) for v in inputs.values()], outputs)
        return Data(
            [("", folder / file)],
            inputs,
            {n: Output(r, (kinds or {}).get(n), step if r.ndim == 4 else 1)
             for n, r in results.items()},
        )

    return Case(name, graph, function, batch, settings, build, model=model)
