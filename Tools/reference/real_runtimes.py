"""The runtimes of the sources: what each makes of its own file. Arrays are batch first; numbers are
rounded to float32 and to nothing shorter."""

import numpy

from real_packages import runtime


def ncnn(param, data):
    """The blob `output` of a network of ncnn for its blob `data`, 1 x C x H x W; on the CPU, without
    half floats."""
    engine = runtime("ncnn")
    network = engine.Net()
    for name in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage", "vulkan_compute"):
        setattr(network.opt, f"use_{name}", False)
    network.opt.num_threads = 1
    if network.load_param(str(param)) or network.load_model(str(param.with_suffix(".bin"))):
        raise ValueError(f"ncnn cannot read {param}")
    extractor = network.create_extractor()
    given = engine.Mat(numpy.ascontiguousarray(data[0])).clone()
    extractor.input("data", given)
    status, found = extractor.extract("output")
    if status:
        raise ValueError(f"ncnn ends with {status} on {param}")
    return numpy.array(found)[None]


def onnx(path, *arrays):
    """The outputs of an ONNX file for its inputs, in their order."""
    engine = runtime("onnxruntime")
    options = engine.SessionOptions()
    options.intra_op_num_threads = 1
    session = engine.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [i.name for i in session.get_inputs()]
    return session.run(None, dict(zip(names, arrays)))
