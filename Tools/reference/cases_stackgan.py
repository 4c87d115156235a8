"""Cases of StackGAN (Zhang et al., ICCV 2017), in PyTorch and in TensorFlow."""

import functools

import stackgan
import stackgan_tensorflow
import synthetic
from case import block, normal
from paint_case import centre, judged, kinds, scenes, spelled


def stage1(name, batch, seed, g=192, z=100, condition=128, textSize=1024, last=0.4, step=1):
    names = ["image", "mu", "logvar"]
    return block(
        name, "stackgan", "generate", batch,
        dict(g=g, z=z, condition=condition, textSize=textSize),
        lambda: stackgan.StageI(g, z, condition, textSize),
        lambda rng: {"text": normal(rng, batch, textSize), "z": normal(rng, batch, z),
                     "epsilon": normal(rng, batch, condition)},
        names, seed, {"img.0": last, "ca_net.fc": 0.7}, kinds(names), "StackGANStageI", step)


def stage2(name, batch, seed, g=192, z=100, condition=128, residuals=2, textSize=1024, last=0.4,
           step=1):
    names = ["image64", "image", "mu", "logvar"]
    gains = {"STAGE1_G.img.0": last, "img.0": last, "STAGE1_G.ca_net.fc": 0.7, "ca_net.fc": 0.7}
    gains |= {f"residual.{r}.block.3": 0.5 for r in range(residuals)}
    return block(
        name, "stackgan", "generate", batch,
        dict(g=g, z=z, condition=condition, residuals=residuals, textSize=textSize),
        lambda: stackgan.StageII(g, z, condition, residuals, textSize),
        lambda rng: {"text": normal(rng, batch, textSize), "z": normal(rng, batch, z),
                     "epsilon1": normal(rng, batch, condition),
                     "epsilon2": normal(rng, batch, condition)},
        names, seed, gains, kinds(names), step=step)


def judges(name, batch, seed, size, d=96, condition=128):
    both = size == 256
    heads = ["get_cond_logits.outlogits.3", "get_uncond_logits.outlogits.0"]
    return judged(
        name, "stackgan-discriminator", batch, dict(size=size, d=d, condition=condition),
        lambda: stackgan.Discriminator(size, d, condition), heads[: 1 + both],
        lambda rng: {"image": scenes(rng, batch, size), "condition": normal(rng, batch, condition)},
        ["match", "real"][: 1 + both], seed, {"get_cond_logits.outlogits.0": 1.5})


def tensorflow(name, batch, seed, stages=2, g=128, z=100, condition=128, textSize=1024, last=0.2,
               step=1):
    """Stage-I alone, or both."""
    pictures = ["image64", "image"][2 - stages :]
    epsilons = ["epsilon"] if stages == 1 else ["epsilon1", "epsilon2"]

    def network():
        generator = stackgan_tensorflow.Generator(g, z, condition, textSize, stages)
        for stage in generator.stages:
            stage.last[0].gain, stage.read[0].gain = last, 0.5
        for branch in (stage.branches if stages == 2 else []):
            branch[-2].gain = 0.5
        return generator

    return block(
        name, "stackgan-tensorflow", "generate", batch,
        dict(g=g, z=z, condition=condition, textSize=textSize), network,
        lambda rng: {"text": normal(rng, batch, textSize), "z": normal(rng, batch, z),
                     **{e: normal(rng, batch, condition) for e in epsilons}},
        pictures + ["mu", "logSigma"], seed, None, kinds(pictures),
        "StackGANTensorFlowStageI" if stages == 1 else None, step, stackgan_tensorflow.variables)


def judges_tensorflow(name, batch, seed, size, d=64, condition=128, textSize=1024):
    scope, last = ("d_net", 8) if size == 64 else ("hr_d_net", 12)
    return judged(
        name, "stackgan-tensorflow-discriminator", batch,
        dict(size=size, d=d, condition=condition, textSize=textSize),
        lambda: stackgan_tensorflow.Discriminator(size, d, condition, textSize),
        [f"{scope}/custom_conv2d_{last}/custom_conv2d_{last}"],
        lambda rng: {"image": scenes(rng, batch, size), "text": normal(rng, batch, textSize)},
        ["match", "logit"], seed, named=stackgan_tensorflow.variables)


