"""Parity cases of BERT, LXMERT and Oscar: transformers over pieces of words and regions of pictures."""

import numpy

import bert
import lxmert
import oscar
import synthetic
from arrays import Data, Output, save_weights, tensor
from case import Case, array, captions, inside, lengths_array, normal

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SEPARATOR = 3


def pieces(folder, entries):
    """A vocabulary of WordPiece; line n is id n - 1."""
    path = folder / "words.txt"
    words = SPECIAL + [f"word{i}" for i in range(len(SPECIAL), entries)]
    path.write_text("\n".join(words) + "\n")
    return path


def sentences(rng, entries, lengths, steps, parts=False):
    """Ids with a separator at the end, with `parts` also in the middle."""
    ids = captions(rng, entries - len(SPECIAL), lengths, steps)
    ids = numpy.where(inside(lengths, steps), ids + len(SPECIAL) - 1, 0)
    for row, length in zip(ids, lengths):
        row[length - 1] = SEPARATOR
        if parts and length > 3:
            row[length // 2] = SEPARATOR
    return ids


def some(rng, count, places):
    """1 on the first few of so many places, at least one."""
    return inside(rng.integers(1, places + 1, count), places).astype(numpy.float32)


def streams(name, graph, function, lengths, seed, settings, network, make_inputs, outputs, entries,
            tied=False):
    """`make_inputs(rng)` gives the inputs by name, in the order of the module; `outputs` name its
    results, None those that are not compared."""

    def build(folder, shared):
        module = network()
        state = synthetic.fill(module, seed)
        if tied:
            state["cls.predictions.decoder.weight"] = state[
                "bert.embeddings.word_embeddings.weight"].clone()
        save_weights(state, folder / "weights.safetensors")
        inputs = make_inputs(numpy.random.default_rng(seed + 1))
        results = module(*[tensor(v) for v in inputs.values()])
        results = results if isinstance(results, tuple) else (results,)
        found = {n: Output(array(r)) for n, r in zip(outputs, results, strict=True) if n}
        return Data(
            [("", folder / "weights.safetensors")], inputs, found, pieces(folder, entries))

    return Case(name, graph, function, len(lengths), settings, build)


def text(rng, name, entries, lengths, steps, parts=False):
    return {
        name: sentences(rng, entries, lengths, steps, parts),
        f"{name}.lengths": lengths_array(lengths)}


# LXMERT


def crosses(name, function, lengths, seed, length=20, regions=36, entries=30522, width=768, heads=12,
            layers=(9, 5, 5), seen=2048, task="pretrained", heads_of=(1600, 400, 9500), present=True):
    count = len(lengths)
    objects, attributes, answers = heads_of
    sizes = dict(entries=entries, size=width, heads=heads, layers=layers, seen=seen)
    settings = dict(task=task, length=length, regions=regions, entries=entries, width=width,
                    heads=heads, layers=list(layers), seen=seen)
    if task == "pretrained":
        settings |= dict(objects=objects, attributes=attributes, answers=answers)

    def network():
        if task == "pretrained":
            return lxmert.Pretrained(objects, attributes, answers, **sizes)
        return lxmert.Tuned(
            {"vqa": 3129, "gqa": 1842, "nlvr2": 2}[task], 2 if task == "nlvr2" else 1, **sizes)

    def inputs(rng):
        found = text(rng, "sentence", entries, lengths, length)
        for side in ("left", "right") if task == "nlvr2" else ("",):
            label = (lambda s: side + s.capitalize()) if side else (lambda s: s)
            found[label("features")] = numpy.maximum(normal(rng, count, regions, seen), 0)
            found[label("boxes")] = rng.uniform(0, 1, (count, regions, 4)).astype(numpy.float32)
        if present or task != "pretrained":
            found["present"] = some(rng, count, regions)
        return found

    if task != "pretrained":
        names = ["logits"]
    elif function == "encode":
        names = ["words", "regions", "pooled"] + 6 * [None]
    else:
        names = 3 * [None] + ["words", "match", "objects", "attributes", "features", "answers"]
    return streams(name, "lxmert", function, lengths, seed, settings, network, inputs, names, entries,
                   tied=task == "pretrained")


SMALL = dict(length=7, regions=5, entries=40, width=24, heads=3, layers=(2, 1, 3), seen=10,
             heads_of=(11, 6, 13))
TINY = dict(length=6, regions=3, entries=12, width=4, heads=2, layers=(1, 1, 1), seen=4,
            heads_of=(5, 3, 7))

# Oscar


def flows(name, function, lengths, seed, task="pretrained", length=70, regions=50, entries=30522,
          width=768, heads=12, layers=12, seen=2054, norm=False, relations=2, labels=2, inner=0,
          present=True):
    count = len(lengths)
    settings = dict(
        task=task, length=length, regions=regions, entries=entries, width=width, heads=heads,
        layers=layers, seen=seen, regionNorm=norm, relations=relations, labels=labels, inner=inner,
        separator=SEPARATOR)

    def network():
        return oscar.Oscar(
            task, SEPARATOR, relations, labels, inner, norm, entries=entries, size=width,
            heads=heads, layers=layers, seen=seen)

    def inputs(rng):
        regions_of = lambda: normal(rng, count, regions, seen)
        if task == "pair":
            found = text(rng, "left", entries, lengths, length, True)
            found["leftFeatures"] = regions_of()
            found |= text(rng, "right", entries, lengths[::-1], length, True)
            found["rightFeatures"] = regions_of()
            return found | {
                "leftPresent": some(rng, count, regions), "rightPresent": some(rng, count, regions)}
        found = text(rng, "text", entries, lengths, length, True) | {"features": regions_of()}
        if task == "caption":  # each place sees those before it, and others by chance
            all_ = length + regions
            mask = numpy.maximum(numpy.tri(all_), rng.random((count, all_, all_)) < 0.5)
            return found | {"mask": mask.astype(numpy.float32)}
        return found | {
            "present": some(rng, count, regions) if present
            else numpy.ones((count, regions), numpy.float32)}

    names = {
        "encode": ["words", "regions", "pooled", None, None],
        "guess": [None, None, None, "words", "match"],
        "classify": ["logits", "shares" if labels < 8 else None], "judge": ["logits"], "write": ["words"],
    }[function]
    return streams(name, "oscar", function, lengths, seed, settings, network, inputs, names, entries,
                   tied=task in ("pretrained", "caption"))


NARROW = dict(length=9, regions=4, entries=40, width=24, heads=3, layers=3, seen=10)
SLIM = dict(length=6, regions=3, entries=12, width=4, heads=2, layers=2, seen=5)

# BERT


def averages(name, lengths, seed, length=128, entries=30522, width=384, layers=6, heads=12):
    settings = dict(length=length, entries=entries, width=width, layers=layers, heads=heads)
    return streams(
        name, "sentence-encoder", "encode", lengths, seed, settings,
        lambda: bert.SentenceEncoder(entries, width, layers, heads),
        lambda rng: text(rng, "sentence", entries, lengths, length),
        ["words", "mean", "embedding" if width < 300 else None], entries)


CASES = [
    crosses("lxmert-1", "guess", [14], 571),
    crosses("lxmert-odd-3", "encode", [7, 3, 5], 572, **SMALL),
    crosses("lxmert-guess-3", "guess", [7, 3, 5], 573, **SMALL, present=False),
    crosses("lxmert-vqa-3", "answer", [7, 3, 5], 574, **SMALL, task="vqa"),
    crosses("lxmert-gqa-1", "answer", [4], 575, **SMALL, task="gqa"),
    crosses("lxmert-nlvr2-3", "judge", [7, 3, 5], 576, **SMALL, task="nlvr2"),
    flows("oscar-1", "encode", [41], 581),
    flows("oscar-odd-3", "encode", [9, 4, 7], 582, **NARROW),
    flows("oscar-guess-3", "guess", [9, 4, 7], 583, **NARROW, norm=True, relations=3, present=False),
    flows("oscar-classify-3", "classify", [9, 4, 7], 584, "classify", **NARROW, labels=31),
    flows("oscar-retrieval-3", "classify", [9, 4, 7], 585, "classify", **NARROW, norm=True, inner=17),
    flows("oscar-pair-3", "judge", [9, 4, 7], 586, "pair", **NARROW, inner=17),
    flows("oscar-pair-norm-3", "judge", [9, 4, 7], 587, "pair", **NARROW, inner=17, norm=True),
    flows("oscar-caption-3", "write", [9, 4, 7], 588, "caption", **NARROW),
    averages("sentence-encoder-1", [23], 591, length=64),
    averages("sentence-encoder-odd-3", [7, 2, 5], 592, 7, 40, 24, 3, 3),
]

FIXTURES = [
    crosses("lxmert", "guess", [6, 3], 92, **TINY),
    crosses("lxmert-nlvr2", "judge", [6, 3], 93, **TINY, task="nlvr2"),
    flows("oscar", "guess", [6, 4], 94, **SLIM, norm=True),
    flows("oscar-pair", "judge", [6, 4], 95, "pair", **SLIM, inner=3),
    flows("oscar-caption", "write", [6, 4], 96, "caption", **SLIM),
    averages("sentence-encoder", [6, 3], 97, 6, 12, 8, 2, 2),
]
