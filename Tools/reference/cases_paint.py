"""Networks that make pictures from captions, and their discriminators.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

import functools

import numpy

import attngan
import attngan_judges
import cases_gan_cls
import cases_manigan
import cases_stackgan
import controlgan
import damsm
import stackgan_v2
import synthetic
from arrays import Data, Output, tensor
from case import Case, array, block, normal, vocabulary
from paint_case import caption_inputs, centre, judged, kinds, save, scenes, spelled

# StackGAN-v2


def paints_v2(name, batch, seed, g=64, z=100, condition=128, textSize=1024, conditional=True,
              last=1.0, step=1):
    """The generator of three pictures: from a text, or from noise alone."""
    names = ["image64", "image128", "image"] + (["mu", "logvar"] if conditional else [])
    gains = {f"module.img_net{k}.img.0": last for k in (1, 2, 3)}
    gains |= {f"module.h_net{k}.residual.{r}.block.3": 0.5 for k in (2, 3) for r in (0, 1)}
    gains |= {"module.ca_net.fc": 1.5} if conditional else {}

    def make_inputs(rng):
        text = {"text": normal(rng, batch, textSize)} if conditional else {}
        noise = {"epsilon": normal(rng, batch, condition)} if conditional else {}
        return {**text, "z": normal(rng, batch, z), **noise}

    settings = dict(g=g, z=z, condition=condition, textSize=textSize, conditional=conditional)
    return block(
        name, "stackgan-v2", "generate", batch, settings,
        lambda: stackgan_v2.Wrapped(
            stackgan_v2.Generator(g, z, condition, textSize, conditional)),
        make_inputs, names, seed, gains, kinds(names), step=step)


def judges_v2(name, batch, seed, size, d=64, condition=128, conditional=True):
    def make_inputs(rng):
        image = {"image": scenes(rng, batch, size)}
        return image | ({"condition": normal(rng, batch, condition)} if conditional else {})

    return judged(
        name, "stackgan-v2-discriminator", batch,
        dict(size=size, d=d, condition=condition, conditional=conditional),
        lambda: stackgan_v2.Wrapped(
            stackgan_v2.Discriminator(size, d, condition, conditional)),
        ["module.logits.0", "module.uncond_logits.0"][: 1 + conditional], make_inputs,
        ["match", "real"] if conditional else ["real"], seed,
        {"module.jointConv.0": 1.5} if conditional else {})


def spells_v2(name, lengths, seed, function="generate", g=12, z=7, condition=9, textSize=10):
    """A caption through char-CNN-RNN, to pictures or to its code; a code to pictures."""
    network = stackgan_v2.Wrapped(stackgan_v2.Generator(g, z, condition, textSize))
    gains = {f"module.img_net{k}.img.0": 0.3 for k in (1, 2, 3)} | {"module.ca_net.fc": 0.5}
    count, names = len(lengths), ["image64", "image128", "image"]

    def results(text, given):
        if function == "encode":
            return {"code": network.module.ca_net(text, given["epsilon"])[0]}
        return dict(zip(names, network(text, given["z"], given["epsilon"])))

    noise = dict(epsilon=condition) if function == "encode" else dict(z=z, epsilon=condition)
    return spelled(
        name, "stackgan-v2", lengths, dict(g=g, z=z, condition=condition, textSize=textSize), textSize,
        lambda *_: [("", synthetic.fill(network, seed + 2, gains))],
        lambda rng: {n: normal(rng, count, size) for n, size in noise.items()}, results, seed,
        function=function)


def paints_codes_v2(name, batch, seed, g=12, z=7, condition=9, textSize=10):
    """A code to pictures: what an interpolation shows."""

    def build(folder, shared):
        network = stackgan_v2.Wrapped(stackgan_v2.Generator(g, z, condition, textSize))
        gains = {f"module.img_net{k}.img.0": 0.3 for k in (1, 2, 3)}
        path = save(synthetic.fill(network, seed, gains), folder / "weights.safetensors")
        rng = numpy.random.default_rng(seed + 1)
        inputs = {"code": normal(rng, batch, condition), "z": normal(rng, batch, z)}
        pictures = network.module.paint(*[tensor(v) for v in inputs.values()])
        names = ["image64", "image128", "image"]
        return Data([("", path)], inputs,
                    {n: Output(array(p), "tanh") for n, p in zip(names, pictures)})

    return Case(name, "stackgan-v2", "paint", batch,
                dict(g=g, z=z, condition=condition, textSize=textSize), build)


def spells_judge_v2(name, lengths, seed, size=64, d=6, condition=5, textSize=10):
    """A picture and a caption to scores: the generator's file has the conditioning."""
    wrapped = stackgan_v2.Wrapped
    both = functools.cache(lambda: (
        wrapped(stackgan_v2.Generator(4, 3, condition, textSize)),
        wrapped(stackgan_v2.Discriminator(size, d, condition))))

    def results(text, given):
        painter, judge = both()
        mu = painter.module.ca_net(text, 0)[1]
        return dict(zip(("match", "real"), judge(given["image"], mu)))

    def networks(text, given):
        painter, judge = both()
        states = [synthetic.fill(painter, seed + 2), synthetic.fill(judge, seed + 3)]
        heads = ["module.logits.0", "module.uncond_logits.0"]
        states[1] = centre(judge, heads, lambda: results(text, given))
        return list(zip("CD", states))

    return spelled(
        name, "stackgan-v2-judge", lengths,
        dict(size=size, d=d, condition=condition, textSize=textSize), textSize, networks,
        lambda rng: {"image": scenes(rng, len(lengths), size)}, results, seed)


