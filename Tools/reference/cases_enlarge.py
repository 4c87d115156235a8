"""Super-resolution and styles, with synthetic weights; real_networks.py has trained ones."""

import numpy

import enlargers
from case import block


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
