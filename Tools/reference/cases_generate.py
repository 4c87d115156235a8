"""Generators from codes, super-resolution and style.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

import numpy

import pggan
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
    "generate": ["image"], "features": ["features"], "finish": ["image"],
    "edit": ["image", "features"]}


def looks(name, graph, role, batch, settings, network, inputs, shape, seed, gains=None, kind=None,
          step=1):
    """A generator with the tap of its settings; `shape` is that of the features."""
    return block(
        name, graph, role, batch, settings, lambda: network().at(role, settings["tap"]),
        looked_into(role, shape, inputs), RESULTS[role], seed, gains,
        {"image": kind} if kind else None, step=step)


# PG-GAN


def grows(name, batch, seed, role="generate", shape=None, step=1, **settings):
    sizes = {k: v for k, v in settings.items() if k not in ("names", "finalTanh", "tap")}
    sizes |= dict(form=settings.get("names", "genforce"),
                  final_tanh=settings.get("finalTanh", False))
    codes = settings.get("codes", 512)
    inputs = lambda rng: {"z": normal(rng, batch, codes)} if role != "finish" else {}
    kind = "tanh" if settings.get("finalTanh") else None
    network = lambda: pggan.Generator(**sizes, last_only=False)
    gains = {"output3": 0.4} if kind else None
    if role == "generate":
        return block(name, "pggan", role, batch, settings, network, inputs, ["image"], seed, gains,
                     {"image": kind} if kind else None, step=step)
    if role == "finish":
        inputs = lambda rng: {"features": normal(rng, batch, *shape)}
        return block(name, "pggan", role, batch, settings, lambda: network().at(role, settings["tap"]),
                     inputs, ["image"], seed, step=step)
    return looks(name, "pggan", role, batch, settings, network, inputs, shape, seed, step=step)


SMALL = dict(resolution=32, widest=24, base=512, codes=20)

PGGAN = [
    grows("pggan-1024-1", 1, 701, step=7),
    grows("pggan-3", 3, 702, **SMALL),
    grows("pggan-fused-3", 3, 703, **SMALL, fused=True),
    grows("pggan-higan-3", 3, 704, **SMALL, names="higan", finalTanh=True),
    grows("pggan-higan-fused-3", 3, 705, **SMALL, names="higan", fused=True),
    grows("pggan-gandissect-256-1", 1, 706, resolution=256, base=8192, names="gandissect", step=3),
    grows("pggan-features-3", 3, 707, "features", (24, 8), **SMALL, names="gandissect", tap=4),
    grows("pggan-finish-3", 3, 708, "finish", (24, 8, 8), **SMALL, tap=3),
    grows("pggan-edit-3", 3, 709, "edit", (16, 32), **SMALL, names="higan", tap=7),
]

CASES = PGGAN

TINY = dict(resolution=16, widest=6, base=64, codes=7)

FIXTURES = [
    grows("pggan", 2, 741, **TINY),
    grows("pggan-edit", 2, 742, "edit", (6, 8), **TINY, names="gandissect", tap=4),
]
