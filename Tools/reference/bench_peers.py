"""The runtimes that Tools/bench times: each loads one network, runs it, and hands out its results. A class
has `prepare(job)`, after which `run()` is what is timed and `results()` gives the outputs in order.

`job` is what bench_worker.py is told: `module` (a pickled PyTorch module), `onnx` (our export), `inputs` (an
.npz), `outputs` (names), `threads`, `folder` (for what is converted).
"""

import re
import resource
import subprocess
import sys
from pathlib import Path

import numpy

import bench_packages


class Refused(Exception):
    """A runtime cannot convert or run a network; the text is one line."""


def first_line(text, marks=("error", "fail", "not support", "cannot", "unknown")):
    """The line of a program's output that says what is wrong, without names of folders."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("what():", "RuntimeError:"))]
    telling += [line for line in lines if any(mark in line.lower() for mark in marks)]
    line = (telling or lines or ["it says nothing"])[0]
    return re.sub(r"(?<!\w)/(?:[\w.+-]+/)+", "", line)[:160]


def arrays(job):
    with numpy.load(job["inputs"]) as file:
        return {name: file[name] for name in file.files}


MOST = 8 * 2**30
"""Bytes of addresses that a converter may take: pnnx asks for 20 GB for Real-ESRGAN, which would leave no
memory for other programs of the machine."""


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))


def converted(command, made, limit=300):
    """Runs a converter in a process of its own, so that its memory is not the runtime's."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=limit, preexec_fn=bounded)
    except subprocess.TimeoutExpired:
        raise Refused(f"its converter needs more than {limit} s") from None
    if "bad_alloc" in done.stderr:
        raise Refused(f"its converter needs more than {MOST >> 30} GiB")
    if done.returncode or not made.exists():
        raise Refused(
            f"its converter ends with {done.returncode}: {first_line(done.stderr + done.stdout)}")


class Torch:
    """PyTorch as it is."""

    def prepare(self, job):
        import torch

        torch.set_num_threads(job["threads"])
        torch.set_grad_enabled(False)
        self.torch = torch
        module = torch.load(job["module"], weights_only=False)
        self.given = [torch.from_numpy(a) for a in arrays(job).values()]
        self.module = self.made(module)

    def made(self, module):
        return module

    def run(self):
        self.found = self.module(*self.given)

    def results(self):
        return [r.numpy() for r in self.found]


class ChannelsLast(Torch):
    """PyTorch with weights and pictures in channels-last order."""

    def made(self, module):
        layout = self.torch.channels_last
        self.given = [g.to(memory_format=layout) if g.ndim == 4 else g for g in self.given]
        for tensor in [*module.parameters(), *module.buffers()]:
            if tensor.ndim == 4:
                tensor.data = tensor.data.contiguous(memory_format=layout)
        return module


class Script(Torch):
    """A trace of TorchScript, frozen, and optimised for inference where that works."""

    def made(self, module):
        jit = self.torch.jit
        frozen = jit.freeze(jit.trace(module, self.given, check_trace=False))
        try:
            optimised = jit.optimize_for_inference(frozen)
            optimised(*self.given)
            return optimised
        except RuntimeError:  # Some of what it puts in fails when it is run.
            return jit.freeze(jit.trace(module, self.given, check_trace=False))


class Compiled(Torch):
    """torch.compile with its default settings."""

    def made(self, module):
        return self.torch.compile(module)


class CompiledFrozen(Torch):
    """torch.compile with weights as constants (freezing)."""

    def made(self, module):
        from torch._inductor import config

        config.freezing = True
        return self.torch.compile(module)


class ONNXRuntime:
    """ONNX Runtime on the processor, all its rewriting on."""

    TYPES = {"tensor(float)": numpy.float32, "tensor(int32)": numpy.int32, "tensor(int64)": numpy.int64}

    def prepare(self, job):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = job["threads"]
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            job["onnx"], options, providers=["CPUExecutionProvider"])
        given = arrays(job)
        self.given = {
            i.name: numpy.ascontiguousarray(
                given[i.name], self.TYPES[i.type]).reshape(i.shape)
            for i in self.session.get_inputs() if i.name in given}
        self.names = job["outputs"]

    def run(self):
        self.found = self.session.run(self.names, self.given)

    def results(self):
        return self.found


