"""Tools/parity --onnx: holds exported ONNX files against PyTorch, in ONNX Runtime."""

import numpy

from harness import Failed, find_page
from running import compiled, options_of

SIZES = {"tensor(float)": numpy.float32, "tensor(int32)": numpy.int32, "tensor(int64)": numpy.int64}


def execute(case, data, folder):
    """Exports the case's function and runs it. Returns the produced arrays by output."""
    function = ["--function", case.function] if case.function else []
    path = compiled(
        find_page(case.graph), folder / f"{case.name}.onnx",
        options_of(case, data) + ["--emit", "onnx", *function])
    return produce(path, data.inputs, data.outputs)


def produce(path, inputs, outputs):
    """Checks an ONNX file as strictly as its own library does and runs it on the processor. Returns the
    arrays by output; one that is called like an input has the name NAME.out in the file."""
    import onnx
    import onnxruntime

    try:
        onnx.checker.check_model(str(path), full_check=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"])
        known = {i.name: i for i in [*session.get_inputs(), *session.get_overridable_initializers()]}
        given = {}
        for name, values in inputs.items():
            if name not in known:
                raise Failed(f"the exported function has no input {name}")
            given[name] = numpy.ascontiguousarray(
                values, dtype=SIZES[known[name].type]).reshape(known[name].shape)
        names = {o.name for o in session.get_outputs()}
        chosen = [n if n in names and n not in known else f"{n}.out" for n in outputs]
        return dict(zip(outputs, session.run(chosen, given)))
    except Failed:
        raise
    except Exception as reason:  # The libraries have no common class of errors.
        raise Failed(f"{type(reason).__name__}: {str(reason).splitlines()[0][:300]}") from reason
