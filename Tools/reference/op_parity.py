"""Tools/op-parity: every operation of the language, with every argument, against PyTorch.

A line per case: the greatest deviation, relative to the largest value, of the ops' references (the
inputs as tensors of the file, folded at compile time), of the kernels at O0 and at O2. Then what of the
language no case covers; anything is a failure. --fixtures writes Tests/Fixtures/operations, by which the
tests hold references, kernels and gradients without PyTorch.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

import numpy
import torch
from safetensors.numpy import save_file

import exported
import op_cases_elements
import op_cases_pictures
import op_cases_sequences
from harness import REPOSITORY, Failed, call, judge, named
from op_case import options

FIXTURES = REPOSITORY / "Tests/Fixtures/operations"
CASES = op_cases_pictures.CASES + op_cases_sequences.CASES + op_cases_elements.CASES
REFERENCE, KERNEL = 2e-6, 5e-6
"""Bounds relative to max(|b|, 1e-3): folding rounds every op's result to float32, kernels add in float32."""

ELSEWHERE = {"adam", "sgd", "lbfgs", "skip"}
"""Recipes of objectives compute nothing by themselves: Tools/reference/optimizers.py holds their steps. What
`skip` is given it hands on."""


def page(case, folded=True):
    """The case as a model: `run` takes inputs, `known` the same as tensors of the file."""
    def shape(array):
        return str(list(array.shape[1:]))

    types = {n: case.kinds.get(n, f"Tensor{shape(a)}") for n, a in case.inputs.items()}
    signature = ", ".join(f"{n}: {t}" for n, t in types.items())
    stored = "\n".join(
        f'    let {n} = parameter("input.{n}", {shape(a)})' for n, a in case.inputs.items())
    result = f"(y: Tensor{case.size})"
    names = ", ".join(case.inputs)
    known = "" if has_no_known(case) or not folded else f"""
  func known() -> {result} {{
{stored}
    return compute({names})
  }}
"""
    return f"""{case.prelude}model Case() {{
  func compute({names}) {{ return {case.call} }}

  func run({signature}) -> {result} {{ return compute({names}) }}
{known}}}
"""


def has_no_known(case):
    """Items that influence each other, and pictures whose range is known, have no folded form."""
    return case.mixes or bool(case.kinds)


def compiling(case, folder):
    """What tgc is told of the case, whose page and weights are written into the folder."""
    (folder / "case.tgraph").write_text(page(case))
    tensors = {**case.weights, **{f"input.{n}": a[0] for n, a in case.inputs.items()}}
    if has_no_known(case):
        tensors = dict(case.weights)
    weights = []
    if tensors:
        save_file({n: numpy.array(a, order="C") for n, a in tensors.items()}, folder / "w.safetensors")
        weights = ["--weights", folder / "w.safetensors"]
    return [folder / "case.tgraph", *weights, "--batch", case.batch, "-q"]


def export(case, folder):
    """What ONNX Runtime makes of the exported case."""
    path = folder / "case.onnx"
    call("tgc", *compiling(case, folder), "--emit", "onnx", "--function", "run", "-o", path)
    return exported.produce(path, case.inputs, ["y"])["y"]


def execute(case, folder):
    """What references, O0 and O2 make of the case."""
    command = compiling(case, folder)
    given = []
    for name, array in case.inputs.items():
        numpy.save(folder / f"{name}.npy", array)
        given += ["--input", f"{name}={folder / name}.npy"]
    for level in (0, 2):
        plan = folder / f"{level}.tplan"
        call("tgc", *command, f"-O{level}", "-o", plan)
        call("tgrun", plan, "--function", "run", *given, "--output", f"y={folder / f'{level}.npy'}", "-q")
    if has_no_known(case):
        return None, numpy.load(folder / "0.npy"), numpy.load(folder / "2.npy")
    call("tgrun", folder / "2.tplan", "--function", "known", "--output", f"y={folder / 'known.npy'}", "-q")
    return [numpy.load(folder / f"{n}.npy") for n in ("known", "0", "2")]