class OpenVINO:
    """OpenVINO on the processor, in float32 and for latency."""

    def prepare(self, job):
        bench_packages.use()
        import openvino

        core = openvino.Core()
        model = core.read_model(job["onnx"])
        settings = {
            "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": job["threads"], "NUM_STREAMS": 1}
        compiled = core.compile_model(model, "CPU", settings)
        self.request = compiled.create_infer_request()
        given = arrays(job)
        for port in compiled.inputs:
            name = port.get_any_name()
            value = numpy.ascontiguousarray(given[name], port.get_element_type().to_dtype())
            self.request.set_tensor(
                name, openvino.Tensor(value.reshape(tuple(port.get_shape())), shared_memory=False))
        self.names = job["outputs"]

    def run(self):
        self.request.infer()

    def results(self):
        return [numpy.array(self.request.get_tensor(name).data) for name in self.names]


class MNN:
    """MNN on the processor, in high precision, of our ONNX file."""

    # Not `MNN.tools.mnnconvert`: that module installs a package and sends what is converted to its makers.
    CONVERT = ("import sys; sys.path.append(sys.argv[1]); import _tools; "
               "_tools.mnnconvert(['mnnconvert', '-f', 'ONNX', '--modelFile', sys.argv[2], "
               "'--MNNModel', sys.argv[3], '--bizCode', 'bench'])")

    def prepare(self, job):
        bench_packages.use()
        made = Path(job["folder"]) / f"{Path(job['onnx']).stem}.mnn"
        if not made.exists():
            converted([sys.executable, "-c", self.CONVERT, bench_packages.folder(), job["onnx"], made],
                      made)
        import MNN as mnn

        self.mnn, self.network = mnn, mnn.Interpreter(str(made))
        self.session = self.network.createSession(
            {"backend": "CPU", "precision": "high", "numThread": job["threads"]})
        given = arrays(job)
        self.given = [
            (tensor, self.host(given[name], tuple(tensor.getShape())))
            for name, tensor in self.network.getSessionInputAll(self.session).items()]
        self.names = job["outputs"]

    def host(self, value, shape):
        """An input as MNN copies it."""
        whole = value.dtype == numpy.int64
        value = value.astype(numpy.int32 if whole else numpy.float32).reshape(shape)
        return self.mnn.Tensor(
            shape, self.mnn.Halide_Type_Int if whole else self.mnn.Halide_Type_Float,
            numpy.ascontiguousarray(value), self.mnn.Tensor_DimensionType_Caffe)

    def run(self):
        for tensor, value in self.given:  # A run may use their memory for other things.
            tensor.copyFrom(value)
        if self.network.runSession(self.session):
            raise Refused("its session ends with an error")

    def results(self):
        return [self.fetched(name) for name in self.names]

    def fetched(self, name):
        tensor = self.network.getSessionOutput(self.session, name)
        shape = tuple(tensor.getShape())
        host = self.mnn.Tensor(shape, self.mnn.Halide_Type_Float, numpy.zeros(shape, numpy.float32),
                               self.mnn.Tensor_DimensionType_Caffe)
        tensor.copyToHostTensor(host)
        return numpy.array(host.getData(), numpy.float32).reshape(shape)


TRACE = """
import sys
import numpy, torch
torch.set_grad_enabled(False)
with numpy.load(sys.argv[2]) as file:
    given = [torch.from_numpy(file[name]) for name in file.files]
torch.jit.trace(torch.load(sys.argv[1], weights_only=False), given, check_trace=False).save(sys.argv[3])
"""
"""Writes a trace of a pickled module; run in a process of its own, from the folder of the modules."""


