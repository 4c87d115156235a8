"""Cases of GAN-CLS and GAN-INT (Reed et al., ICML 2016): the forms of the authors' scripts, a port, and
captions through char-CNN-RNN. More are in inversion_cases.py."""

import numpy

import gan_cls_pytorch
import gan_int_cls
import synthetic
from arrays import Data, Output, tensor
from case import Case, array, normal
from paint_case import centre, kinds, save, scenes, spelled
from stackgan_v2 import Wrapped


def painter_gains(residuals, last):
    more = 2 * (residuals - 1)
    places = [at + 2 * r for at in (5, 10 + more) for r in range(residuals)]
    return {f"modules.{p}.modules.2.modules.7": 0.5 for p in places} | {
        f"modules.{19 + 2 * more}": last}


def pairs(name, graph, function, batch, seed, settings, make_painter, make_judge, gains, head,
          textSize=1024, z=100, step=1):
    """A generator and a discriminator, each in a file of its own."""

    def build(folder, shared):
        rng = numpy.random.default_rng(seed + 2)
        painter, judge = make_painter(), make_judge()
        states = [synthetic.fill(painter, seed, gains), synthetic.fill(judge, seed + 1)]
        text = normal(rng, batch, textSize)
        if function == "generate":
            inputs = {"text": text, "z": normal(rng, batch, z)}
            outputs = {"image": painter(*[tensor(v) for v in inputs.values()])}
        else:
            inputs = {"image": scenes(rng, batch, 64), "text": text}
            given = [tensor(v) for v in inputs.values()]
            states[1] = centre(judge, [head], lambda: judge(*given))
            outputs = {"probability": judge(*given)}
        weights = [(r, save(s, folder / f"{r}.safetensors")) for r, s in zip("GD", states)]
        return Data(weights, inputs,
                    {n: Output(array(r), kinds([n])[n], step if r.ndim == 4 else 1)
                     for n, r in outputs.items()})

    return Case(name, graph, function, batch, settings, build)


def speaks(name, function, batch, seed, g=128, d=64, textSize=1024, narrowed=128, z=100, coco=False,
           residuals=1, branch=True, last=0.35,
           step=1):
    return pairs(
        name, "gan-int-cls", function, batch, seed,
        dict(g=g, d=d, textSize=textSize, narrowed=narrowed, z=z, coco=coco, residuals=residuals,
             branch=branch),
        lambda: gan_int_cls.Generator(g, textSize, narrowed, z, residuals),
        lambda: gan_int_cls.Discriminator(d, textSize, narrowed, coco, branch),
        painter_gains(residuals, last), "modules.6", textSize, z, step)


def ports(name, function, batch, seed, g=64, d=64, textSize=1024, narrowed=128, z=100, last=1.0,
          step=1):
    return pairs(
        name, "gan-cls-pytorch", function, batch, seed,
        dict(g=g, d=d, textSize=textSize, narrowed=narrowed, z=z),
        lambda: Wrapped(gan_cls_pytorch.Generator(g, textSize, narrowed, z)),
        lambda: Wrapped(gan_cls_pytorch.Discriminator(d, textSize, narrowed)),
        {"module.netG.12": last}, "module.netD_2.0", textSize, z, step)


def spells(name, function, lengths, seed, torch7=False, g=12, d=6, textSize=10, narrowed=9, z=7):
    """A caption through char-CNN-RNN."""
    painter = gan_int_cls.Generator(g, textSize, narrowed, z)
    judge = gan_int_cls.Discriminator(d, textSize, narrowed)

    def networks(text, given):
        states = [synthetic.fill(painter, seed + 2, painter_gains(1, 0.35)),
                  synthetic.fill(judge, seed + 3)]
        if function == "judge":
            states[1] = centre(judge, ["modules.6"], lambda: judge(given["image"], text))
        return list(zip("GD", states))

    count = len(lengths)
    results = {
        "generate": lambda text, given: {"image": painter(text, given["z"])},
        "judge": lambda text, given: {"probability": judge(given["image"], text)},
        "encode": lambda text, given: {"vector": text},
    }[function]
    inputs = {
        "generate": lambda rng: {"z": normal(rng, count, z)},
        "judge": lambda rng: {"image": scenes(rng, count, 64)},
        "encode": lambda rng: {},
    }[function]
    return spelled(name, "gan-int-cls", lengths, dict(g=g, d=d, textSize=textSize, narrowed=narrowed, z=z),
                   textSize, networks, inputs, results, seed, torch7=torch7, function=function)


NARROW = dict(g=9, d=7, textSize=30, narrowed=11, z=7)

CASES = [
    speaks("gan-int-cls-coco-generate-1", "generate", 1, 1401, g=196, d=8, coco=True),
    speaks("gan-int-cls-coco-full-judge-3", "judge", 3, 1402, g=8, d=196, coco=True),
    speaks("gan-int-cls-coco-bare-judge-3", "judge", 3, 1403, g=8, d=196, coco=True, branch=False),
    speaks("gan-int-cls-large-1", "generate", 1, 1404, residuals=2),
    speaks("gan-int-cls-large-narrow-3", "generate", 3, 1405, residuals=2, **NARROW),
    speaks("gan-int-cls-narrow-judge-3", "judge", 3, 1406, **NARROW),
    ports("gan-cls-pytorch-1", "generate", 1, 1411),
    ports("gan-cls-pytorch-narrow-3", "generate", 3, 1412, **NARROW),
    ports("gan-cls-pytorch-judge-3", "judge", 3, 1413),
    ports("gan-cls-pytorch-narrow-judge-3", "judge", 3, 1414, **NARROW),
    spells("gan-int-cls-caption-3", "generate", [60, 21, 7], 1421),
    spells("gan-int-cls-caption-torch7-3", "generate", [60, 21, 7], 1422, torch7=True),
    spells("gan-int-cls-caption-judge-3", "judge", [60, 21, 7], 1423),
    spells("gan-int-cls-caption-encode-3", "encode", [60, 21, 7], 1424),
]

TINY = dict(g=2, d=1, textSize=5, narrowed=4, z=3, step=7)

FIXTURES = [
    speaks("gan-int-cls", "generate", 2, 1431, **TINY),
    speaks("gan-int-cls-large", "generate", 2, 1432, residuals=2, **TINY),
    speaks("gan-int-cls-judge", "judge", 2, 1433, coco=True, **TINY),
    ports("gan-cls-pytorch", "generate", 2, 1434, **TINY),
    ports("gan-cls-pytorch-judge", "judge", 2, 1435, **TINY),
]
