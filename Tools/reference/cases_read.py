"""Encoders of text and networks that change pictures by text; retrieval is in cases_retrieve.py.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

import numpy

import cases_retrieve
import char_cnn_rnn
import gan_int_cls
import sisgan
import synthetic
import tagan
import vse
from arrays import Data, Output, tensor
from case import Case, array, inside, normal, picture
from cases_retrieve import saved, words_of
from paint_case import spelled


# char-CNN-RNN


def spells(name, lengths, seed, model="CharCNNRNN", function="encode", length=201,
           sizes=(384, 512, 512, 1024), gated=True, pool=False, prefix=""):
    """char-CNN-RNN; one letter in ten is not in the alphabet."""

    def build(folder, shared):
        network = char_cnn_rnn.Encoder(sizes, gated, pool)
        state = synthetic.fill(network, seed, {"rnn.h2h": 0.7, "emb_proj": 2})
        if model != "CharCNNRNN":
            state = char_cnn_rnn.torch7(state, gated, prefix)
        rng = numpy.random.default_rng(seed + 1)
        shape = (len(lengths), length)
        ids = rng.integers(1, 71, shape) * (rng.random(shape) > 0.1)
        inputs = {"caption": numpy.where(inside(lengths, length), ids, 0).astype(numpy.int64)}
        text = network(tensor(inputs["caption"]))
        outputs = {"text": Output(array(text))}
        if function == "match":
            inputs["features"] = normal(rng, len(lengths), sizes[3])
            outputs = {"score": Output(array((text * tensor(inputs["features"])).sum(1)))}
        return Data(saved(folder, weights=state), inputs, outputs)

    settings = dict(sizes=list(sizes), gated=gated, pool=pool, length=length)
    return Case(name, "char-cnn-rnn", function, len(lengths), settings, build, model=model)


FLOWERS = dict(gated=False, pool=True)
CVPR = dict(sizes=(384, 512, 256, 1024), gated=False, pool=True)
NARROW = dict(sizes=(7, 5, 6, 9), length=107)
TORCH7 = "CharCNNRNNTorch7"

# SISGAN and VSE


def sentence_reader(seed, size, wordSize):
    """The text side of SISGAN's VSE, and its state with a tensor that only the image side reads."""
    network = vse.SISGANsVSE(size, wordSize, side=32, hidden=2, narrow=64)
    state = synthetic.fill(network, seed, {"txt_encoder": 2})
    kept = {k: v for k, v in state.items() if not k.startswith("img_encoder.features")}
    return network, kept


def changes(name, lengths, seed, function="edit", vgg=True, normalize=False, base=128, condition=128,
            textSize=300, wordSize=300, length=50, size=64, last=0.5, step=1):
    """SISGAN's generator with the text side of its VSE."""

    def build(folder, shared):
        reader, text_state = sentence_reader(seed + 2, textSize, wordSize)
        network = sisgan.Generator(vgg, base, condition, textSize, normalize)
        gains = {f"residual_blocks.{i}.encoder.3": 0.5 for i in range(2, 6)}
        gains |= {"decoder.8": last, "mu.0": 1, "log_sigma.0": 0.5}
        files = saved(folder, weights=synthetic.fill(network, seed, gains), text=text_state)
        rng = numpy.random.default_rng(seed + 1)
        count = len(lengths)
        image = picture(rng, count, size)
        inputs = {"image": (image + 1) / 2 if vgg else image}
        words = words_of(rng, lengths, length, wordSize)
        if function == "paint":
            inputs["code"] = normal(rng, count, condition)
            image = network.paint(*map(tensor, inputs.values()))
            return Data(files[:1], inputs, {"image": Output(array(image), "tanh", step)})
        if function == "change":
            inputs["text"] = normal(rng, count, textSize)
            text = tensor(inputs["text"])
        else:
            inputs |= words
            text = reader.read(tensor(words["words"]), tensor(words["words.lengths"]))
        inputs["z"] = normal(rng, count, condition)
        if function == "encode":
            del inputs["image"]
            code = network.code(text, tensor(inputs["z"]))
            return Data(files, inputs, {"code": Output(array(code))})
        results = network(tensor(inputs["image"]), text, tensor(inputs["z"]))
        image, mu, log_sigma = (array(r) for r in results)
        return Data(files, inputs, {
            "image": Output(image, "tanh", step), "mu": Output(mu), "logSigma": Output(log_sigma)})

    settings = dict(vgg=vgg, normalize=normalize, base=base, condition=condition, textSize=textSize,
                    wordSize=wordSize, length=length, size=size)
    return Case(name, "sisgan", function, len(lengths), settings, build)


def judges_scenes(name, lengths, seed, function="judge", base=64, narrowed=128, textSize=300,
                  wordSize=300, length=50, size=64):
    """SISGAN's discriminator."""

    def build(folder, shared):
        reader, text_state = sentence_reader(seed + 2, textSize, wordSize)
        network = sisgan.Discriminator(base, narrowed, textSize, size)
        state = synthetic.fill(network, seed, {"classifier.3": 2, "compression.0": 2})
        files = saved(folder, weights=state, text=text_state)
        rng = numpy.random.default_rng(seed + 1)
        inputs = {"image": picture(rng, len(lengths), size)}
        if function == "judge":
            inputs |= words_of(rng, lengths, length, wordSize)
            text = reader.read(tensor(inputs["words"]), tensor(inputs["words.lengths"]))
        else:
            inputs["text"] = normal(rng, len(lengths), textSize)
            text = tensor(inputs["text"])
        logit = network(tensor(inputs["image"]), text)
        return Data(files, inputs, {"logit": Output(array(logit))})

    settings = dict(base=base, narrowed=narrowed, textSize=textSize, wordSize=wordSize,
                    length=length, size=size)
    return Case(name, "sisgan", function, len(lengths), settings, build, model="Discriminator")


