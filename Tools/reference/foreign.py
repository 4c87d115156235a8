"""The initialisers of an ONNX graph."""

from pathlib import Path

import numpy


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
