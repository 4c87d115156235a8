"""The objectives of pages, and those of `tgc --invert`, as PyTorch states them, with seeded weights
and inputs."""

import math
from dataclasses import dataclass, field
from typing import Callable

import numpy
import torch
from torch.nn import functional as F

import gan_int_cls
import indomain
import lpips
import real
import stylegan1
import stylegan1_port
import stylegan2
import synthetic
import vgg
from arrays import save_weights
from case import normal


@dataclass
class Problem:
    """What an objective works on. `prepare(given)` computes what no step changes, `start(given,
    fixed)` the variables, `terms(code, given, fixed, done, drawn)` the terms of the loss,
    `project(code)` what variables become after a step; `draws` are counts of normals for each round."""

    weights: list
    inputs: dict
    networks: list
    start: Callable
    terms: Callable
    prepare: Callable | None = None
    draws: dict = field(default_factory=dict)
    project: Callable | None = None


@dataclass
class Objective:
    """`rounds` are those of the plan's loop number `loop` of `loops`, `walk` those that PyTorch
    walks. With a `recipe` the page is a generator's, and `tgc --invert` adds the objective, which is
    minimised by that recipe instead."""

    name: str
    page: str
    name_on_page: str
    settings: dict
    build: Callable
    rate: Callable
    rounds: int
    walk: int
    loop: int = 0
    loops: int = 1
    recipe: str = ""

    @property
    def no_steps(self):
        return ",".join(["0"] * self.loops)


def mse(a, b):
    return (a - b).square().mean()


def scene(rng, size, channels=3):
    """A smooth picture in -1 to 1."""
    rough = torch.from_numpy(rng.standard_normal((1, channels, 7, 7)))
    smooth = F.interpolate(rough, size=(size, size), mode="bilinear", align_corners=False)
    fine = 0.1 * rng.standard_normal((1, channels, size, size))
    return numpy.tanh(smooth.numpy() + fine).astype(numpy.float32)


def weigh(folder, seed, networks):
    """Files of seeded weights: `networks` are (root, module, gains). Returns (root, file) pairs."""
    files = []
    for k, (root, module, gains) in enumerate(networks):
        files.append((root, folder / f"weights-{k}.safetensors"))
        save_weights(synthetic.fill(module, seed + k, gains), files[-1][1])
    return files


# Small generators


def digits(name, root, generator, codes, seed, gains, label=False, shaped=lambda z, given: (z,)):
    """`root` is the part that the weights are of, `shaped` what the generator takes."""

    def build(folder):
        G = generator()
        files = weigh(folder, seed, [(root, G, gains)])
        rng = numpy.random.default_rng(seed + 9)
        inputs = {"target": scene(rng, 28, 1), "random": normal(rng, 1, codes)}
        if label:
            inputs["label"] = numpy.asarray([3], numpy.int64)

        def terms(code, given, fixed, done, drawn):
            y = G(*shaped(code["z"], given)).view(1, 1, 28, 28)
            return [mse(y, given["target"])]

        return Problem(
            files, inputs, [G], lambda given, fixed: {"z": given["random"]}, terms)

    return Objective(
        name, name, "invert", {}, build, lambda t: 0.1, 500, 500, recipe="adam(rate: 0.1)")


def column(z, given):
    return (z[:, :, None, None],)


# Image2StyleGAN

PORT_TAPS = (0, 1, 5, 8)  # relu1_1, relu1_2, relu3_2, relu4_2


