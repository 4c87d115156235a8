"""The runtimes that Tools/bench runs beside PyTorch and ONNX Runtime. pip fetches them once, in the versions
of Tools/requirements-bench.txt, into `tgraph/bench` of the cache folder. What they need beyond NumPy serves
tools that are not used, among them one that reports home, so nothing else is fetched."""

import importlib.metadata

from pip_folder import PipFolder

PACKAGES = PipFolder("bench")
CACHE = PACKAGES.cache
SHOWN = ("torch", "onnxruntime", "openvino", "MNN", "ncnn", "pnnx")

folder = PACKAGES.folder
install = PACKAGES.install
use = PACKAGES.use


def converter():
    """The program that turns a trace of PyTorch into ncnn's files."""
    return folder() / "pnnx/pnnx"


def versions():
    use()
    found = {}
    for name in SHOWN:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found