def deviation(found, expected):
    if found is None:
        return None
    if found.size != expected.size:
        raise Failed(f"{list(found.shape)} instead of {list(expected.shape)}")
    difference = numpy.abs(found.reshape(expected.shape) - expected).max()
    return float("inf") if numpy.isnan(difference) else difference / max(numpy.abs(expected).max(), 1e-3)


def run(case):
    expected = case.values()
    with tempfile.TemporaryDirectory() as folder:
        known, plain, fused = execute(case, Path(folder))
    found = [deviation(known if known is None else known[:1], expected[:1]), deviation(plain, expected), deviation(fused, expected)]
    slack = case.tolerance or 0
    bounds = [REFERENCE + slack, KERNEL + slack, KERNEL + slack]
    good = all(f is None or f <= b for f, b in zip(found, bounds))
    numbers = " ".join("       -" if f is None else f"{f:8.1e}" for f in found)
    print(f"{numbers}  {'pass' if good else 'FAIL'}  {case.name}", flush=True)
    return good


def run_exported(case):
    with tempfile.TemporaryDirectory() as folder:
        found = deviation(export(case, Path(folder)), case.values())
    good = bool(found <= KERNEL + (case.tolerance or 0))
    print(f"{found:12.1e}  {'pass' if good else 'FAIL'}  {case.name}", flush=True)
    return good


def language():
    """The arguments of every operation, as the language's own table lists them (kept current by a test)."""
    return json.loads((FIXTURES / "language.json").read_text())


def uncovered():
    """Operations and arguments that no case gives."""
    missing = []
    for operation, parameters in language().items():
        if operation in ELSEWHERE:
            continue
        given = set()
        for case in CASES:
            given |= options(case.call, operation, parameters)
        missing += [f"{operation}({p}:)" for p in parameters if p not in given]
    return missing


def write_fixtures():
    """One file of pages and one of numbers."""
    tensors, names, records = {}, {}, []

    def keep(array):
        array = numpy.array(array, numpy.float32, order="C")
        name = names.setdefault((array.shape, array.tobytes()), str(len(names)))
        tensors[name] = array
        return name

    for case in CASES:
        given = {o: sorted(options(case.call, o, parameters)) for o, parameters in language().items()}
        record = dict(
            name=case.name, page=page(case, folded=False), batch=case.batch,
            arguments={o: names for o, names in given.items() if names},
            inputs={n: keep(a) for n, a in case.inputs.items()},
            weights={n: keep(a) for n, a in case.weights.items()}, result=keep(case.values()))
        if case.tolerance:
            record["tolerance"] = case.tolerance
        if case.gradient:
            record["cotangent"] = keep(case.cotangent())
            record["gradients"] = {n: keep(a) for n, a in case.gradients().items()}
        records.append(record)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(record) for record in records)
    (FIXTURES / "cases.json").write_text(f"[\n{lines}\n]\n")
    save_file(tensors, FIXTURES / "values.safetensors")
    (FIXTURES / "values.safetensors").chmod(0o644)
    size = sum(f.stat().st_size for f in FIXTURES.iterdir())
    print(f"{len(records)} cases, {size:,} bytes")


def main():
    parser = argparse.ArgumentParser(prog="Tools/op-parity", description=__doc__)
    parser.add_argument("pattern", nargs="?", default="*", help="cases by name: a part or a glob")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument("--fixtures", action="store_true", help="write Tests/Fixtures/operations")
    parser.add_argument(
        "--onnx", action="store_true",
        help="hold what tgc --emit onnx writes of each case, run by ONNX Runtime, instead")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.fixtures:
        write_fixtures()
        return 0
    cases = named(arguments.pattern, CASES)
    if not cases:
        return 64
    if arguments.list:
        print("\n".join(case.name for case in cases))
        return 0
    if arguments.onnx:
        print("ONNX Runtime")
        return judge(cases, run_exported)
    print("references       O0       O2")
    status = judge(cases, run)
    if arguments.pattern != "*":
        return status
    missing = uncovered()
    if missing:
        print("no case covers " + ", ".join(missing), file=sys.stderr)
        return 76
    print(f"{len(language()) - len(ELSEWHERE)} operations, every argument of each")
    return status


if __name__ == "__main__":
    sys.exit(main())
