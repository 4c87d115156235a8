"""Branches of options and functions of pages that other files of cases leave out, in small odd sizes."""

import torch

import attngan_judges
import bert
import biggan
import biggan_deep
import biggan_hub
import cases_manigan
import cases_matching
import cases_paint
import cases_read
import cases_stackgan
import gan_cls_pytorch
import gan_scenes
import inversion_cases
import stackgan
import stackgan_v2
import stylegan1
import stylegan1_genforce
import stylegan1_port
import stylegan1_rosinality
import stylegan2
import stylegan2_ada
import synthetic
import tagan
import tagan_scenes
import vgg
import vse
from case import captions, lengths_array, normal, picture, vocabulary
from cases_fixed import even, rooted
from cases_generate import DEEP, HUB, NARROW, SHORT, SMALL, classed, grows, styled
from cases_stream import pieces, sentences
from paint_case import spelled

LENGTHS = [5, 2, 3]


def seen(size=64):
    """A maker of pictures in colour."""
    return lambda rng, batch: picture(rng, batch, size)


def written(entries, length):
    """The inputs of a caption."""
    return {"caption": lambda rng, batch: captions(rng, entries, LENGTHS[:batch], length),
            "caption.lengths": lambda rng, batch: lengths_array(LENGTHS[:batch])}


def words(entries):
    return lambda folder: vocabulary(folder, entries)


# What discriminators see

FEATURES = [
    rooted("attngan-judge-features-3", "attngan-discriminator", "features", 3, 2601,
           {"": lambda: attngan_judges.Discriminator(64, 7, 18)}, dict(image=seen()),
           lambda D, x: D.seen(x), ["features"], settings=dict(size=64, d=7, nef=18)),
    rooted("stackgan-judge-features-3", "stackgan-discriminator", "features", 3, 2602,
           {"": lambda: stackgan.Discriminator(64, 7, 5)}, dict(image=seen()),
           lambda D, x: D.encode_img(x), ["features"], settings=dict(size=64, d=7, condition=5)),
    rooted("stackgan-judge-features-256-3", "stackgan-discriminator", "features", 3, 2603,
           {"": lambda: stackgan.Discriminator(256, 3, 5)}, dict(image=seen(256)),
           lambda D, x: D.encode_img(x), ["features"], settings=dict(size=256, d=3, condition=5)),
    rooted("stackgan-v2-judge-features-3", "stackgan-v2-discriminator", "features", 3, 2604,
           {"": lambda: stackgan_v2.Wrapped(stackgan_v2.Discriminator(128, 5, 5))}, dict(image=seen(128)),
           lambda D, x: D.module.seen(x), ["features"], settings=dict(size=128, d=5, condition=5)),
    rooted("gan-cls-pytorch-features-3", "gan-cls-pytorch", "features", 3, 2605,
           {"D": lambda: stackgan_v2.Wrapped(gan_cls_pytorch.Discriminator(7, 30, 11))},
           dict(image=seen()), lambda D, x: D.module.netD_1(x), ["features"],
           settings=dict(g=9, d=7, textSize=30, narrowed=11, z=7)),
]

# Codes to pictures, and pictures and captions to codes

STACK = dict(g=12, z=7, condition=9, textSize=10)


def scenes():
    return gan_scenes.Scenes(30, 24, 48, 8, 24, 20, 6)


SCENES = dict(g=8, d=6, z=20, narrowed=24, entries=30, hidden=48, wordSize=24, length=5)
EDITOR = dict(base=4, hidden=24, wordSize=12, condition=64, regions=5, length=5, size=48, entries=30)


def editor():
    return tagan_scenes.SceneEditor(4, 24, 12, 64, 5, 30)


def tagans_paint(G, image, code):
    e = G.encoder(image)
    everywhere = code[:, :, None, None].expand(-1, -1, *e.shape[2:])
    return G.decoder(e + G.residual_blocks(torch.cat([e, everywhere], 1)))


