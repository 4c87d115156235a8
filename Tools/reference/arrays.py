"""Files of a parity case: weights, arrays, and what is measured of them."""

import atexit
import hashlib
import json
import shutil
import tempfile
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy
import torch
from safetensors.torch import save_file

import drawn

RELATIVE = 1e-4
"""Parity: max |a - b| <= 1e-4 * max(1, max |b| / 10), b computed in float64."""


@dataclass
class Output:
    """An expected output. `kind` names a saturating last function (tanh, sigmoid), or says that it is
    made of unit vectors (unit), whose numbers are the smaller the more there are.

    With `step` only every step-th row and column (of the last two axes) is stored and compared.
    """

    array: numpy.ndarray
    kind: str | None = None
    step: int = 1


@dataclass
class Known:
    """A figure that is known of an output, of whatever was written down of it: `of` takes it from the
    array."""

    output: str
    value: numpy.ndarray | float
    of: Callable


def known_mean(output, value):
    return Known(output, value, numpy.mean)


def known_deviation(output, value):
    return Known(output, value, numpy.std)


def known_first(output, *values):
    return Known(output, numpy.array(values), lambda array: numpy.ravel(array)[: len(values)])


def known_at(output, place, *values):
    """Single numbers; `place` is an index of the array, as of `numpy.s_`."""
    return Known(output, numpy.array(values), lambda array: numpy.ravel(array[place]))


@dataclass
class Data:
    """What a case consists of once built. `weights` are (root, file), the unnamed root is ''. Of trained
    networks `source` says what the weights are, `runtime` what has computed the outputs, `known` what
    is written down of them; `imported` is a file that is compiled instead of a page, `settings` are
    what the weights need beyond those of the case."""

    weights: list
    inputs: dict
    outputs: dict
    vocabulary: Path | None = None
    notes: list = field(default_factory=list)
    networks: list = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    source: str = ""
    runtime: str = "PyTorch, float64"
    known: list = field(default_factory=list)
    imported: Path | None = None


@dataclass
class Verdict:
    """One line of the report. `largest` is max |b|; `remark` says what numbers alone do not; `known` is
    the largest difference to figures that are written down, `bar` what is allowed."""

    output: str
    passed: bool
    difference: float = float("nan")
    largest: float = float("nan")
    spread: float = float("nan")
    saturated: float | None = None
    remark: str = ""
    known: float | None = None
    bar: float | None = None


def bound(expected, absolute=None):
    return absolute or RELATIVE * max(1.0, float(numpy.abs(expected).max()) / 10)


def compare(name, output, produced, absolute=None):
    """Holds a produced array against the expected one. Axes of length 1 and flattened trailing
    axes may differ."""
    b = output.array
    if output.step > 1:
        produced = produced[..., :: output.step, :: output.step]
    drop = lambda shape: [n for n in shape if n != 1]
    same = drop(produced.shape) == drop(b.shape) or (
        produced.size == b.size and produced.shape[0] == b.shape[0]
        and 2 in (produced.ndim, b.ndim))
    if not same:
        return Verdict(name, False, remark=f"shape {produced.shape}, expected {b.shape}")
    a = produced.astype(numpy.float64).reshape(b.shape)
    difference = float(numpy.abs(a - b).max()) if numpy.isfinite(a).all() else float("inf")
    return Verdict(
        name, difference <= bound(b, absolute), difference, float(numpy.abs(b).max()), spread(b),
        saturated(b, output.kind), bar=bound(b, absolute))


def recall(verdict, figures, produced, absolute=None):
    """Holds a produced array also against what is known of it, and notes the largest difference."""
    for figure in figures:
        found = numpy.asarray(figure.of(produced.astype(numpy.float64)), numpy.float64)
        value = numpy.asarray(figure.value, numpy.float64)
        off = float(numpy.abs(found.reshape(value.shape) - value).max())
        verdict.known = max(off, verdict.known or 0.0)
        verdict.passed = verdict.passed and off <= bound(value, absolute)
    return verdict


def spread(array):
    return float(numpy.std(array))


