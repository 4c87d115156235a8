"""The runtimes that Tools/bench runs beside PyTorch and ONNX Runtime. pip fetches them once, in the versions
of Tools/requirements-bench.txt, into `tgraph/bench` of the cache folder."""

import hashlib
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

from harness import REPOSITORY, NotRun

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tgraph/bench"
WANTED = REPOSITORY / "Tools/requirements-bench.txt"
SHOWN = ("torch", "onnxruntime", "openvino", "MNN", "ncnn", "pnnx")


def folder():
    """Where the packages are, or will be; another list or another Python has another folder."""
    key = hashlib.sha256(WANTED.read_bytes()).hexdigest()[:8]
    return CACHE / f"packages-{sys.version_info.major}{sys.version_info.minor}-{key}"


def install():
    """Fetches the packages if they are not there. What they need beyond NumPy serves tools that are not
    used, among them one that reports home, so nothing else is fetched."""
    place = folder()
    if (place / "installed").exists():
        return
    print(f"installing {' '.join(WANTED.read_text().split())} into {place}, once", file=sys.stderr)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary", ":all:", "--upgrade", "--target", place, "--requirement", WANTED],
        stdout=sys.stderr)
    if done.returncode:
        raise NotRun("pip could not fetch the runtimes; is the package index in reach?")
    (place / "installed").write_text(WANTED.read_text())


def use():
    """Lets this process import them."""
    if str(folder()) not in sys.path:
        sys.path.append(str(folder()))


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