class NCNN:
    """ncnn without half floats, of what pnnx makes of a trace of PyTorch; with the route `onnx` in the job, of
    our ONNX file, with `published` of ncnn's own description. A network of ncnn has no batch."""

    HALVES = ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage", "vulkan_compute")

    def prepare(self, job):
        given = arrays(job)
        if next(iter(given.values())).shape[0] != 1:
            raise Refused("its networks have no batch")
        bench_packages.use()
        if job.get("route") == "onnx":
            base, inputs, outputs = self.from_export(job, given)
        elif job.get("route") == "published":
            base, inputs, outputs = self.from_published(job), list(given), job["outputs"]
        else:
            base, inputs, outputs = self.from_trace(job, given), list(given), job["outputs"]
        import ncnn

        self.ncnn, self.network = ncnn, ncnn.Net()
        for name in self.HALVES:
            setattr(self.network.opt, f"use_{name}", False)
        self.network.opt.num_threads = job["threads"]
        param = base.with_suffix(".ncnn.param")
        if (self.network.load_param(str(param))
                or self.network.load_model(str(base.with_suffix(".ncnn.bin")))):
            raise Refused(self.unknown(param))
        taken = self.network.input_names()
        self.given = [(f"in{k}", self.item(given[name])) for k, name in enumerate(inputs)
                      if f"in{k}" in taken]
        self.names = [f"out{outputs.index(name)}" for name in job["outputs"]]

    def from_published(self, job):
        """Joins ncnn's own description of a network, whose blobs are `data` and `output`, with our weights:
        its convolutions come in the order of PyTorch's. Says where the files are."""
        import torch

        base = Path(job["folder"]) / "published"
        text = Path(job["published"]).read_text()
        for ours, theirs in (("in0", "data"), ("out0", "output")):
            text = re.sub(rf"\b{theirs}\b", ours, text)
        base.with_suffix(".ncnn.param").write_text(text)
        kinds = [line.split()[0] for line in text.splitlines()[2:]]
        sys.path.insert(0, str(Path(__file__).resolve().parent))
        module = torch.load(job["module"], weights_only=False)
        layers = [m for m in module.modules() if isinstance(m, torch.nn.Conv2d)]
        if kinds.count("Convolution") != len(layers):
            raise Refused("its own description has another number of convolutions")
        # Before each kernel a word says how it is stored: 0 for float32.
        pieces = [b"\0\0\0\0" + m.weight.detach().numpy().tobytes() + m.bias.detach().numpy().tobytes()
                  for m in layers]
        base.with_suffix(".ncnn.bin").write_bytes(b"".join(pieces))
        return base

    def from_trace(self, job, given):
        """Converts a trace; says where the files are."""
        base = Path(job["folder"]) / "traced"
        trace = base.with_suffix(".pt")
        place = str(Path(__file__).resolve().parent)
        code = f"import sys; sys.path.insert(0, {place!r})\n" + TRACE
        converted([sys.executable, "-c", code, job["module"], job["inputs"], trace], trace)
        kinds = {numpy.dtype("float32"): "f32", numpy.dtype("int64"): "i64"}
        shapes = ",".join(
            str(list(v.shape)).replace(" ", "") + kinds[v.dtype] for v in given.values())
        converted([bench_packages.converter(), trace, f"inputshape={shapes}", "fp16=0", "device=cpu"],
                  base.with_suffix(".ncnn.bin"))
        return base

    def from_export(self, job, given):
        """Converts our ONNX file. Says where the files are, and the order of inputs and outputs."""
        inputs, outputs = job["onnx_inputs"], job["onnx_outputs"]
        base, files = Path(job["onnx"]).with_suffix(""), []
        for name in inputs:
            value = given[name]
            files.append(base.with_name(f"pnnx-{name}.npy"))
            numpy.save(files[-1], value.astype(numpy.int32) if value.dtype == numpy.int64 else value)
        converted([bench_packages.converter(), job["onnx"], f"input={','.join(map(str, files))}", "fp16=0",
                   "device=cpu"], base.with_suffix(".ncnn.bin"))
        return base, inputs, outputs

    def unknown(self, param):
        """Which layers of a file that cannot be loaded are not ncnn's own."""
        kinds = {line.split()[0] for line in param.read_text().splitlines()[2:] if line.strip()}
        foreign = sorted(k for k in kinds if "." in k or ":" in k)
        return f"it has no layer for what pnnx leaves: {', '.join(foreign) or 'not said'}"

    def item(self, value):
        """An input without its batch."""
        value = value[0] if value.ndim > 1 else value
        value = value.astype(numpy.int32 if value.dtype == numpy.int64 else numpy.float32)
        return self.ncnn.Mat(numpy.ascontiguousarray(value)).clone()

    def run(self):
        extractor = self.network.create_extractor()
        for name, mat in self.given:
            extractor.input(name, mat)
        self.found = []
        for name in self.names:
            status, mat = extractor.extract(name)
            if status:
                raise Refused(f"it ends with {status} at {name}")
            self.found.append(mat)

    def results(self):
        return [numpy.array(mat)[None] for mat in self.found]


class Products:
    """Products of two square matrices by PyTorch's library, as a measure of the machine."""

    def prepare(self, job):
        import torch

        torch.set_num_threads(job["threads"])
        self.a, self.b = (torch.randn(job["size"], job["size"]) for _ in range(2))
        self.out = self.a @ self.b
        self.torch = torch

    def run(self):
        self.torch.mm(self.a, self.b, out=self.out)

    def results(self):
        return []


KINDS = {
    "torch": Torch, "torch-channels-last": ChannelsLast, "torch-script": Script,
    "torch-compile": Compiled, "torch-compile-frozen": CompiledFrozen, "onnxruntime": ONNXRuntime,
    "openvino": OpenVINO, "mnn": MNN, "ncnn": NCNN, "products": Products}
COMPILED = ("torch-compile", "torch-compile-frozen")
