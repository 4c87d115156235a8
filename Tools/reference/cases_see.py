"""Encoders of pictures, how alike pictures or a picture and a caption are, vision with language.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

import numpy
import torch

import cases_detect
import cases_matching
import cases_stream
import efficientnet
import googlenet
import inception
import lpips
import published
import resnet
import synthetic
import vgg
from arrays import Data, Output, save_weights, tensor
from case import Case, array, block, picture

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


# Other classifiers


def deep(name, batch, seed, depth, size=224, width=64, classes=1000, function="classify",
         counters=True):
    """A ResNet whose sums grow little."""
    last = 2 if depth < 50 else 3
    gains = {
        f"layer{s + 1}.{i}.bn{last}": 0.3
        for s, count in enumerate(resnet.STAGES[depth]) for i in range(count)}
    names = ["logits", None] if function == "classify" else [None, "features"]
    return block(
        name, "resnet", function, batch,
        dict(depth=depth, size=size, width=width, classes=classes),
        lambda: resnet.ResNet(depth, width, classes),
        lambda rng: {"image": (picture(rng, batch, size) + 1) / 2}, names, seed, gains,
        counters=counters)


def modules(name, batch, seed, size=224, narrow=1, classes=1000, transform=True, auxiliary=False,
            function="classify", counters=True):
    names = ["logits", None] if function == "classify" else [None, "features"]
    return block(
        name, "googlenet", function, batch,
        dict(size=size, narrow=narrow, classes=classes, transformInput=transform),
        lambda: googlenet.GoogLeNet(narrow, classes, transform, auxiliary),
        lambda rng: {"image": (picture(rng, batch, size) + 1) / 2}, names, seed, counters=counters)


def lite(name, batch, seed, size=224, narrow=1, classes=1000, function="classify", counters=True):
    names = ["logits", None] if function == "classify" else [None, "features"]
    return block(
        name, "efficientnet-lite0", function, batch, dict(size=size, narrow=narrow, classes=classes),
        lambda: efficientnet.EfficientNetLite0(narrow, classes),
        lambda rng: {"image": picture(rng, batch, size)}, names, seed, counters=counters)


# Trunks, and LPIPS


def sees(name, page, batch, seed, size, narrow=1, normalize=True):
    trunk = {"alexnet": "alex", "squeezenet": "squeeze"}[page]
    names = [f"relu.{k}" for k in range(5)] if trunk == "alex" else [
        f"maps.{k}" for k in range(7)]
    return block(
        name, page, "features", batch, dict(size=size, narrow=narrow, normalize=normalize),
        lambda: lpips.Features(trunk, narrow, normalize),
        lambda rng: {"image": (picture(rng, batch, size) + 1) / 2}, names, seed)


def published_vgg19(names):
    """Settings, what is done to the picture, and the file, where it is vgg19.npy of tensorflow-vgg."""
    if names is None:
        return {}, vgg.normalized, {}
    return dict(names=names), vgg.meanless, dict(stored=("weights.npy", published.vgg19))


def perceives(name, page, batch, seed, size, relus, narrow, names=None, gains=None):
    """A narrow VGG."""
    stages = vgg.VGG19 if page == "vgg19" else vgg.VGG16
    settings, prepare, stored = published_vgg19(names)
    return block(
        name, page, "features", batch, dict(size=size, narrow=narrow, relus=relus) | settings,
        lambda: vgg.Features(stages, relus, True, narrow, prepare),
        lambda rng: {"image": (picture(rng, batch, size) + 1) / 2},
        [f"relu.{k}" for k in range(len(relus))], seed, gains, **stored)


def names_classes(name, page, batch, seed, narrow=1, classes=1000, names=None, gains=None):
    """A whole VGG."""
    stages = vgg.VGG19 if page == "vgg19" else vgg.VGG16
    settings, prepare, stored = published_vgg19(names)
    return block(
        name, page, "classify", batch, dict(narrow=narrow, classes=classes) | settings,
        lambda: vgg.Classifier(stages, narrow, classes, prepare),
        lambda rng: {"image": (picture(rng, batch, 224) + 1) / 2}, ["logits", "fc7"], seed, gains,
        **stored)


def differs(name, batch, seed, size, trunk, version="own", whole=False, published=False, narrow=1):
    """Pairs from equal to one colour. `published`: the real heads over a trunk of seeded weights; seeded
    heads of versions 0.1 and 0.0 have the sums of the real ones."""
    heads = f"lpips-heads/v0.1/{trunk}.pth"

    def build(folder, shared):
        network = lpips.LPIPS(trunk, whole, version, narrow)
        files = [("", folder / "heads.safetensors")]
        if published:
            files = [("", shared / "data/weights" / heads)]
            state = torch.load(files[0][1], map_location="cpu", weights_only=True)
        else:
            state = synthetic.fill(network, seed)
            for k, known in enumerate(lpips.SUMS.get((version, trunk), ())):
                head = state[f"lin{k}.model.1.weight"]
                head.copy_(head**32 / (head**32).sum() * known)  # a few count, as in the real ones
            save_weights(state, files[0][1])
        synthetic.load(network, state)
        seen = None
        if not whole:
            seen = lpips.Trunk(trunk, narrow)
            files.append((trunk, folder / "trunk.safetensors"))
            save_weights(synthetic.fill(seen, seed + 1), files[1][1])
        rng = numpy.random.default_rng(seed + 2)
        a, other = picture(rng, batch, size), picture(rng, batch, 1)
        share = numpy.linspace(0, 1, batch, dtype=numpy.float32)[:, None, None, None]
        b = a + share * (other - a)
        distance = network(tensor(a), tensor(b), seen)
        return Data(files, {"a": a, "b": b}, {"distance": Output(array(distance))})

    settings = dict(size=size, trunk=trunk, whole=whole, heads=version, narrow=narrow)
    return Case(name, "lpips", "distance", batch, settings, build,
                needs=(heads,) if published else ())


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
    deep("resnet-18-1", 1, 531, 18),
    deep("resnet-50-1", 1, 532, 50),
    deep("resnet-18-odd-3", 3, 533, 18, 75, 6, 31),
    deep("resnet-50-odd-3", 3, 534, 50, 75, 5, 31, "features"),
    deep("resnet-34-odd-3", 3, 535, 34, 61, 4, 31),
    deep("resnet-101-odd-3", 3, 536, 101, 50, 3, 31),
    deep("resnet-152-odd-1", 1, 537, 152, 50, 3, 31),
    modules("googlenet-1", 1, 621, auxiliary=True),
    modules("googlenet-odd-3", 3, 622, 71, 12, 31),
    modules("googlenet-plain-3", 3, 623, 71, 12, 31, False, function="features"),
    lite("efficientnet-lite0-1", 1, 624),
    lite("efficientnet-lite0-odd-3", 3, 625, 71, 6, 31),
    lite("efficientnet-lite0-features-3", 3, 626, 71, 6, 31, "features"),
    sees("alexnet-1", "alexnet", 1, 541, 224),
    sees("alexnet-odd-3", "alexnet", 3, 542, 67, 5, False),
    sees("squeezenet-1", "squeezenet", 1, 543, 224),
    sees("squeezenet-odd-3", "squeezenet", 3, 544, 67, 3, False),
    differs("lpips-alex-3", 3, 551, 256, "alex", "0.1", published=True),
    differs("lpips-squeeze-3", 3, 552, 256, "squeeze", "0.1", published=True),
    differs("lpips-vgg-0.0", 3, 566, 48, "vgg", "0.0"),
    differs("lpips-alex-0.0", 3, 554, 64, "alex", "0.0", whole=True),
    differs("lpips-squeeze-0.0", 3, 555, 65, "squeeze", "0.0", whole=True),
    differs("lpips-alex-odd-4", 4, 556, 77, "alex", narrow=7),
    differs("lpips-vgg-odd-4", 4, 558, 51, "vgg", narrow=5),
    differs("lpips-squeeze-odd-4", 4, 557, 77, "squeeze", narrow=4, whole=True),
    perceives("vgg16-odd-3", "vgg16", 3, 561, 40, [0, 4, 12], 7),
    names_classes("vgg16-classes-1", "vgg16", 1, 563),
    names_classes("vgg16-classes-odd-3", "vgg16", 3, 564, 20, 31),
    names_classes("vgg19-classes-odd-3", "vgg19", 3, 565, 20, 31),
    perceives("vgg19-odd-3", "vgg19", 3, 562, 40, [0, 4, 15], 7),
] + cases_stream.CASES + cases_matching.CASES + cases_detect.CASES

# As small as the names of so many tensors let them be.
FIXTURES = [
    classifies("inception-v3", 1, 81, 75, 64, 24, counters=False),
    regions("damsm-image-encoder", 2, 81, 12, 64, 6, 75, counters=False),
    frechet("inception-frechet", "features", 2, 81, 12, "tensorflow", 75, 64, 8, False),
    deep("resnet-18", 1, 82, 18, 33, 1, 16, counters=False),
    deep("resnet-50", 1, 83, 50, 33, 1, 16, "features", False),
    modules("googlenet", 1, 100, 33, 64, 16, counters=False),
    lite("efficientnet-lite0", 1, 101, 33, 64, 16, counters=False),
    sees("alexnet", "alexnet", 2, 85, 39, 32),
    sees("squeezenet", "squeezenet", 2, 86, 33, 16),
    perceives("vgg16", "vgg16", 2, 85, 16, [1, 6, 12], 32),
    perceives("vgg19", "vgg19", 2, 85, 16, [0, 8, 12], 32),
    perceives("vgg19-tensorflow", "vgg19", 2, 89, 16, [0, 8, 12], 32, "tensorflow",
              {"features.0": 1 / 64}),
    block(
        "vgg16-caffe", "vgg16", "features", 2, dict(size=16, narrow=32), lambda: vgg.Caffe(32),
        lambda rng: {"image": picture(rng, 2, 16)}, ["features"], 88, model="VGG16Caffe"),
    differs("lpips-vgg", 3, 84, 16, "vgg", narrow=32),
    differs("lpips-alex", 2, 90, 31, "alex", narrow=32, whole=True),
    differs("lpips-squeeze", 3, 91, 33, "squeeze", narrow=16, whole=True),
] + cases_stream.FIXTURES + cases_matching.FIXTURES + cases_detect.FIXTURES