def embeds(name, objective, seed, loop=0, loops=1, rounds=5000, resolution=64, widest=64):
    layers = 2 * (resolution.bit_length() - 2)
    side = lambda l: 4 * 2 ** (l // 2)
    one = objective in ("embedW", "hierarchical") and loop == 0
    variable = "w" if one else "wPlus"

    def build(folder):
        G = stylegan1_port.Generator(resolution, widest)
        V = vgg.Features(relus=PORT_TAPS, normalize=False)
        files = weigh(folder, seed, [("G", G, {}), ("vgg", V, {})])
        rng = numpy.random.default_rng(seed + 9)
        picture = lambda: (scene(rng, resolution) + 1) / 2
        inputs = {"target": picture(), "many": normal(rng, 1, 1000, 512)}
        inputs |= {
            f"noise.{l}": normal(rng, 1, 1, side(l), side(l)) for l in range(layers)}
        if objective == "crossover":
            ramp = numpy.clip(numpy.linspace(-1, 2, resolution), 0, 1).astype(numpy.float32)
            inputs |= {
                "other": picture(),
                "mask": numpy.broadcast_to(ramp, (1, 1, resolution, resolution)).copy()}
        if objective == "embed":
            inputs["random"] = rng.uniform(-1, 1, (1, layers, 512)).astype(numpy.float32)

        def prepare(given):
            fixed = {"goal": V(given["target"]), "mean": G.map(given["many"][0])[:, 0].mean(0)}
            if objective == "crossover":
                fixed["second"] = V(given["other"])
            return fixed

        def start(given, fixed):
            if objective == "hierarchical" and loop == 0:
                return {"w": torch.zeros_like(fixed["mean"])}
            mean = fixed["mean"]
            return {variable: mean if one else mean.expand(layers, 512)}

        def masked(y, seen, target, goal, m):
            total = mse(y * m, target * m)
            for f, g in zip(seen, goal):
                small = m
                while small.shape[-1] > f.shape[-1]:
                    small = F.avg_pool2d(small, 2)
                total = total + mse(f * small, g * small)
            return total

        def terms(code, given, fixed, done, drawn):
            w = code[variable].expand(layers, 512)[None]
            noise = [given[f"noise.{l}"] for l in range(layers)]
            y = (G.synthesize(w, noise) + 1) / 2
            seen = V(y)
            if objective == "crossover":
                m = given["mask"]
                return [masked(y, seen, given["target"], fixed["goal"], m),
                        masked(y, seen, given["other"], fixed["second"], 1 - m)]
            return [sum(mse(f, g) for f, g in zip(seen, fixed["goal"])),
                    mse(y, given["target"])]

        return Problem(files, inputs, [G, V], start, terms, prepare)

    settings = dict(resolution=resolution, widest=widest)
    return Objective(
        name, "image2stylegan", objective, settings, build, lambda t: 0.01, rounds, 100, loop,
        loops)


# In-Domain inversion


def indomain_case(name, objective, seed, size=32, widest=64):
    layers = 2 * (size.bit_length() - 2)

    def build(folder):
        G = stylegan1.Generator(size, widest=widest)
        E, V = indomain.Encoder(size), vgg.Caffe()
        rgb = {f"synthesis.output{layers // 2 - 1}.conv": 0.4}
        files = weigh(folder, seed, [("G", G, rgb), ("E", E, {}), ("F", V, {})])
        rng = numpy.random.default_rng(seed + 9)
        inputs = {"target": scene(rng, size)}
        if objective == "diffuse":
            mask = numpy.zeros((1, 1, size, size), numpy.float32)
            mask[..., size // 4: 3 * size // 4, size // 3: 3 * size // 4] = 1
            inputs["mask"] = mask

        def prepare(given):
            seen = given["target"] * given.get("mask", 1)
            return {"features": V(seen), "code": E(given["target"])}

        def terms(code, given, fixed, done, drawn):
            y = G.synthesize(code["w"][None]).tanh()
            m = given.get("mask", 1)
            found = [
                mse(y * m, given["target"] * m), 5e-5 * mse(V(y * m), fixed["features"])]
            if objective == "invert":
                found.append(2.0 * mse(code["w"][None], E(y)))
            return found

        return Problem(
            files, inputs, [G, E, V], lambda given, fixed: {"w": fixed["code"][0]}, terms, prepare)

    settings = dict(size=size, widest=widest)
    return Objective(
        name, "idinvert", objective, settings, build, lambda t: 0.01, 100, 100)


# The projector of StyleGAN2


def projects(name, seed, resolution=64, widest=64, samples=50, rounds=250):
    maps = 2 * (resolution.bit_length() - 1) - 3
    side = lambda i: 4 * 2 ** ((i + 1) // 2)

    def build(folder):
        G = stylegan2.Generator(resolution, widest=widest)
        heads, trunk = lpips.LPIPS(), lpips.Trunk("vgg")
        files = weigh(folder, seed, [("G", G, {}), ("P", heads, {}), ("P.vgg", trunk, {})])
        rng = numpy.random.default_rng(seed + 9)
        inputs = {"target": scene(rng, resolution), "z": normal(rng, 1, samples, 512)}
        inputs |= {f"white.{i}": normal(rng, 1, 1, side(i), side(i)) for i in range(maps)}

        def prepare(given):
            w = G.mapped(given["z"][0])
            mean = w.mean(0)
            return {"mean": mean, "std": ((w - mean).square().sum() / samples).sqrt()}

        def start(given, fixed):
            code = {f"noise.{i}": given[f"white.{i}"][0] for i in range(maps)}
            return {"w": fixed["mean"]} | code

        def rough(n):
            total = 0
            while True:
                total = total + (n * n.roll(1, 3)).mean().square()
                total = total + (n * n.roll(1, 2)).mean().square()
                if n.shape[2] <= 8:
                    return total
                n = F.avg_pool2d(n, 2)

        def terms(code, given, fixed, done, drawn):
            noise = [code[f"noise.{i}"][None] for i in range(maps)]
            spread = 0.05 * fixed["std"] * max(0, 1 - done / 0.75) ** 2
            w = code["w"] + drawn["e"] * spread
            y = G.synthesize(w.expand(1, G.layers, 512), noise)
            return [
                heads(y, given["target"], trunk).sum(), 1e5 * sum(rough(n) for n in noise)]

        def project(code):
            white = {}
            for i in range(maps):
                n = code[f"noise.{i}"]
                n = n - n.mean()
                white[f"noise.{i}"] = n * n.square().mean().rsqrt()
            return white

        return Problem(
            files, inputs, [G, heads, trunk], start, terms, prepare, {"e": 512}, project)

    def rate(t):
        down = 0.5 - 0.5 * math.cos(math.pi * min(1, (1 - t) / 0.25))
        return 0.1 * down * min(1, t / 0.05)

    settings = dict(
        resolution=resolution, widest=widest, samples=samples, rounds=rounds, heads="own")
    return Objective(
        name, "stylegan2-projector", "project", settings, build, rate, rounds, rounds)


# GAN-INT-CLS

CALM = {"modules.5.modules.2.modules.7": 0.5, "modules.10.modules.2.modules.7": 0.5,
        "modules.19": 0.35}


def speaks(name, seed, g=32, d=16, features=0.0, perceptual=0.0):
    def build(folder):
        G, D = gan_int_cls.Generator(g), gan_int_cls.Discriminator(d)
        heads, trunk = lpips.LPIPS(), lpips.Trunk("vgg")
        parts = [("G", G, CALM)]
        parts += [("D", D, {"modules.6": 0.7})] if features else []
        parts += [("P", heads, {}), ("P.vgg", trunk, {})] if perceptual else []
        files = weigh(folder, seed, parts)
        rng = numpy.random.default_rng(seed + 9)
        inputs = {"target": scene(rng, 64), "text": normal(rng, 1, 1024),
                  "random": normal(rng, 1, 100)}

        def terms(code, given, fixed, done, drawn):
            y, target = G(given["text"], code["z"]), given["target"]
            found = [mse(y, target)]
            if features:
                found.append(features * mse(D.features(y), D.features(target)))
            if perceptual:
                found.append(perceptual * heads(y, target, trunk).sum())
            return found

        return Problem(
            files, inputs, [module for _, module, _ in parts],
            lambda given, fixed: {"z": given["random"]}, terms)

    settings = dict(g=g, d=d, features=features, perceptual=perceptual, heads="own")
    return Objective(
        name, "gan-int-cls-inversion", "invertByAdam", settings, build, lambda t: 0.05, 500, 200)


def restyles(name, seed, g=32, d=16):
    def build(folder):
        G, S = gan_int_cls.Generator(g), gan_int_cls.style_encoder(d)
        files = weigh(folder, seed, [("G", G, CALM), ("S", S, {})])
        rng = numpy.random.default_rng(seed + 9)
        inputs = {"target": scene(rng, 64), "text": normal(rng, 1, 1024),
                  "other": normal(rng, 1, 1024)}

        def terms(code, given, fixed, done, drawn):
            y = G(given["text"], code["z"])
            return [mse(y, given["target"]), 1e-3 * mse(code["z"], fixed)]

        return Problem(
            files, inputs, [G, S], lambda given, fixed: {"z": fixed}, terms,
            lambda given: S(given["target"]))

    return Objective(
        name, "style-transfer-inversion", "transfer", dict(g=g, d=d), build, lambda t: 0.02, 200, 200)


OBJECTIVES = [
    digits("fashion-mnist-dcgan", "G", real.dcgan_generator, 100, 611, {"6": 0.5}, shaped=column),
    digits("mnist-mlp-gan", "G", real.mlp_generator, 64, 621, {"4": 0.5}),
    digits("mnist-cgan", "", real.ConditionalGAN, 10, 631, {"conv_blocks.9": 0.5}, label=True,
           shaped=lambda z, given: (z, given["label"])),
    embeds("image2stylegan-embed", "embed", 641),
    embeds("image2stylegan-embedW", "embedW", 642),
    embeds("image2stylegan-hierarchical", "hierarchical", 643, loops=2, rounds=1000),
    embeds("image2stylegan-crossover", "crossover", 645, rounds=1000),
    indomain_case("idinvert-invert", "invert", 651),
    indomain_case("idinvert-diffuse", "diffuse", 652),
    projects("stylegan2-projector", 661),
    speaks("gan-int-cls", 671, features=0.1, perceptual=0.5),
    restyles("style-transfer", 681),
]