def judges_words(name, lengths, seed, base=64, hidden=512, wordSize=300, length=50, size=128):
    """TAGAN's discriminator."""

    def build(folder, shared):
        network = tagan.Discriminator(base, hidden, wordSize, size)
        state = synthetic.fill(network, seed, {f"gen_filter.{j}": 4 for j in range(3)} | {"classifier": 4})
        rng = numpy.random.default_rng(seed + 1)
        inputs = {"image": picture(rng, len(lengths), size)}
        inputs |= words_of(rng, lengths, length, wordSize)
        results = network(*map(tensor, inputs.values()))
        names = ["real", "match", "mismatch"]
        return Data(saved(folder, weights=state), inputs,
                    {n: Output(array(r)) for n, r in zip(names, results)})

    settings = dict(base=base, hidden=hidden, wordSize=wordSize, length=length, size=size)
    return Case(name, "tagan", "judge", len(lengths), settings, build, model="Discriminator")


def restyles(name, lengths, seed, torch7=False):
    """The style of a picture and what a caption says."""
    sizes = dict(g=8, narrowed=24, z=20)
    network = gan_int_cls.StyleTransfer(
        gan_int_cls.Generator(8, 32, 24, 20), gan_int_cls.style_encoder(8, 20))

    def states(text, given):
        gains = {f"modules.{k}.modules.2.modules.7": 0.5 for k in (5, 10)} | {"modules.19": 0.35}
        yield "G", synthetic.fill(network.G, seed + 2, gains)
        yield "S", synthetic.fill(network.S, seed + 3)

    return spelled(
        name, "style-transfer", lengths, sizes | dict(d=8, textSize=32), 32, states,
        lambda rng: {"image": picture(rng, len(lengths), 64)},
        lambda text, given: {"image": network(given["image"], text)}, seed, torch7=torch7)


SMALL = dict(base=6, condition=5, textSize=7, wordSize=9, length=6, size=20)
TINY = dict(base=2, condition=3, textSize=4, wordSize=3, length=5, size=8, last=0.3)

CASES = cases_retrieve.CASES + [
    spells("char-cnn-rnn-1", [57], 701),
    spells("char-cnn-rnn-3", [201, 90, 12], 702),
    spells("char-cnn-rnn-match-3", [201, 90, 12], 702, function="match"),
    spells("char-cnn-rnn-flowers-3", [64, 201, 30], 703, **FLOWERS),
    spells("char-cnn-rnn-cvpr-1", [120], 704, **CVPR),
    spells("char-cnn-rnn-narrow-3", [107, 40, 9], 705, **NARROW),
    spells("char-cnn-rnn-torch7-1", [57], 706, TORCH7),
    spells("char-cnn-rnn-torch7-flowers-3", [64, 201, 30], 707, TORCH7, prefix="protos.enc_doc.",
           **FLOWERS),
    spells("char-cnn-rnn-torch7-narrow-3", [107, 40, 9], 708, TORCH7, "match", **NARROW),
    changes("sisgan-1", [12], 711),
    changes("sisgan-own-3", [12, 50, 1], 712, vgg=False),
    changes("sisgan-small-3", [6, 2, 4], 713, **SMALL),
    changes("sisgan-normalized-3", [6, 2, 4], 714, normalize=True, **SMALL),
    changes("sisgan-own-small-3", [6, 2, 4], 715, vgg=False, **SMALL),
    changes("sisgan-change-3", [6, 2, 4], 716, "change", **SMALL),
    changes("sisgan-encode-3", [6, 2, 4], 717, "encode", **SMALL),
    changes("sisgan-paint-3", [6, 2, 4], 718, "paint", **SMALL),
    judges_scenes("sisgan-judge-1", [12], 721),
    judges_scenes("sisgan-judge-3", [12, 50, 1], 722),
    judges_scenes("sisgan-judge-vector-3", [6, 2, 4], 723, "judgeVector", base=5, narrowed=7,
                  textSize=9, size=48),
    restyles("style-transfer-caption-3", [60, 9, 33], 731),
    restyles("style-transfer-torch7-3", [60, 9, 33], 732, torch7=True),
    judges_words("tagan-judge-1", [9], 724),
    judges_words("tagan-judge-3", [15, 7, 1], 725, length=15),
    judges_words("tagan-judge-narrow-1", [3], 727, base=3, hidden=9, wordSize=7, length=5, size=96),
    judges_words("tagan-judge-narrow-3", [5, 2, 3], 726, base=3, hidden=9, wordSize=7, length=5,
                 size=96),
]

FIXTURES = cases_retrieve.FIXTURES + [
    spells("char-cnn-rnn", [60, 7, 33], 71, sizes=(4, 5, 6, 8), length=60),
    spells("char-cnn-rnn-torch7", [60, 7, 33], 71, TORCH7, sizes=(4, 5, 6, 8), length=116,
           gated=False, pool=True, prefix="protos.enc_doc."),
    changes("sisgan", [5, 2], 72, **TINY),
    changes("sisgan-own", [5, 2], 73, vgg=False, **TINY | dict(base=1, last=0.7)),
    judges_scenes("sisgan-judge", [5, 2, 3], 74, base=2, narrowed=3, textSize=4, wordSize=3, length=5,
                  size=16),
    judges_words("tagan-judge", [5, 2, 3], 75, base=1, hidden=5, wordSize=3, length=5, size=32),
]