def saturated(array, kind):
    """Share of values within half a percent of the ends of tanh's or sigmoid's range."""
    if kind in (None, "unit"):
        return None
    y = array if kind == "tanh" else 2 * array - 1
    return float((numpy.abs(y) > 0.99).mean())


def alive(output):
    """Whether the numbers of an output can show a mistake: spread >= 0.05 (of one number: its size; of
    unit vectors 0.01), < 5 % saturated."""
    share = saturated(output.array, output.kind)
    size = spread(output.array) if output.array.size > 1 else float(abs(output.array).max())
    return size >= (0.01 if output.kind == "unit" else 0.05) and (share is None or share < 0.05)


def save_weights(state, path):
    """Writes .safetensors, or a .pth: a zip if the name ends in `zip`, else the form before 1.6."""
    state = OrderedDict((k, v.contiguous()) for k, v in state.items())
    if path.suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=path.stem.endswith("zip"))


def tensor(array):
    """An input as the modules take it: float64 or int64."""
    t = torch.from_numpy(numpy.asarray(array))
    return t.double() if t.dtype.is_floating_point else t


def store(data, folder, case, dtype=numpy.float64):
    """Writes inputs, outputs and case.json; files inside `folder` are named relative to it."""
    inside = lambda p: str(p.relative_to(folder)) if p.is_relative_to(folder) else str(p)
    inputs, outputs = {}, {}
    for name, array in data.inputs.items():
        inputs[name] = f"in-{name}.npy"
        numpy.save(folder / inputs[name], array)
    for name, o in data.outputs.items():
        outputs[name] = {"file": f"out-{name}.npy"}
        if o.kind == "unit":
            outputs[name]["unit"] = True
        elif o.kind:
            outputs[name]["saturates"] = o.kind
        if o.step > 1:
            outputs[name]["step"] = o.step
        numpy.save(folder / outputs[name]["file"], o.array.astype(dtype))
    record = {
        "name": case.name,
        "graph": case.graph,
        "model": case.model,
        "function": case.function,
        "batch": case.batch,
        "settings": {
            k: json.dumps(v) if isinstance(v, list) else v for k, v in case.settings.items()},
        "weights": [{"root": r, "file": inside(f)} for r, f in data.weights],
        "vocabulary": inside(data.vocabulary) if data.vocabulary else None,
        "inputs": inputs,
        "outputs": outputs,
        "tolerance": {"absolute": case.tolerance} if case.tolerance else {"relative": RELATIVE},
    }
    if case.parts:
        record["parts"] = case.parts
    (folder / "case.json").write_text(json.dumps(record, indent=2) + "\n")


def whole(folder, weights):
    """The file of a root's weights; one whose tensors are drawn is made in a folder that goes with us."""
    file = folder / weights["file"] if weights.get("file") else None
    if "drawn" not in weights:
        return file
    made = Path(tempfile.mkdtemp()) / "weights.safetensors"
    atexit.register(shutil.rmtree, made.parent, ignore_errors=True)
    return drawn.restored(folder / weights["drawn"], file, made)


def restore(folder):
    """Reads what `store` wrote. Returns the record and its data."""
    record = json.loads((folder / "case.json").read_text())
    load = lambda f: numpy.load(folder / f, allow_pickle=False)
    given = lambda f: drawn.read(folder / f)["input"] if f.endswith(".drawn") else load(f)
    return record, Data(
        weights=[(w["root"], whole(folder, w)) for w in record["weights"]],
        inputs={n: given(f) for n, f in record["inputs"].items()},
        outputs={
            n: Output(
                load(o["file"]).astype(numpy.float64), "unit" if o.get("unit") else o.get("saturates"),
                o.get("step", 1))
            for n, o in record["outputs"].items()
        },
        vocabulary=folder / record["vocabulary"] if record["vocabulary"] else None,
    )


def digest(*parts):
    """A short key of texts and of the contents of files and folders of Python sources."""
    h = hashlib.sha256()
    for part in parts:
        files = sorted(part.glob("*.py")) if isinstance(part, Path) and part.is_dir() else [part]
        for p in files:
            h.update(p.read_bytes() if isinstance(p, Path) else str(p).encode())
            h.update(b"\0")
    return h.hexdigest()[:16]
