"""Runs test vectors of ONNX's operators through tgc and tgrun.

  Tools/onnx-vectors FOLDER [--bin FOLDER] [--only WORD] [--part K/N] [--light]

FOLDER holds vectors as the onnx project lays them out: `…/model.onnx` beside `test_data_set_N/input_M.pb`
and `output_M.pb`. With --light the networks that the pip package `onnx` brings are run, too. Each vector
passes (all outputs within 1e-3 of their size and 1e-5), is refused by name (status 65, or 76 for numbers
that are infinite), or FAILS; a vector that fails ends the run with status 76. Vectors give as inputs what
networks have as constants (sizes, axes, scales): where that is why one is refused, it is tried again with
all inputs but the first as tensors of the file.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import numpy_helper

root = pathlib.Path(__file__).resolve().parents[2]
relative, absolute = 1e-3, 1e-5


def call(*command: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600)


def first_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[0] if lines else ""


def load(path: pathlib.Path) -> numpy.ndarray:
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(tensor)


class Refused(Exception):
    pass


class Vector:
    """A model with its sets of inputs and outputs."""

    def __init__(self, bin: pathlib.Path, model: pathlib.Path, work: pathlib.Path):
        self.bin, self.model, self.work = bin, model, work
        self.graph = onnx.load(model).graph

    def bind(self, inputs: list) -> list:
        """Makes all inputs but the first tensors of the file; returns the first."""
        whole = onnx.load(self.model)
        names = [value.name for value in whole.graph.input][: len(inputs)]
        for name, array in zip(names[1:], inputs[1:]):
            whole.graph.initializer.append(numpy_helper.from_array(array, name))
        self.model = self.work / "bound.onnx"
        onnx.save(whole, self.model)
        return inputs[:1]

    def page(self) -> str:
        result = call(self.bin / "tgc", self.model, "--emit", "tgraph")
        if result.returncode == 65:
            raise Refused(first_line(result.stderr))
        if result.returncode:
            raise AssertionError(f"tgc --emit tgraph: {result.returncode}: {first_line(result.stderr)}")
        return result.stdout

    def run(self, inputs: list, outputs: list) -> None:
        page = self.page()
        batched = "The leading axis of its inputs is the batch" in page
        head = re.search(r"func run\((.*?)\)\s*-> \((.*?)\) \{", page, re.S)
        names = re.findall(r"(\w+): Tensor\[", head[1])
        results = re.findall(r"(\w+): Tensor\[", head[2])
        batch = inputs[0].shape[0] if batched else 1
        plan = self.work / "model.tplan"
        made = call(self.bin / "tgc", self.model, "-o", plan, "--batch", batch, "-q")
        if made.returncode == 65:
            raise Refused("page: " + first_line(made.stderr))
        if made.returncode:
            raise AssertionError(f"tgc: {made.returncode}: {first_line(made.stderr)}")
        words: list = []
        for name, array in zip(names, inputs):
            path = self.work / f"in-{name}.npy"
            array = array.astype(numpy.float32)
            numpy.save(path, numpy.ascontiguousarray(array if batched else array[None]))
            words += ["--input", f"{name}={path}"]
        for name in results:
            words += ["--output", f"{name}={self.work}/out-{name}.npy"]
        ran = call(self.bin / "tgrun", plan, *words)
        if ran.returncode == 76 or "has inf" in ran.stderr or "has nan" in ran.stderr:
            raise Refused("run: " + first_line(ran.stderr))
        if ran.returncode:
            raise AssertionError(f"tgrun: {ran.returncode}: {first_line(ran.stderr)}")
        for name, wanted in zip(results, outputs):
            got = numpy.load(self.work / f"out-{name}.npy").reshape(wanted.shape)
            wanted = wanted.astype(numpy.float64)
            if not numpy.allclose(got, wanted, relative, absolute):
                worst = numpy.max(numpy.abs(got - wanted)) if got.size else 0
                raise AssertionError(f"{name} differs by {worst:.3g} at most")

    def sets(self):
        known = {tensor.name for tensor in self.graph.initializer}
        given = [value.name for value in self.graph.input if value.name not in known]
        for folder in sorted(self.model.parent.glob("test_data_set_*")):
            inputs = [load(path) for path in numbered(folder, "input")]
            outputs = [load(path) for path in numbered(folder, "output")]
            if len(inputs) == len(self.graph.input) != len(given):
                pairs = zip(self.graph.input, inputs)
                inputs = [array for value, array in pairs if value.name not in known]
            yield inputs, outputs


def numbered(folder: pathlib.Path, kind: str) -> list:
    return sorted(folder.glob(f"{kind}_*.pb"), key=lambda path: int(re.findall(r"\d+", path.stem)[-1]))


def light(folder: pathlib.Path):
    """The networks of the package: weights are constants of one number, inputs as their tests make them."""
    for model in sorted(folder.glob("*.onnx")):
        graph = onnx.load(model).graph
        known = {tensor.name for tensor in graph.initializer}
        shapes = [
            [size.dim_value for size in value.type.tensor_type.shape.dim]
            for value in graph.input if value.name not in known]
        inputs = [
            (numpy.arange(numpy.prod(shape)).reshape(shape) * (1 / numpy.prod(shape))).astype(numpy.float32)
            for shape in shapes]
        yield model, inputs, [load(model.with_name(model.stem + "_output_0.pb"))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("--bin", type=pathlib.Path, default=root / ".build/release")
    parser.add_argument("--only", default="")
    parser.add_argument("--part", default="0/1", help="every N-th vector from the K-th on")
    parser.add_argument("--light", action="store_true")
    options = parser.parse_args()
    passed, refused, failed = [], collections.defaultdict(list), []

    def attempt(name: str, model: pathlib.Path, sets) -> None:
        with tempfile.TemporaryDirectory() as work:
            try:
                vector = Vector(options.bin, model, pathlib.Path(work))
                for inputs, outputs in list(sets(vector)):
                    try:
                        vector.run(inputs, outputs)
                    except Refused as error:
                        if len(inputs) < 2 or not re.search("known|from an input|axis of 0|is an input", str(error)):
                            raise
                        vector.run(vector.bind(inputs), outputs)
                passed.append(name)
            except Refused as error:
                operators = sorted({node.op_type for node in vector.graph.node})
                refused[" ".join(operators)].append((name, str(error)))
            except Exception as error:  # whatever goes wrong is a failure of this vector
                failed.append((name, f"{type(error).__name__}: {error}"))

    if options.folder:
        first, step = map(int, options.part.split("/"))
        for model in sorted(options.folder.glob("**/model.onnx"))[first::step]:
            if options.only in str(model):
                attempt(model.parent.name, model, lambda vector: vector.sets())
    if options.light:
        data = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
        for model, inputs, outputs in light(data):
            if options.only in str(model):
                attempt(model.stem, model, lambda _: [(inputs, outputs)])
    for operators, vectors in sorted(refused.items()):
        print(f"refused {operators}: {len(vectors)}")
        for name, reason in vectors:
            print(f"    {name}: {reason[-200:]}")
    for name, reason in failed:
        print(f"FAILED {name}: {reason[:300]}")
    count = sum(len(vectors) for vectors in refused.values())
    print(f"{len(passed)} passed, {count} refused by name, {len(failed)} failed")
    if failed:
        sys.exit(76)


main()
