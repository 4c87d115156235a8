"""Parity cases of the similarity of DAMSM and of the losses of its training."""

import numpy
import torch

import damsm
import inception
import similarity
import synthetic
from arrays import Data, Output, save_weights, tensor
from case import Case, array, captions, inside, lengths_array, normal, picture, vocabulary


def matches(name, function, lengths, seed, entries=5450, length=25, size=256, nef=256, side=299,
            narrow=1, pictures=10, aligned=True, gammas=(4.0, 5.0),
            outputs=("words", "sentence", "maps")):
    """A picture and a caption, or a caption and several pictures."""

    def build(folder, shared):
        text = damsm.TextEncoder(entries, nef)
        cnn = inception.PictureEncoder(narrow, nef, side, aligned)
        files = [(n, folder / f"{n}.safetensors") for n in ("text", "cnn")]
        save_weights(synthetic.fill(text, seed, {"rnn": 2}), files[0][1])
        state = synthetic.fill(cnn, seed + 1)
        state = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
        save_weights(state, files[1][1])
        rng = numpy.random.default_rng(seed + 2)
        count = len(lengths)
        inputs = {
            "caption": captions(rng, entries, lengths, length),
            "caption.lengths": lengths_array(lengths)}
        network = similarity.Similarity(text, cnn, *gammas)
        if function == "compare":
            inputs = {"image": picture(rng, count, size)} | inputs
            names, compute = ("words", "sentence", "maps"), network.compare
        else:
            places = (side - 27) // 16
            inputs["regions"] = normal(rng, count, pictures, nef, places, places)
            inputs["codes"] = normal(rng, count, pictures, nef)
            names, compute = ("words", "sentence"), network.rank
        results = compute(*[tensor(v) for v in inputs.values()])
        found = {n: Output(array(r)) for n, r in zip(names, results) if n in outputs}
        return Data(files, inputs, found, vocabulary(folder, entries))

    settings = dict(entries=entries, length=length, size=size, nef=nef, side=side, narrow=narrow,
                    pictures=pictures, aligned=aligned, gamma1=gammas[0], gamma2=gammas[1])
    return Case(name, "damsm-similarity", function, len(lengths), settings, build)


def loses(name, batch, seed, count=48, length=18, nef=256, places=17, gammas=(4.0, 5.0, 10.0)):
    """Batches of pictures and captions that fit each other somewhat; some are of the same class."""

    def build(folder, shared):
        rng = numpy.random.default_rng(seed)
        lengths = rng.integers(1, length + 1, (batch, count))
        masks = numpy.stack([inside(row, length) for row in lengths]).astype(numpy.float32)
        sentences = normal(rng, batch, count, nef)
        words = normal(rng, batch, count, nef, length) * masks[:, :, None]
        inputs = {
            "regions": normal(rng, batch, count, nef, places, places),
            "codes": normal(rng, batch, count, nef) + 0.1 * sentences,
            "words": words.astype(numpy.float32),
            "lengths": lengths.astype(numpy.float32),
            "sentences": sentences,
            "classes": rng.integers(0, count, (batch, count)).astype(numpy.float32)}
        found = [
            similarity.matching_loss(
                *[tensor(inputs[n][b]) for n in ("regions", "codes", "words")],
                torch.from_numpy(lengths[b]), tensor(inputs["sentences"][b]),
                torch.from_numpy(inputs["classes"][b]), gammas)
            for b in range(batch)]
        names = ("words0", "words1", "sentence0", "sentence1")
        return Data([], inputs, {
            n: Output(numpy.asarray([float(f[k]) for f in found])) for k, n in enumerate(names)})

    settings = dict(count=count, length=length, nef=nef, places=places, gamma1=gammas[0],
                    gamma2=gammas[1], gamma3=gammas[2])
    return Case(name, "damsm-similarity", "lose", batch, settings, build, model="MatchingLoss")


CASES = [
    # Cosines of 256 seeded numbers lie too near to each other to be compared.
    matches("damsm-similarity-2", "compare", [13, 6], 611, outputs=("words", "maps")),
    matches("damsm-similarity-rank-3", "rank", [13, 25, 4], 612, narrow=16),
    matches("damsm-similarity-odd-3", "compare", [2, 7, 4], 613, 30, 7, 64, 20, 123, 12),
    matches("damsm-similarity-odd-rank-3", "rank", [2, 7, 4], 614, 30, 7, 64, 20, 123, 12, 3, False,
            (3.0, 2.5)),
    loses("damsm-loss-2", 2, 615, 12),
    loses("damsm-loss-odd-3", 3, 616, 5, 7, 20, 6, (3.0, 2.5, 4.0)),
]

SMALL = dict(entries=9, length=4, size=8, nef=6, side=75, narrow=64, pictures=3)

FIXTURES = [
    matches("damsm-similarity-rank", "rank", [4, 2], 80, **SMALL),
    loses("damsm-loss", 2, 99, 4, 4, 6, 3),
]
