"""Encoders of text, retrieval by picture and text, and networks that change pictures by text.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

import numpy

import char_cnn_rnn
import synthetic
from arrays import Data, Output, save_weights, tensor
from case import Case, array, inside, normal


def spells(name, lengths, seed, model="CharCNNRNN", function="encode", length=201,
           sizes=(384, 512, 512, 1024), gated=True, pool=False, prefix=""):
    """char-CNN-RNN; one letter in nine is not in the alphabet."""

    def build(folder, shared):
        network = char_cnn_rnn.Encoder(sizes, gated, pool)
        gains = {"rnn.h2h": 0.7, "emb_proj": 2}
        state = synthetic.fill(network, seed, gains)
        if model != "CharCNNRNN":
            state = char_cnn_rnn.torch7(state, gated, prefix)
        save_weights(state, folder / "weights.safetensors")
        rng = numpy.random.default_rng(seed + 1)
        ids = rng.integers(1, 71, (len(lengths), length)) * (rng.random((len(lengths), length)) > 0.1)
        inputs = {"caption": numpy.where(inside(lengths, length), ids, 0).astype(numpy.int64)}
        text = network(tensor(inputs["caption"]))
        outputs = {"text": Output(array(text))}
        if function == "match":
            inputs["features"] = normal(rng, len(lengths), sizes[3])
            outputs = {"score": Output(array((text * tensor(inputs["features"])).sum(1)))}
        return Data([("", folder / "weights.safetensors")], inputs, outputs)

    settings = dict(sizes=list(sizes), gated=gated, pool=pool, length=length)
    return Case(name, "char-cnn-rnn", function, len(lengths), settings, build, model=model)


FLOWERS = dict(gated=False, pool=True)
CVPR = dict(sizes=(384, 512, 256, 1024), gated=False, pool=True)
NARROW = dict(sizes=(7, 5, 6, 9), length=107)
TORCH7 = "CharCNNRNNTorch7"

CASES = [
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
]

FIXTURES = [
    spells("char-cnn-rnn", [60, 7, 33], 71, sizes=(4, 5, 6, 8), length=60),
    spells("char-cnn-rnn-torch7", [60, 7, 33], 71, TORCH7, sizes=(4, 5, 6, 8), length=116, gated=False,
           pool=True, prefix="protos.enc_doc."),
]
