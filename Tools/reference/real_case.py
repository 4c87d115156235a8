"""What a case of trained weights out of a package is; real_networks.py is the table of them."""

import numpy
import torch

import real
import real_packages
from arrays import Data, Output, save_weights
from case import Case, array
from real_runtimes import onnx

FLOAT64 = "PyTorch, float64"


def drawn(seed, *shape):
    """Normal noise of NumPy's old generator, by which all that is known was computed."""
    return numpy.random.RandomState(seed).standard_normal(shape).astype(numpy.float32)


def uniform(low, high, *shape):
    return numpy.random.RandomState(0).uniform(low, high, shape).astype(numpy.float32)


def packaged(name, package, weights, page, function, inputs, outputs, known, settings=None, batch=1,
             runtime=FLOAT64, own=None, needs=()):
    """`weights` are names of files of the package by root; `inputs(shared)` gives the arrays,
    `outputs(files, inputs)` what the runtime makes of them, by name. `own` are settings by which the
    page has the names of the file."""

    def build(folder, shared):
        files = real_packages.files(package)
        given = inputs(shared)
        found = outputs(files, given)
        return Data(
            [(root, files[f]) for root, f in weights.items()], given,
            {n: Output(a) for n, a in found.items()}, settings=own or {},
            source=source_of(package, *weights.values()), runtime=runtime, known=list(known))

    return Case(name, page, function, batch, settings or {}, build, real=True, needs=needs)


def source_of(package, *files):
    return f"{', '.join(f'`{f}`' for f in files)} of {package.name} {package.version}"


def imported(name, package, file, inputs, given, outputs, known, settings=None):
    """An ONNX file that is compiled as it is, and what ONNX Runtime makes of it. `given` turns the
    inputs of the page's case into those of the file, `outputs` names its outputs."""

    def build(folder, shared):
        path = real_packages.files(package)[file]
        arrays = given(inputs(shared))
        found = onnx(path, *arrays)
        return Data(
            [], {str(k): a for k, a in enumerate(arrays)},
            {n: Output(a) for n, a in zip(outputs, found, strict=True)},
            source=source_of(package, file), runtime="ONNX Runtime", known=list(known),
            imported=path)

    return Case(name, file, None, 1, settings or {}, build, real=True)


def converted(path, name, convert):
    """The tensors of a file under other names."""
    state = {k: torch.from_numpy(numpy.array(t)) for k, t in convert(path).items()}
    made = real_packages.CACHE / "converted" / f"{name}.safetensors"
    made.parent.mkdir(parents=True, exist_ok=True)
    save_weights(state, made)
    return made


def state_of(path):
    """A checkpoint of PyTorch; nothing in it is executed."""
    return torch.load(path, map_location="cpu", weights_only=True)


def network(module, path, key=None):
    state = state_of(path)
    return real.load(module, state[key] if key else state)


def computed(results, *names):
    results = results if isinstance(results, tuple) else (results,)
    return {n: array(r) for n, r in zip(names, results) if n}