V2 = [
    paints_v2("stackgan-v2-1", 1, 1101, last=0.3),
    paints_v2("stackgan-v2-narrow-3", 3, 1102, g=12, z=7, condition=9, textSize=30, last=0.2),
    paints_v2("stackgan-v2-noise-1", 1, 1103, conditional=False),
    paints_v2("stackgan-v2-noise-narrow-3", 3, 1104, g=12, z=7, conditional=False),
    paints_codes_v2("stackgan-v2-codes-3", 3, 1105),
    spells_v2("stackgan-v2-caption-3", [60, 21, 7], 1106),
    spells_v2("stackgan-v2-caption-code-3", [60, 21, 7], 1107, "encode"),
    spells_judge_v2("stackgan-v2-caption-judge-3", [60, 21, 7], 1108),
    judges_v2("stackgan-v2-judge-64-3", 3, 1111, 64),
    judges_v2("stackgan-v2-judge-128-3", 3, 1112, 128),
    judges_v2("stackgan-v2-judge-256-2", 2, 1113, 256),
    judges_v2("stackgan-v2-judge-noise-64-3", 3, 1114, 64, conditional=False),
    judges_v2("stackgan-v2-judge-noise-128-3", 3, 1115, 128, conditional=False),
    judges_v2("stackgan-v2-judge-noise-256-2", 2, 1116, 256, conditional=False),
    judges_v2("stackgan-v2-judge-narrow-64-3", 3, 1117, 64, d=6, condition=5),
    judges_v2("stackgan-v2-judge-narrow-128-3", 3, 1118, 128, d=6, condition=5),
    judges_v2("stackgan-v2-judge-narrow-256-3", 3, 1119, 256, d=6, condition=5),
    judges_v2("stackgan-v2-judge-noise-narrow-256-3", 3, 1120, 256, d=5, conditional=False),
]

# AttnGAN


def paints(name, graph, lengths, seed, make, g=32, residuals=2, entries=5450, length=25,
           corrected=False, nef=256, z=100, condition=100, last=0.9, step=1, more=None,
           drop=()):
    """AttnDCGAN or ControlGAN with its text encoder. Layers of `drop` are not in the file."""

    def build(folder, shared):
        text = damsm.TextEncoder(entries, nef)
        network = make(g, residuals, nef, z, condition, corrected)
        gains = {"h_net1.fc.0": 1.15, "ca_net.fc": 1.5} | (more or {})
        gains |= {f"{name}.img.0": last for name in network.pictures.values()}
        gains |= {f"h_net1.upsample{i}.1": 1.15 for i in range(1, 5)}
        gains |= {f"h_net{k}.att.conv_context": 1.5 for k in (2, 3)}
        gains |= {f"h_net{k}.residual.{r}.block.3": 0.5 for k in (2, 3) for r in range(residuals)}
        states = [("", synthetic.fill(network, seed, gains)),
                  ("text", synthetic.fill(text, seed + 1, {"rnn": 2}))]
        states = [(r, {k: v for k, v in s.items() if not k.startswith(drop)}) for r, s in states]
        weights = [(r, save(s, folder / f"{r or 'generator'}.safetensors")) for r, s in states]
        rng = numpy.random.default_rng(seed + 2)
        inputs, words, sentence = caption_inputs(rng, text, lengths, length)
        inputs["z"] = normal(rng, len(lengths), z)
        inputs["epsilon"] = normal(rng, len(lengths), condition)
        given = [tensor(inputs[n]) for n in ("caption.lengths", "z", "epsilon")]
        results = network(words, sentence, *given)
        outputs = {n: Output(array(r), kinds([n]).get(n), step if r.ndim == 4 else 1)
                   for n, r in results.items()}
        return Data(weights, inputs, outputs, vocabulary(folder, entries))

    settings = dict(g=g, residuals=residuals, entries=entries, length=length, corrected=corrected,
                    nef=nef, z=z, condition=condition)
    return Case(name, graph, None, len(lengths), settings, build)


