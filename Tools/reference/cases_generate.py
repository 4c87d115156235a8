"""Generators from codes, super-resolution and style.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py). Where a page has a tap:
features(...) -> features; finish(features, ...) -> image; edit(..., units, places, values) -> image,
features. The other inputs are those of the function that makes a picture:

  pggan                 generate(z) -> image [resolution base widest codes names fused finalTanh tap]
  biggan                generate(z, label) -> image; synthesize(z, category) -> image [resolution deep
                        ch classes embedded codes attention normEpsilon spectralEpsilon tap]
  biggan-hub            the same, and truncated(draws, label) -> image [... truncation]
  biggan-deep           the same [resolution ch classes codes attention truncation tap]
  stylegan1             generate(z) -> image; with a tap of w [resolution widest styles depth psi
                        truncated perLayer finalTanh names tap]
  stylegan1-port        generate(z, noise.0 ...) -> image; with a tap of w, noise.0 ...
  stylegan1-rosinality  the same, noise for each block; meanStyle(draws) -> centre; truncate(w, centre)
                        -> w [resolution widest styles depth psi samples alpha tap]
  stylegan2, -ada       with a tap of w; generate and synthesize are in inversion_cases.py
  dcgan                 with a tap of z; generate is in cases.py
"""

import numpy

import biggan
import biggan_deep
import biggan_hub
import cases_enlarge
import dcgan
import pggan
import published
import stylegan1
import stylegan1_genforce
import stylegan1_port
import stylegan1_rosinality
import stylegan2
import stylegan2_ada
from case import block, normal


def looked_into(role, shape, inputs):
    """The inputs of a generator's `finish` or `edit` from those of its `generate`."""

    def make(rng):
        given = inputs(rng)
        count, channels, side = len(next(iter(given.values()))), shape[0], shape[1]
        if role == "finish":
            given = {"features": normal(rng, count, channels, side, side)} | given
        if role == "edit":
            given |= {
                "units": (rng.random((count, channels)) < 0.4).astype(numpy.float32),
                "places": rng.random((count, side, side)).astype(numpy.float32),
                "values": 2 * normal(rng, count, channels),
            }
        return given

    return make


RESULTS = {
    "features": ["features"], "finish": ["image"],
    "edit": ["image", "features"]}


def looks(name, graph, role, batch, settings, network, inputs, shape, seed, gains=None, kind=None,
          step=1, stored=None):
    """A generator with the tap of its settings; `shape` is that of the features."""
    return block(
        name, graph, role, batch, settings, lambda: network().at(role, settings["tap"]),
        looked_into(role, shape, inputs), RESULTS[role], seed, gains,
        {"image": kind} if kind else None, step=step, **(dict(stored=stored) if stored else {}))


# PG-GAN


def grows(name, batch, seed, role="generate", shape=None, step=1, **settings):
    sizes = {k: v for k, v in settings.items() if k not in ("names", "finalTanh", "tap")}
    stored = {}
    names = settings.get("names", "genforce")
    if names == "tensorflow":
        convert = published.pggan(settings.get("fused", False))
        names, stored = "genforce", dict(stored=("weights.pkl", convert))
    sizes |= dict(form=names,
                  final_tanh=settings.get("finalTanh", False))
    codes = settings.get("codes", 512)
    inputs = lambda rng: {"z": normal(rng, batch, codes)} if role != "finish" else {}
    kind = "tanh" if settings.get("finalTanh") else None
    network = lambda: pggan.Generator(**sizes, last_only=False)
    gains = {"output3": 0.4} if kind else None
    if role == "generate":
        return block(name, "pggan", role, batch, settings, network, inputs, ["image"], seed, gains,
                     {"image": kind} if kind else None, step=step, **stored)
    if role == "finish":
        inputs = lambda rng: {"features": normal(rng, batch, *shape)}
        return block(name, "pggan", role, batch, settings, lambda: network().at(role, settings["tap"]),
                     inputs, ["image"], seed, step=step)
    return looks(name, "pggan", role, batch, settings, network, inputs, shape, seed, step=step)


SMALL = dict(resolution=32, widest=24, base=512, codes=20)