PARTS = [
    rooted("stackgan-paint-3", "stackgan", "paint", 3, 2611,
           {"": lambda: stackgan.StageII(12, 7, 9, 1, 10)},
           dict(code1=even(9), code2=even(9), z=even(7)), lambda G, *given: G.paint(*given),
           ["image64", "image"], {"": {"STAGE1_G.img.0": 0.5, "img.0": 1.5, "residual.0.block.3": 0.5}},
           dict(image64="tanh", image="tanh"), STACK | dict(residuals=1)),
    rooted("tagan-paint-3", "tagan", "paint", 3, 2613,
           {"": lambda: tagan.Generator(5, 9, 6, 7)}, dict(image=seen(32), code=even(6)), tagans_paint,
           ["image"], {"": {"decoder.12": 0.15}},
           settings=dict(base=5, hidden=9, condition=6, wordSize=7, length=5, size=32)),
    rooted("gan-scenes-draw-3", "gan-scenes", "draw", 3, 2614, {"": scenes},
           dict(code=even(64), z=even(20)), lambda S, code, z: S.G(code, z), ["image"],
           {"": {"G.modules.19": 0.5}}, {}, SCENES, words=words(30)),
    rooted("gan-scenes-read-3", "gan-scenes", "read", 3, 2615, {"": scenes}, written(30, 5),
           lambda S, *given: S.text(*given), ["code"], {"": {"text.mu.0": 2}}, {}, SCENES,
           words=words(30)),
    rooted("gan-scenes-encode-3", "gan-scenes", "encode", 3, 2616, {"": scenes}, dict(image=seen()),
           lambda S, x: S.S(x), ["z"], {}, {}, SCENES, words=words(30)),
    rooted("tagan-scenes-read-3", "tagan-scenes", "read", 3, 2617, {"": editor}, written(30, 5),
           lambda E, *given: E.read(*given), ["code"], {"": {"mu.0": 2}}, {}, EDITOR, words=words(30)),
    rooted("tagan-scenes-paint-3", "tagan-scenes", "paint", 3, 2618, {"": editor},
           dict(image=seen(48), code=even(64)), lambda E, *given: E.paint(*given), ["image"],
           {"": {"decoder.14": 0.7, "filters": 0.5}}, {}, EDITOR, words=words(30)),
    rooted("uvs-look-3", "uvs", "look", 3, 2619, {"": lambda: vse.UVS(20, 9, 7, 11)},
           dict(features=even(11)), lambda V, x: V.look(x), ["seen"],
           settings=dict(entries=20, length=6, size=9, wordSize=7, features=11), words=words(20)),
    rooted("sentence-encoder-compare-3", "sentence-encoder", "compare", 3, 2620,
           {"": lambda: bert.SentenceEncoder(40, 24, 2, 3)},
           {n + e: (lambda rng, batch, side=side: sentences(rng, 40, side, 7)) if not e
            else (lambda rng, batch, side=side: lengths_array(side))
            for n, side in (("a", [7, 2, 5]), ("b", [3, 6, 4])) for e in ("", ".lengths")},
           lambda S, a, m, b, n: (S(a, m)[2] * S(b, n)[2]).sum(1), ["cosine"],
           settings=dict(length=7, entries=40, width=24, layers=2, heads=3),
           words=lambda folder: pieces(folder, 40)),
]

# Styles

LAYERS = 8  # of 32 x 32
WIDE = dict(resolution=32, widest=20, styles=24, depth=3)
FORMS = {
    "stylegan1": lambda **more: stylegan1.Generator(32, 24, widest=20, depth=3, **more),
    "stylegan1-port": lambda: stylegan1_port.Generator(32, widest=20, latent=24, depth=3),
    "stylegan1-rosinality": lambda: stylegan1_rosinality.Generator(32, widest=20, latent=24, depth=3),
    "stylegan2": lambda: stylegan2.Generator(32, widest=20, latent=24, depth=3),
    "stylegan2-ada": lambda: stylegan2_ada.Generator(32, widest=20, latent=24, depth=3),
}


def maps(page, seed):
    """Noise to one style per layer."""
    return rooted(f"{page}-map-3", page, "map", 3, seed, {"": FORMS[page]}, dict(z=even(24)),
                  lambda G, z: G.map(z), ["w"], settings=WIDE)


def moves(name, page, seed, make, psi=0.6, **more):
    """Styles moved toward the mean."""
    def run(G, w):
        if page == "stylegan2-ada":
            mean = G.mapping.w_avg
            return mean + psi * (w - mean)
        return G.truncate(w)

    return rooted(name, page, "truncate", 3, seed, {"": make}, dict(w=even(LAYERS, 24)), run, ["w"],
                  settings=WIDE | dict(psi=psi) | more)