def paints_dcgan(name, lengths, seed, residuals=0, **sizes):
    make = functools.partial(attngan.Generator, dcgan=True)
    return paints(name, "attn-dcgan", lengths, seed, make, residuals=residuals, **sizes)


def controls(name, lengths, seed, **sizes):
    """Keys of the maps are kept small: their scores are sums over all places."""
    more = {f"h_net{k}.channel_att.conv_context{k}": 0.02 for k in (2, 3)}
    return paints(name, "controlgan", lengths, seed, controlgan.Generator, more=more, **sizes)


def judges(name, lengths, seed, size, d=64, entries=5450, length=25, nef=256, unconditional=True):
    """A discriminator of AttnGAN with the text encoder."""
    heads = ["COND_DNET.outlogits.0", "UNCOND_DNET.outlogits.0"]
    return judged(
        name, "attngan-discriminator", len(lengths),
        dict(size=size, d=d, entries=entries, length=length, nef=nef, unconditional=unconditional),
        lambda: attngan_judges.Discriminator(size, d, nef, unconditional),
        heads[: 1 + unconditional], lambda rng: {"image": scenes(rng, len(lengths), size)},
        ["match", "real"][: 1 + unconditional], seed, {"COND_DNET.jointConv.0": 1.5},
        (lambda: damsm.TextEncoder(entries, nef), lengths, length))


SMALL = dict(entries=30, length=8, nef=18)
COCO = dict(d=96, entries=27297, length=20)

ATTNGAN = [
    paints_dcgan("attn-dcgan-1", [7], 1201),
    paints_dcgan("attn-dcgan-narrow-3", [6, 2, 8], 1202, g=10, z=7, condition=9, **SMALL),
    paints_dcgan("attn-dcgan-narrow-corrected-3", [6, 2, 8], 1203, g=10, z=7, condition=9,
                 residuals=1, corrected=True, **SMALL),
    controls("controlgan-1", [7], 1241),
    controls("controlgan-coco-1", [9], 1242, g=48, residuals=3, entries=27297, length=20),
    controls("controlgan-narrow-3", [6, 2, 7], 1243, g=10, z=7, condition=9, residuals=1, **SMALL),
    controls("controlgan-narrow-corrected-3", [6, 2, 7], 1244, g=10, z=7, condition=9, residuals=1,
             corrected=True, **SMALL),
    judges("attngan-judge-64-3", [11, 7, 4], 1211, 64),
    judges("attngan-judge-128-3", [11, 7, 4], 1212, 128),
    judges("attngan-judge-256-2", [11, 7], 1213, 256),
    judges("attngan-judge-coco-64-3", [9, 5, 14], 1214, 64, **COCO),
    judges("attngan-judge-coco-128-3", [9, 5, 14], 1215, 128, **COCO),
    judges("attngan-judge-coco-256-2", [9, 5], 1216, 256, **COCO),
    judges("attngan-judge-narrow-64-3", [6, 2, 8], 1217, 64, d=7, **SMALL),
    judges("attngan-judge-narrow-128-3", [6, 2, 8], 1218, 128, d=7, unconditional=False, **SMALL),
    judges("attngan-judge-narrow-256-3", [6, 2, 8], 1219, 256, d=5, **SMALL),
    judges("attngan-judge-alone-256-2", [6, 2], 1220, 256, unconditional=False),
]


CASES = (
    V2 + ATTNGAN + cases_stackgan.CASES + cases_gan_cls.CASES + cases_manigan.CASES)

TINY = dict(entries=6, length=5, nef=4)

FIXTURES = [
    paints_v2("stackgan-v2", 2, 1131, g=4, z=3, condition=3, textSize=5, last=0.25, step=19),
    judges_v2("stackgan-v2-discriminator", 2, 1132, 64, d=2, condition=3),
    spells_judge_v2("stackgan-v2-judge", [30, 7], 1133, d=2, condition=3, textSize=4),
    paints_dcgan("attn-dcgan", [5, 2], 1231, g=1, z=4, condition=4, step=19, **TINY),
    controls("controlgan", [4, 2], 1244, g=1, residuals=1, z=4, condition=4, step=19, entries=6,
             length=5, nef=2, drop=(
                 "h_net2.att.conv_context2", "h_net2.att.conv_context3", "h_net3.att.conv_context2",
                 "h_net3.att.conv_context3", "h_net2.channel_att.conv_context3",
                 "h_net3.channel_att.conv_context2")),
    judges("attngan-discriminator", [5, 2], 1232, 64, d=2, **TINY),
] + cases_stackgan.FIXTURES + cases_gan_cls.FIXTURES + cases_manigan.FIXTURES