PGGAN = [
    grows("pggan-1024-1", 1, 701),
    grows("pggan-3", 3, 702, **SMALL),
    grows("pggan-fused-3", 3, 703, **SMALL, fused=True),
    grows("pggan-higan-3", 3, 704, **SMALL, names="higan", finalTanh=True),
    grows("pggan-higan-fused-3", 3, 705, **SMALL, names="higan", fused=True),
    grows("pggan-gandissect-256-1", 1, 706, resolution=256, base=8192, names="gandissect"),
    grows("pggan-features-3", 3, 707, "features", (24, 8), **SMALL, names="gandissect", tap=4),
    grows("pggan-finish-3", 3, 708, "finish", (24, 8, 8), **SMALL, tap=3),
    grows("pggan-edit-3", 3, 709, "edit", (16, 32), **SMALL, names="higan", tap=7),
]

# BigGAN


def classed(name, graph, batch, seed, module, role="generate", shape=None, step=1, **settings):
    """The forms of BigGAN: noise and a class."""
    renamed = {"normEpsilon": "epsilon", "spectralEpsilon": "spectral"}
    sizes = {renamed.get(k, k): v for k, v in settings.items() if k not in ("deep", "tap")}
    network = lambda: module(**sizes)

    def inputs(rng):
        deep = "deep" in graph or settings.get("deep")
        codes = settings.get("codes", 128 if deep else biggan.CODES.get(
            settings.get("resolution", 128), 120))
        labels = rng.integers(0, settings.get("classes", 1000), batch).astype(numpy.int64)
        if role == "truncated":
            return {"draws": normal(rng, batch, 8, codes), "label": labels}
        if role == "synthesize":
            return {"z": normal(rng, batch, codes),
                    "category": normal(rng, batch, settings["embedded"])}
        return {"z": normal(rng, batch, codes), "label": labels}

    if role not in RESULTS:
        return block(name, graph, role, batch, settings, lambda: network().at(role, None),
                     inputs, ["image"], seed, kinds={"image": "tanh"}, step=step)
    return looks(name, graph, role, batch, settings, network, inputs, shape, seed, None, "tanh",
                 step)


SHORT = dict(resolution=64, ch=8, classes=7, embedded=9, codes=15)
HUB = dict(resolution=128, ch=8, classes=7, embedded=9, codes=18)
DEEP = dict(resolution=128, ch=16, classes=7, codes=9)

BIGGAN = [
    classed("biggan-128-1", "biggan", 1, 721, biggan.Generator, resolution=128),
    classed("biggan-256-1", "biggan", 1, 718, biggan.Generator, resolution=256),
    classed("biggan-512-1", "biggan", 1, 719, biggan.Generator, resolution=512),
    classed("biggan-3", "biggan", 3, 722, biggan.Generator, **SHORT),
    classed("biggan-epsilons-3", "biggan", 3, 723, biggan.Generator, **SHORT, attention=32,
            normEpsilon=0.3, spectralEpsilon=2.0),
    classed("biggan-features-3", "biggan", 3, 724, biggan.Generator, "features", (16, 64),
            **SHORT, tap=3),
    classed("biggan-finish-3", "biggan", 3, 725, biggan.Generator, "finish", (64, 16), **SHORT,
            tap=1),
    classed("biggan-edit-3", "biggan", 3, 726, biggan.Generator, "edit", (128, 8), **SHORT, tap=0),
    classed("biggan-synthesize-3", "biggan", 3, 720, biggan.Generator, "synthesize", **SHORT),
    classed("biggan-deep-untrained-3", "biggan", 3, 729, biggan.Deep, **DEEP, embedded=10,
            deep=True),
    classed("biggan-deep-untrained-edit-3", "biggan", 3, 728, biggan.Deep, "edit", (32, 64),
            **DEEP, embedded=10, deep=True, tap=7),
    classed("biggan-hub-256-1", "biggan-hub", 1, 731, biggan_hub.Generator, resolution=256),
    classed("biggan-hub-3", "biggan-hub", 3, 732, biggan_hub.Generator, **HUB),
    classed("biggan-hub-512-1", "biggan-hub", 1, 733, biggan_hub.Generator, resolution=512),
    classed("biggan-hub-edit-3", "biggan-hub", 3, 734, biggan_hub.Generator, "edit", (64, 16),
            **HUB, tap=1),
    classed("biggan-deep-128-1", "biggan-deep", 1, 735, biggan_deep.Generator),
    classed("biggan-deep-256-1", "biggan-deep", 1, 736, biggan_deep.Generator, resolution=256,
            truncation=0.28),
    classed("biggan-deep-512-1", "biggan-deep", 1, 740, biggan_deep.Generator, resolution=512,
            truncation=0.5),
    classed("biggan-deep-3", "biggan-deep", 3, 737, biggan_deep.Generator, **DEEP,
            truncation=0.513),
    classed("biggan-hub-truncated-3", "biggan-hub", 3, 716, biggan_hub.Generator, "truncated",
            **HUB, truncation=0.7),
    classed("biggan-deep-truncated-3", "biggan-deep", 3, 717, biggan_deep.Generator, "truncated",
            **DEEP, truncation=0.58),
    classed("biggan-deep-finish-3", "biggan-deep", 3, 738, biggan_deep.Generator, "finish",
            (32, 64), **DEEP, truncation=1.0, tap=9),
    classed("biggan-deep-edit-3", "biggan-deep", 3, 739, biggan_deep.Generator, "edit", (32, 64),
            **DEEP, truncation=0.94, tap=7),
]