def noisy(name, batch, seed):
    """StyleGAN2 with noise maps from outside."""
    sides = [4 * 2 ** ((i + 1) // 2) for i in range(LAYERS - 1)]
    return rooted(
        name, "stylegan2", "synthesize", batch, seed, {"": FORMS["stylegan2"]},
        dict(w=even(LAYERS, 24)) | {f"noise.{i}": even(1, side, side) for i, side in enumerate(sides)},
        lambda G, w, *noise: G.synthesize(w, list(noise)), ["image"], {}, {},
        WIDE | dict(noiseMode="random"))


def labelled(name, seed, make, step=1, **more):
    """Noise and a class to a picture."""
    label = lambda rng, batch: rng.integers(0, 5, batch)
    return rooted(
        name, "stylegan1", "generate", 3, seed, {"": lambda: make(5)}, dict(z=even(24), label=label),
        lambda G, z, label: G.generate(z, label)[0] if not more else G.generate(z, label),
        ["image"], {}, {}, WIDE | dict(labels=5) | more, step)


STYLES = [maps(page, 2630 + k) for k, page in enumerate(FORMS)] + [
    labelled("stylegan1-labels-3", 2651,
             lambda labels: stylegan1.Generator(32, 24, widest=20, depth=3, labels=labels)),
    labelled("stylegan1-genforce-labels-3", 2652,
             lambda labels: stylegan1_genforce.Generator(32, 24, 20, 3, 0.6, 3, labels=labels),
             names="genforce", psi=0.6, truncated=3),
    moves("stylegan1-truncate-3", "stylegan1", 2641,
          lambda: stylegan1.Generator(32, 24, widest=20, depth=3, psi=0.6, truncated=3), truncated=3),
    moves("stylegan2-ada-truncate-3", "stylegan2-ada", 2642, FORMS["stylegan2-ada"]),
    noisy("stylegan2-noise-3", 3, 2643),
    rooted("stylegan1-synthesize-3", "stylegan1", "synthesize", 3, 2644, {"": FORMS["stylegan1"]},
           dict(w=even(LAYERS, 24)), lambda G, w: G.synthesize(w), ["image"], {}, {}, WIDE),
    rooted("stylegan1-rosinality-synthesize-3", "stylegan1-rosinality", "synthesize", 3, 2645,
           {"": FORMS["stylegan1-rosinality"]},
           dict(w=even(LAYERS, 24)) | {
               f"noise.{i}": even(1, 4 * 2**i, 4 * 2**i) for i in range(LAYERS // 2)},
           lambda G, *given: G.run(*given), ["image"], {}, {}, WIDE),
    styled("stylegan1-port-features-3", "stylegan1-port", 3, 2646, "features", (20, 16), **NARROW, tap=4),
    styled("stylegan1-rosinality-features-3", "stylegan1-rosinality", 3, 2647, "features", (20, 8),
           **NARROW, tap=1),
    styled("stylegan1-rosinality-finish-3", "stylegan1-rosinality", 3, 2648, "finish", (20, 8), **NARROW,
           tap=2),
    styled("stylegan2-ada-features-3", "stylegan2-ada", 3, 2649, "features", (20, 8), **NARROW, tap=2),
    styled("stylegan1-genforce-finish-3", "stylegan1", 3, 2650, "finish", (20, 8), **NARROW,
           names="genforce", tap=3),
]

# Classes and taps


def shares(classes):
    """Shares of classes that add up to 1."""

    def make(rng, batch):
        found = rng.random((batch, classes)).astype("float32") ** 4
        return found / found.sum(1, keepdims=True)

    return make


CLASSES = [
    rooted("biggan-embed-3", "biggan", "embed", 3, 2661, {"": lambda: biggan.Generator(**SHORT)},
           dict(label=lambda rng, batch: rng.integers(0, 7, batch)), lambda G, x: G.shared(x),
           ["category"], settings=SHORT),
    rooted("biggan-hub-embed-3", "biggan-hub", "embed", 3, 2662,
           {"": lambda: biggan_hub.Generator(**HUB)}, dict(shares=shares(7)), lambda G, x: G.linear(x),
           ["category"], settings=HUB),
    rooted("biggan-deep-embed-3", "biggan-deep", "embed", 3, 2663,
           {"": lambda: biggan_deep.Generator(**DEEP)}, dict(shares=shares(7)),
           lambda G, x: G.embeddings(x), ["category"], settings=DEEP),
    classed("biggan-hub-attention-3", "biggan-hub", 3, 2664, biggan_hub.Generator, **HUB, attention=32),
    classed("biggan-deep-attention-3", "biggan-deep", 3, 2665, biggan_deep.Generator, **DEEP, attention=4),
    classed("biggan-hub-features-3", "biggan-hub", 3, 2666, biggan_hub.Generator, "features", (64, 16),
            **HUB, tap=1),
    classed("biggan-hub-finish-3", "biggan-hub", 3, 2667, biggan_hub.Generator, "finish", (64, 16), **HUB,
            tap=1),
    classed("biggan-deep-features-3", "biggan-deep", 3, 2668, biggan_deep.Generator, "features", (32, 64),
            **DEEP, tap=7),
    grows("pggan-tanh-3", 3, 2670, **SMALL, finalTanh=True),
]

# Captions, and networks that see


def speaks(name, function, lengths, seed, torch7=False):
    """A caption to the port of GAN-CLS."""
    g, d, size, narrowed, z = 9, 7, 10, 11, 7
    painter = stackgan_v2.Wrapped(gan_cls_pytorch.Generator(g, size, narrowed, z))
    judge = stackgan_v2.Wrapped(gan_cls_pytorch.Discriminator(d, size, narrowed))
    module, root = (painter, "G") if function == "generate" else (judge, "D")

    def networks(text, given):
        gains = {"module.netG.12": 0.6} if root == "G" else {"module.netD_2.0": 6}
        yield root, synthetic.fill(module, seed + 2, gains)

    inputs = {
        "generate": lambda rng: {"z": normal(rng, len(lengths), z)},
        "judge": lambda rng: {"image": picture(rng, len(lengths), 64)}}[function]
    results = {
        "generate": lambda text, given: {"image": module(text, given["z"])},
        "judge": lambda text, given: {"probability": module(given["image"], text)}}[function]
    return spelled(
        name, "gan-cls-pytorch", lengths, dict(g=g, d=d, textSize=size, narrowed=narrowed, z=z), size,
        networks, inputs, results, seed, torch7=torch7, function=function)


LONG = [60, 21, 7]

CAPTIONS = [
    speaks("gan-cls-pytorch-caption-3", "generate", LONG, 2681),
    speaks("gan-cls-pytorch-caption-torch7-3", "generate", LONG, 2682, torch7=True),
    cases_stackgan.spells("stackgan-caption-torch7-3", LONG, 2684, torch7=True, g=16),
    cases_stackgan.spells("stackgan-tensorflow-caption-letters-3", LONG, 1363, tensorflow=True),
    cases_paint.spells_judge_v2("stackgan-v2-caption-judge-128-3", LONG, 2686, 128),
    cases_paint.spells_judge_v2("stackgan-v2-caption-judge-256-3", LONG, 2687, 256),
    cases_read.spells("char-cnn-rnn-gated-pool-3", [107, 40, 9], 2688, gated=True, pool=True,
                      **cases_read.NARROW),
    cases_read.spells("char-cnn-rnn-plain-3", [107, 40, 9], 2689, gated=False, **cases_read.NARROW),
    cases_read.spells("char-cnn-rnn-torch7-plain-3", [107, 40, 9], 2690, cases_read.TORCH7, gated=False,
                      **cases_read.NARROW),
    cases_manigan.edits("manigan-detail-narrow-old-3", [6, 2, 7], 2691, detail=True, oldResize=True,
                        **cases_manigan.NARROW),
    cases_matching.matches("damsm-similarity-modern-3", "compare", [2, 7, 4], 2696, 30, 7, 64, 20, 123, 12,
                           aligned=False),
    inversion_cases.perceives("vgg19-plain-3", "vgg19", 3, 2693, 32, vgg.VGG19, normalize=False,
                              relus=[0, 3, 9]),
]

CASES = FEATURES + PARTS + STYLES + CLASSES + CAPTIONS

FIXTURES = [
    labelled("stylegan1-labels", 2751,
             lambda labels: stylegan1.Generator(32, 24, widest=20, depth=3, labels=labels), step=3),
    rooted("stackgan-paint", "stackgan", "paint", 2, 2752, {"": lambda: stackgan.StageII(4, 3, 3, 1, 5)},
           dict(code1=even(3), code2=even(3), z=even(3)), lambda G, *given: G.paint(*given),
           ["image64", "image"], {"": {"residual.0.block.3": 0.5}}, dict(image64="tanh", image="tanh"),
           dict(g=4, z=3, condition=3, textSize=5, residuals=1), 19),
]
