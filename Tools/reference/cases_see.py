"""Encoders of pictures, how alike pictures or a picture and a caption are, vision with language.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

import inception
from case import block, picture

# Inception-v3


def classifies(name, batch, seed, size, narrow=1, classes=1000, transform=True, auxiliary=False,
               function="classify", counters=True):
    names = ["logits", None] if function == "classify" else [None, "features"]
    return block(
        name, "inception-v3", function, batch,
        dict(size=size, narrow=narrow, classes=classes, transformInput=transform),
        lambda: inception.Classifier(narrow, classes, transform, auxiliary),
        lambda rng: {"image": (picture(rng, batch, size) + 1) / 2}, names, seed, counters=counters)


def regions(name, batch, seed, size, narrow=1, nef=256, side=299, aligned=True,
            counters=True):
    return block(
        name, "damsm-image-encoder", "encode", batch,
        dict(size=size, narrow=narrow, nef=nef, side=side, aligned=aligned),
        lambda: inception.PictureEncoder(narrow, nef, side, aligned),
        lambda rng: {"image": picture(rng, batch, size)}, ["regions", "code"], seed,
        counters=counters)


def frechet(name, function, batch, seed, size, resize="pytorch-fid", side=299, narrow=1,
            classes=1008, counters=True):
    names = {
        "features": ["features"] + 5 * [None],
        "classify": [None, "unbiased", "logits"] + 3 * [None],
        "taps": ["maps.3", None, None, "maps.0", "maps.1", "maps.2"],
    }[function]
    return block(
        name, "inception-frechet", function, batch,
        dict(size=size, resize=resize, side=side, narrow=narrow, classes=classes),
        lambda: inception.Frechet(narrow, resize, side, classes),
        lambda rng: {"image": 127.5 * (picture(rng, batch, size) + 1)}, names, seed,
        counters=counters)


CASES = [
    classifies("inception-v3-1", 1, 511, 299, auxiliary=True),
    classifies("inception-v3-odd-3", 3, 512, 107, 12, 37, function="features"),
    classifies("inception-v3-plain-3", 3, 513, 107, 12, 37, transform=False),
    regions("damsm-image-1", 1, 514, 256),
    regions("damsm-image-odd-3", 3, 515, 64, 12, 20, 123),
    regions("damsm-image-modern-3", 3, 516, 64, 12, 20, 123, aligned=False),
    frechet("inception-frechet-1", "features", 1, 517, 256),
    frechet("inception-frechet-taps-3", "taps", 3, 518, 64, side=107, narrow=12),
    frechet("inception-frechet-tensorflow-3", "classify", 3, 519, 64, "tensorflow", 107, 12),
    frechet("inception-frechet-clean-3", "classify", 3, 520, 131, "clean", 107, 12),
]

# As small as the names of so many tensors let them be.
FIXTURES = [
    classifies("inception-v3", 1, 81, 75, 64, 24, counters=False),
    regions("damsm-image-encoder", 2, 81, 12, 64, 3, 75, counters=False),
    frechet("inception-frechet", "features", 2, 81, 12, "tensorflow", 75, 64, 8, False),
]