def spells(name, lengths, seed, tensorflow=False, torch7=False, function="generate", g=12, z=7,
           condition=9, textSize=10):
    """A caption through char-CNN-RNN, to both stages or to their codes."""
    if tensorflow:
        network = stackgan_tensorflow.Generator(g, z, condition, textSize)
        for stage in network.stages:
            stage.last[0].gain, stage.read[0].gain = 0.2, 0.2
        own = {}
    else:
        network, own = stackgan.StageII(g, z, condition, 1, textSize), dict(residuals=1)
    gains = None if tensorflow else {"STAGE1_G.img.0": 0.3, "img.0": 0.6, "residual.0.block.3": 0.5,
                                     "STAGE1_G.ca_net.fc": 0.3, "ca_net.fc": 0.3}

    def networks(text, given):
        state = synthetic.fill(network, seed + 2, gains)
        return [("", stackgan_tensorflow.variables(state) if tensorflow else state)]

    def make_inputs(rng):
        noise = {n: normal(rng, len(lengths), condition) for n in ("epsilon1", "epsilon2")}
        return noise | ({"z": normal(rng, len(lengths), z)} if function == "generate" else {})

    def results(text, given):
        epsilons = given["epsilon1"], given["epsilon2"]
        if function == "generate":
            return dict(zip(("image64", "image"), network(text, given["z"], *epsilons)))
        return dict(zip(("code1", "code2"), network.codes(text, *epsilons)))

    return spelled(
        name, "stackgan-tensorflow" if tensorflow else "stackgan", lengths,
        dict(g=g, z=z, condition=condition, textSize=textSize) | own, textSize, networks, make_inputs,
        results, seed, torch7=torch7, function=function)


def spells_judge(name, lengths, seed, size, d=6, condition=5, textSize=10, g=4):
    """A picture and a caption to a score: the generator's file has the conditioning."""
    make = stackgan.StageI if size == 64 else stackgan.StageII
    both = functools.cache(
        lambda: (make(g, 3, condition, text=textSize), stackgan.Discriminator(size, d, condition)))

    def results(text, given):
        painter, judge = both()
        match = judge(given["image"], painter.ca_net(text)[0])
        return {"match": match if size == 64 else match[0]}

    def networks(text, given):
        painter, judge = both()
        states = [synthetic.fill(painter, seed + 2), synthetic.fill(judge, seed + 3)]
        states[1] = centre(judge, ["get_cond_logits.outlogits.3"], lambda: results(text, given))
        return list(zip("CD", states))

    return spelled(
        name, "stackgan-judge", lengths, dict(size=size, d=d, condition=condition, textSize=textSize),
        textSize, networks, lambda rng: {"image": scenes(rng, len(lengths), size)}, results, seed)


CASES = [
    stage1("stackgan-stage1-1", 1, 1301),
    stage1("stackgan-stage1-narrow-3", 3, 1302, g=10, z=7, condition=9, textSize=30),
    stage2("stackgan-1", 1, 1303),
    stage2("stackgan-defaults-of-code-1", 1, 1304, g=128, residuals=4),
    stage2("stackgan-narrow-3", 3, 1305, g=12, z=7, condition=9, residuals=1, textSize=30),
    judges("stackgan-judge-64-3", 3, 1311, 64),
    judges("stackgan-judge-256-2", 2, 1312, 256),
    judges("stackgan-judge-narrow-64-3", 3, 1313, 64, d=7, condition=5),
    judges("stackgan-judge-narrow-256-3", 3, 1314, 256, d=5, condition=5),
    tensorflow("stackgan-tensorflow-stage1-1", 1, 1331, stages=1),
    tensorflow("stackgan-tensorflow-stage1-narrow-3", 3, 1332, stages=1, g=5, z=7, condition=9,
               textSize=30),
    tensorflow("stackgan-tensorflow-1", 1, 1333),
    tensorflow("stackgan-tensorflow-narrow-3", 3, 1334, g=12, z=7, condition=9, textSize=30),
    judges_tensorflow("stackgan-tensorflow-judge-64-3", 3, 1341, 64),
    judges_tensorflow("stackgan-tensorflow-judge-256-2", 2, 1342, 256),
    judges_tensorflow("stackgan-tensorflow-judge-narrow-64-3", 3, 1343, 64, d=7, condition=5,
                      textSize=30),
    judges_tensorflow("stackgan-tensorflow-judge-narrow-256-3", 3, 1344, 256, d=5, condition=5,
                      textSize=30),
    spells("stackgan-caption-3", [60, 21, 7], 1361, g=16),
    spells("stackgan-caption-codes-3", [60, 21, 7], 1362, function="encode"),
    spells("stackgan-tensorflow-caption-3", [60, 21, 7], 1363, tensorflow=True, torch7=True),
    spells("stackgan-tensorflow-caption-codes-3", [60, 21, 7], 1364, tensorflow=True,
           function="encode"),
    spells_judge("stackgan-caption-judge-64-3", [60, 21, 7], 1365, 64),
    spells_judge("stackgan-caption-judge-256-3", [60, 21, 7], 1366, 256),
]

FIXTURES = [
    stage2("stackgan", 2, 1361, g=4, z=3, condition=3, residuals=1, textSize=5, last=0.6, step=19),
    judges("stackgan-discriminator", 2, 1322, 64, d=2, condition=3),
    tensorflow("stackgan-tensorflow", 2, 1361, g=4, z=3, condition=3, textSize=5, last=0.3, step=19),
    spells_judge("stackgan-judge", [30, 7], 1367, 64, d=2, condition=3, textSize=4),
    judges_tensorflow("stackgan-tensorflow-discriminator", 2, 1352, 64, d=2, condition=3, textSize=5),
]
