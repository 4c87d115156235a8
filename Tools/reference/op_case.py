"""A case of Tools/op-parity: one call of an operation of the language, and PyTorch's value of it."""

import re
import zlib
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy
import torch

BATCH = 2


@dataclass
class Case:
    """`call` is an expression of the inputs; `reference` the same in PyTorch, of inputs with a
    leading batch axis and of weights by name. With `gradient` it is differentiated as well; `mixes`
    says that items influence each other; `kinds` are types of inputs other than Tensor; `prelude` are
    functions and blocks that the call uses."""

    operation: str
    call: str
    reference: object
    inputs: dict
    weights: dict
    gradient: bool = True
    batch: int = BATCH
    mixes: bool = False
    kinds: dict = field(default_factory=dict)
    tolerance: float | None = None
    prelude: str = ""
    name: str = ""

    def __post_init__(self):
        self.name = f"{self.operation}: {self.call}"

    @property
    def size(self):
        """The extents of the result, without the batch."""
        return list(self.values().shape[1:])

    def _tensors(self):
        whole = {name: torch.tensor(array, dtype=torch.float64) for name, array in self.inputs.items()}
        stored = {name: torch.tensor(array, dtype=torch.float64) for name, array in self.weights.items()}
        return whole, stored

    def values(self):
        """The result in float64, the batch first."""
        whole, stored = self._tensors()
        return self._call(whole, stored).detach().numpy()

    def _call(self, whole, stored):
        result = self.reference(*whole.values(), **({"w": Weights(stored)} if stored else {}))
        if not torch.is_tensor(result):
            result = torch.stack(list(result))
        return result

    def cotangent(self):
        """A number for each of the result: what the gradients are taken along."""
        size = self.values().shape
        return generator(f"cotangent {size}").uniform(-1, 1, size).astype(numpy.float32)

    def gradients(self):
        """The gradient of Σ result · cotangent by each input and weight that has one."""
        whole, stored = self._tensors()
        leaves = {**whole, **{f"/{name}": tensor for name, tensor in stored.items()}}
        for tensor in leaves.values():
            tensor.requires_grad_(True)
        result = self._call(whole, stored)
        (result * torch.tensor(self.cotangent(), dtype=torch.float64)).sum().backward()
        return {n: t.grad.numpy() for n, t in leaves.items() if t.grad is not None}


class Weights(SimpleNamespace):
    """Tensors by the last part of their names; `at` by the whole name."""

    def __init__(self, tensors):
        super().__init__(**{name.split(".")[-1]: tensor for name, tensor in tensors.items()})
        self.at = tensors


def generator(text):
    """Random numbers that depend on a text alone."""
    return numpy.random.default_rng(zlib.crc32(text.encode()))


def options(call, operation, parameters):
    """The names of an operation's arguments that a call gives, by name or by place."""
    start = re.search(rf"(?<![\w.]){operation}\(", call)
    if not start:
        return set()
    depth, pieces, piece, quoted = 1, [], "", False
    for letter in call[start.end():]:
        quoted ^= letter == '"'
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0:
            break
        if letter == "," and depth == 1 and not quoted:
            pieces.append(piece)
            piece = ""
        else:
            piece += letter
    pieces.append(piece)
    piped = call[: start.start()].rstrip().endswith("|>")
    places = iter(parameters[1:] if piped else parameters)
    named = {parameters[0]} if piped and parameters else set()
    for piece in pieces:
        label = re.match(r"\s*(\w+):", piece)
        if label:
            named.add(label.group(1))
        elif piece.strip():
            named.add(next(places))
    return named


class Cases(list):
    """Collects cases; arrays are made of shapes, equal ones for equal names and shapes."""

    def add(self, operation, call, reference, *, weights=None, spread=1.0, low=None, high=None,
            gradient=True, batch=BATCH, mixes=False, kinds=None, tolerance=None, prelude="", **inputs):
        def array(name, given):
            if isinstance(given, numpy.ndarray):
                return given.astype(numpy.float32)
            size = (batch, *given)
            numbers = generator(f"{name} {size}")
            if low is not None:
                return numbers.uniform(low, high, size).astype(numpy.float32)
            return (spread * numbers.standard_normal(size)).astype(numpy.float32)

        def weight(name, given):
            if isinstance(given, numpy.ndarray):
                return given.astype(numpy.float32)
            values = generator(f"{name} {given}").standard_normal(given)
            if name.endswith("var"):
                values = numpy.abs(values) + 0.5
            return (values / max(1.0, numpy.sqrt(values[0].size if values.ndim > 1 else 1))).astype(numpy.float32)

        self.append(Case(
            operation, call, reference, {n: array(n, g) for n, g in inputs.items()},
            {n: weight(n, g) for n, g in (weights or {}).items()}, gradient=gradient, batch=batch,
            mixes=mixes, kinds=kinds or {}, tolerance=tolerance, prelude=prelude))