# StyleGAN v1


STYLED = {
    "stylegan1": stylegan1.Generator, "genforce": stylegan1_genforce.Generator,
    "stylegan1-port": stylegan1_port.Generator,
    "stylegan1-rosinality": stylegan1_rosinality.Generator,
    "stylegan2": stylegan2.Generator, "stylegan2-ada": stylegan2_ada.Generator}
RENAMED = {"styles": "latent", "perLayer": "per_layer", "finalTanh": "final_tanh"}


def calmed(graph, names, layers):
    """Styles of a trained size. With drawn ones of unit deviation some maps hardly vary, and instance
    norms enlarge their roundings: at 1024 PyTorch's own float32 is then 1.8e-4 from its float64."""
    name = {
        "stylegan1": "synthesis.layer{0}.style" if names else
                     "synthesis.layer{0}.epilogue.style_mod.dense",
        "stylegan1-port": "g_synthesis.blocks.{1}x{1}.epi{2}.style_mod.lin",
        "stylegan1-rosinality": "generator.progression.{3}.adain{2}.style.linear"}[graph]
    return {name.format(l, 4 * 2 ** (l // 2), l % 2 + 1, l // 2): 0.3 for l in range(layers)}


def styled(name, graph, batch, seed, role="generate", shape=None, stored=None, **settings):
    """The forms of StyleGAN; `shape` is that of the features of the tap, `stored` that of `block`."""
    if settings.get("names") == "tensorflow":
        convert = {"stylegan1": published.stylegan1, "stylegan2-ada": published.stylegan2}[graph]
        stored = ("weights.pkl", convert)
    sizes = {RENAMED.get(k, k): v for k, v in settings.items()
             if k not in ("names", "tap", "samples", "noiseMode")}
    module = STYLED.get(settings.get("names", graph), STYLED[graph])
    styles, resolution = settings.get("styles", 512), settings.get("resolution", 1024)
    layers = 2 * (resolution.bit_length() - 2)
    kind = "tanh" if settings.get("finalTanh") else None

    def inputs(rng):
        code = {"z": normal(rng, batch, styles)}
        if role == "meanStyle":
            return {"draws": normal(rng, batch, settings["samples"], styles)}
        if role == "truncate":
            return {n: normal(rng, batch, layers, styles) for n in ("w", "centre")}
        if role != "generate":
            code = {"w": normal(rng, batch, layers, styles)}
        maps = {"stylegan1-port": layers, "stylegan1-rosinality": layers // 2}.get(graph, 0)
        maps = layers if settings.get("noiseMode") == "random" else maps
        sides = [4 * 2 ** (i * (layers // 2) // maps) for i in range(maps)]
        return code | {
            f"noise.{i}": normal(rng, batch, 1, side, side) for i, side in enumerate(sides)}

    last = "synthesis.output3" if settings.get("names") else "synthesis.output3.conv"
    gains = {last: 0.3} if kind else None
    if resolution == 1024:
        gains = calmed(graph, settings.get("names"), layers)
    outputs = {"meanStyle": ["centre"], "truncate": ["w"]}.get(role, ["image"])
    if role in RESULTS:
        return looks(name, graph, role, batch, settings, lambda: module(**sizes), inputs, shape,
                     seed, gains, kind, stored=stored)
    if graph == "stylegan1" and settings.get("names") != "genforce":
        outputs = ["image", None]
    return block(name, graph, role, batch, settings, lambda: module(**sizes).at(role, None), inputs,
                 outputs, seed, gains, {"image": kind} if kind else None,
                 **(dict(stored=stored) if stored else {}))


NARROW = dict(resolution=32, widest=20, styles=24, depth=3)

STYLEGAN = [
    styled("stylegan1-1024-1", "stylegan1", 1, 751),
    styled("stylegan1-edit-3", "stylegan1", 3, 752, "edit", (20, 8), **NARROW, tap=3),
    styled("stylegan1-features-3", "stylegan1", 3, 753, "features", (20, 32), **NARROW, tap=6),
    styled("stylegan1-finish-3", "stylegan1", 3, 754, "finish", (20, 4), **NARROW, tap=0),
    styled("stylegan1-genforce-1024-1", "stylegan1", 1, 755, names="genforce", psi=1.0),
    styled("stylegan1-genforce-3", "stylegan1", 3, 756, **NARROW | dict(resolution=128),
           names="genforce", psi=0.6, truncated=3),
    styled("stylegan1-genforce-layers-3", "stylegan1", 3, 757, "features", (20, 16), **NARROW,
           names="genforce", tap=4),
    styled("stylegan1-wide-3", "stylegan1", 3, 786, **NARROW, psi=0.6, truncated=3, perLayer=True,
           finalTanh=True),
    styled("stylegan1-genforce-wide-3", "stylegan1", 3, 768, **NARROW, names="genforce", psi=0.6,
           truncated=3, perLayer=True, finalTanh=True),
    styled("stylegan1-genforce-edit-3", "stylegan1", 3, 758, "edit", (20, 32), **NARROW,
           names="genforce", tap=7),
    styled("stylegan1-noise-3", "stylegan1", 3, 769, "edit", (20, 8), **NARROW, tap=3,
           noiseMode="random"),
    styled("stylegan1-genforce-noise-3", "stylegan1", 3, 770, "edit", (20, 16), **NARROW, tap=4,
           names="genforce", noiseMode="random"),
    styled("stylegan1-port-edit-3", "stylegan1-port", 3, 759, "edit", (20, 8), **NARROW, tap=2),
    styled("stylegan1-port-finish-3", "stylegan1-port", 3, 760, "finish", (20, 16), **NARROW,
           tap=5),
    styled("stylegan1-port-1024-1", "stylegan1-port", 1, 761),
    styled("stylegan1-rosinality-1024-1", "stylegan1-rosinality", 1, 762),
    styled("stylegan1-rosinality-3", "stylegan1-rosinality", 3, 763, **NARROW),
    styled("stylegan1-rosinality-128-3", "stylegan1-rosinality", 3, 764,
           **NARROW | dict(resolution=128), alpha=0.3),
    styled("stylegan1-rosinality-edit-3", "stylegan1-rosinality", 3, 765, "edit", (20, 8), **NARROW,
           tap=2),
    styled("stylegan1-rosinality-mean-2", "stylegan1-rosinality", 2, 766, "meanStyle", **NARROW,
           samples=50),
    styled("stylegan1-rosinality-truncate-3", "stylegan1-rosinality", 3, 767, "truncate", **NARROW,
           psi=0.6),
    styled("stylegan2-edit-3", "stylegan2", 3, 781, "edit", (20, 8), **NARROW, tap=1),
    styled("stylegan2-finish-3", "stylegan2", 3, 782, "finish", (20, 16), **NARROW, tap=4),
    styled("stylegan2-features-3", "stylegan2", 3, 783, "features", (20, 4), **NARROW, tap=0),
    styled("stylegan2-ada-edit-3", "stylegan2-ada", 3, 784, "edit", (20, 16), **NARROW, tap=3),
    styled("stylegan2-ada-finish-3", "stylegan2-ada", 3, 785, "finish", (20, 32), **NARROW, tap=6),
]


# DCGAN


def drawn(name, batch, seed, role, shape, tap, step=1, **sizes):
    codes = sizes.get("z", 100)
    inputs = lambda rng: {"z": normal(rng, batch, codes)}
    if role == "finish":
        inputs = lambda rng: {"features": normal(rng, batch, *shape)}
    given = inputs if role == "finish" else looked_into(role, shape, inputs)
    return block(name, "dcgan", role, batch, sizes | dict(tap=tap),
                 lambda: dcgan.Generator(**sizes).at(role, tap), given, RESULTS[role], seed,
                 {"main.12": 0.5}, {"image": "tanh"} if role != "features" else None, step=step)


DCGAN = [
    drawn("dcgan-edit-3", 3, 791, "edit", (32, 8), 5, z=20, g=8),
    drawn("dcgan-finish-3", 3, 792, "finish", (64, 4, 4), 2, z=20, g=8),
    drawn("dcgan-layer-3", 3, 793, "features", (8, 32), 11, z=20, g=8),
]

CASES = PGGAN + BIGGAN + STYLEGAN + DCGAN + cases_enlarge.CASES

TINY = dict(resolution=16, widest=6, base=64, codes=7)

BRIEF = dict(resolution=32, ch=2, classes=3, codes=8)

LEAN = dict(resolution=16, widest=6, styles=7, depth=2)

FIXTURES = [
    styled("stylegan1", "stylegan1", 2, 771, "edit", (6, 8), **LEAN, tap=3),
    styled("stylegan1-genforce", "stylegan1", 2, 772, **LEAN, names="genforce", psi=0.6,
           truncated=3),
    styled("stylegan1-port", "stylegan1-port", 2, 773, **LEAN),
    styled("stylegan1-rosinality", "stylegan1-rosinality", 2, 774, **LEAN, alpha=0.3),
    styled("stylegan2-edit", "stylegan2", 2, 775, "edit", (6, 8), **LEAN, tap=1),
    styled("stylegan2-ada", "stylegan2-ada", 2, 776, "edit", (6, 8), **LEAN, tap=2),
    drawn("dcgan", 2, 777, "edit", (8, 8), 5, step=5, z=5, g=2),
    classed("biggan", "biggan", 2, 743, biggan.Generator, "edit", (8, 8), **BRIEF, embedded=3,
            attention=8, step=3, tap=0),
    classed("biggan-deep-untrained", "biggan", 2, 744, biggan.Deep, **BRIEF, embedded=3, deep=True,
            attention=16, step=3),
    classed("biggan-hub", "biggan-hub", 2, 745, biggan_hub.Generator, **BRIEF, embedded=3,
            attention=8, step=3),
    classed("biggan-deep", "biggan-deep", 2, 746, biggan_deep.Generator, **BRIEF, attention=2,
            truncation=0.58, step=3),
    styled("stylegan1-tensorflow", "stylegan1", 2, 747, **LEAN, names="tensorflow"),
    styled("stylegan2-ada-pickle", "stylegan2-ada", 2, 748, **LEAN,
           stored=("weights.pkl", published.ada)),
    styled("stylegan2-tensorflow", "stylegan2-ada", 2, 749, "edit", (6, 8), **LEAN,
           names="tensorflow", tap=2),
    grows("pggan-tensorflow", 2, 750, **TINY, names="tensorflow"),
    grows("pggan-tensorflow-fused", 2, 739, **TINY, names="tensorflow", fused=True),
    grows("pggan", 2, 748, **TINY),
    grows("pggan-edit", 2, 742, "edit", (6, 8), **TINY, names="gandissect", tap=4),
] + cases_enlarge.FIXTURES
