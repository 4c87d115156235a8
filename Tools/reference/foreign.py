"""Tensors of files that are not PyTorch's: the pair of ncnn, and the initialisers of an ONNX graph."""

import struct
from pathlib import Path

import numpy


def ncnn(param):
    """Tensors of convolutions (kernel, bias) and PReLU (slopes) in the order of the layers; kernels of
    half floats as float32. `param` is the text file, the numbers lie beside it in a .bin."""
    data = Path(param).with_suffix(".bin").read_bytes()
    found, at = [], 0

    def take(count, kind):
        nonlocal at
        values = numpy.frombuffer(data, kind, count, at)
        at += values.nbytes
        return values.astype(numpy.float32)

    for line in Path(param).read_text().splitlines()[2:]:
        kind, _, inputs, outputs, *rest = line.split()
        keys = dict(k.split("=") for k in rest[int(inputs) + int(outputs):])
        if kind == "Convolution":
            out, size, count = (int(keys[k]) for k in "016")
            tag = struct.unpack_from("<I", data, at)[0]
            at += 4
            if tag not in (0, 0x01306B47):
                raise ValueError(f"tag {tag:x} of a kernel")
            kernel = take(count, "<f2" if tag else "<f4")
            at += -at % 4
            found.append(kernel.reshape(out, -1, size, size))
            if keys.get("5") == "1":
                found.append(take(out, "<f4"))
        elif kind == "PReLU":
            found.append(take(int(keys["0"]), "<f4"))
    if at != len(data):
        raise ValueError(f"{len(data) - at} bytes left in {param}")
    return found


def _fields(message):
    """Number and value of each field of a Protocol Buffers message."""
    at = 0

    def number():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = number()
        field, kind = key >> 3, key & 7
        if kind == 0:
            yield field, number()
            continue
        count = number() if kind == 2 else {1: 8, 5: 4}[kind]
        yield field, message[at : at + count]
        at += count


def onnx(path):
    """The float32 initialisers of a graph by name."""
    found = {}
    for field, graph in _fields(Path(path).read_bytes()):
        for part, tensor in _fields(graph) if field == 7 else ():
            if part != 5:
                continue
            shape, name, raw = [], None, None
            for key, value in _fields(tensor):
                if key == 1:
                    shape += [value] if isinstance(value, int) else list(value)
                elif key == 8:
                    name = value.decode()
                elif key == 9:
                    raw = value
            if raw is not None and len(raw) == 4 * int(numpy.prod(shape)):
                found[name] = numpy.frombuffer(raw, "<f4").reshape(shape)
    return found
