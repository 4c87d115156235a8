"""Cases of retrieval: a picture, a text, or both to the vector by which pictures are found."""

import argparse

import numpy
import torch

import synthetic
import tirg
import tirg_grids
import val
import vse
from arrays import Data, Output, save_weights, tensor
from case import Case, array, captions, inside, lengths_array, normal, picture, vocabulary


def words_of(rng, lengths, length, size):
    """Word vectors, zero after the end of each caption, and their numbers."""
    vectors = normal(rng, len(lengths), length, size)
    mask = inside(lengths, length)[:, :, None].astype(numpy.float32)
    return {"words": vectors * mask, "words.lengths": lengths_array(lengths)}


def saved(folder, counters=False, **states):
    """Writes a file for each root; `weights` is the unnamed one. PyTorch had no counters of batches
    before 0.4.1."""
    files = []
    for root, state in states.items():
        files.append(("" if root == "weights" else root, folder / f"{root}.safetensors"))
        state = {k: v for k, v in state.items() if counters or not k.endswith("batches_tracked")}
        save_weights(state, files[-1][1])
    return files


def tagged(folder, entries):
    """A vocabulary of VSE++."""
    path = folder / "words.txt"
    words = ["<pad>", "<start>", "<end>", "<unk>"] + [f"word{i}" for i in range(4, entries)]
    path.write_text("\n".join(words) + "\n")
    return path


def unknown_first(folder, entries):
    """A vocabulary of TIRG and VAL."""
    path = folder / "words.txt"
    path.write_text("\n".join(["UNK"] + [f"word{i}" for i in range(1, entries)]) + "\n")
    return path


def ids_of(rng, entries, lengths, length):
    return {"caption": captions(rng, entries, lengths, length),
            "caption.lengths": lengths_array(lengths)}


def fitting(rng, text, matrix):
    """Features of length 1 that a matrix, out x in, turns towards a text, away from every second."""
    towards = text.detach().numpy() @ matrix.detach().numpy()
    towards *= numpy.where(numpy.arange(len(text)) % 2, -1, 1)[:, None]
    noise = rng.standard_normal(towards.shape) * towards.std()
    seen = towards + noise
    return (seen / numpy.sqrt((seen**2).sum(1, keepdims=True))).astype(numpy.float32)


def numbers(inputs):
    return [tensor(v) for v in inputs.values()]


# VSE


def matches_sentences(name, lengths, seed, function="match", size=300, wordSize=300, length=50,
                      side=224, hidden=4096, narrow=1):
    """The VSE of SISGAN."""

    def build(folder, shared):
        network = vse.SISGANsVSE(size, wordSize, side, hidden, narrow)
        gains = {"txt_encoder": 2, "W": 2}
        state = synthetic.fill(network, seed, gains)
        for k in ("0.weight", "0.bias", "3.weight", "3.bias"):  # the file holds them twice
            state[f"feat_extractor.{k}"] = state[f"img_encoder.classifier.{k}"].clone()
        state["img_encoder.classifier.6.weight"] = torch.zeros(10, hidden)
        files = saved(folder, weights=state)
        rng = numpy.random.default_rng(seed + 1)
        inputs = {"image": (picture(rng, len(lengths), side) + 1) / 2}
        if function == "look":
            return Data(files, inputs, {"seen": Output(array(network.look(*numbers(inputs))))})
        if function == "read":
            inputs = words_of(rng, lengths, length, wordSize)
            return Data(files, inputs, {"text": Output(array(network.read(*numbers(inputs))))})
        inputs |= words_of(rng, lengths, length, wordSize)
        return Data(files, inputs, {"similarity": Output(array(network(*numbers(inputs))))})

    settings = dict(size=size, wordSize=wordSize, length=length, side=side, hidden=hidden, narrow=narrow)
    return Case(name, "vse", function, len(lengths), settings, build)


def matches_features(name, lengths, seed, function="match", entries=10000, length=100, size=1024,
                     wordSize=300, features=4096):
    """UVS, from an .npz."""

    def build(folder, shared):
        network = vse.UVS(entries, size, wordSize, features)
        state = synthetic.fill(network, seed)
        numpy.savez(folder / "weights.npz", **{k: v.numpy() for k, v in state.items()})
        files = [("", folder / "weights.npz")]
        rng = numpy.random.default_rng(seed + 1)
        ids = ids_of(rng, entries, lengths, length)
        text = network.read(*numbers(ids))
        words = vocabulary(folder, entries)
        if function == "read":
            return Data(files, ids, {"text": Output(array(text))}, words)
        seen = {"features": fitting(rng, text, network.ff_image_W.T)}
        result = network(*numbers(seen), *numbers(ids))
        return Data(files, seen | ids, {"similarity": Output(array(result))}, words)

    settings = dict(entries=entries, length=length, size=size, wordSize=wordSize, features=features)
    return Case(name, "uvs", function, len(lengths), settings, build)


def matches_captions(name, lengths, seed, function="match", format="weights.safetensors", **settings):
    """VSE0, VSE++ and order embeddings."""
    chosen = dict(entries=10000, length=50, size=1024, wordSize=300, features=4096, trunk="none",
                  depth=152, side=224, narrow=1, normalizeImages=True, absolute=False,
                  measure="cosine") | settings

    def build(folder, shared):
        s = chosen
        network = vse.VSEPlusPlus(
            s["entries"], s["size"], s["wordSize"], s["features"], s["trunk"], s["depth"], s["side"],
            s["narrow"], s["normalizeImages"], s["absolute"], s["measure"])
        state = synthetic.fill(network, seed, {"1.rnn": 2})
        if format.endswith(".tar"):  # as its authors save it
            sides = [{k[2:]: v for k, v in state.items() if k[0] == side} for side in "01"]
            options = argparse.Namespace(embed_size=s["size"], measure=s["measure"])
            torch.save({"epoch": 3, "model": sides, "best_rsum": 1.5, "opt": options, "Eiters": 7},
                       folder / format)
        else:
            save_weights({f"model.{k}": v for k, v in state.items()}, folder / format)
        files = [("", folder / format)]
        rng = numpy.random.default_rng(seed + 1)
        count = len(lengths)
        ids = ids_of(rng, s["entries"], lengths, s["length"])
        words = tagged(folder, s["entries"])
        if s["trunk"] == "none":
            seen = {"features": fitting(rng, network[1](*numbers(ids)), network[0].fc.weight)}
        else:
            seen = {"image": (picture(rng, count, s["side"]) + 1) / 2}
        if function == "read":
            return Data(files, ids, {"text": Output(array(network[1](*numbers(ids))))}, words)
        if function == "look":
            return Data(files, seen, {"seen": Output(array(network[0](*numbers(seen))))}, words)
        result = network(*numbers(seen), *numbers(ids))
        return Data(files, seen | ids, {"similarity": Output(array(result))}, words)

    return Case(name, "vse-plus-plus", function, len(lengths), chosen, build)


# TIRG


def composes(name, lengths, seed, function="compose", composition="tirg", entries=5000, length=20,
             size=512, depth=18, width=64, side=224, format="weights.safetensors"):
    """TIRG and its baselines; the file is as its authors save it."""

    def build(folder, shared):
        network = tirg.TIRG(composition, entries, size, depth, width)
        state = synthetic.fill(network, seed, {"text_model.lstm": 2})
        if format.endswith(".pth"):
            torch.save({"it": 9, "opt": argparse.Namespace(model=composition),
                        "model_state_dict": state}, folder / format)
        else:
            save_weights(state, folder / format)
        files = [("", folder / format)]
        rng = numpy.random.default_rng(seed + 1)
        image = {"image": (picture(rng, len(lengths), side) + 1) / 2}
        ids = {k.replace("caption", "text"): v
               for k, v in ids_of(rng, entries, lengths, length).items()}
        words = unknown_first(folder, entries)
        if function == "read":
            vector = network.text_model(*numbers(ids))
            return Data(files, ids, {"vector": Output(array(vector))}, words)
        if function == "look":
            return Data(files, image, {"target": Output(array(network.look(*numbers(image))))}, words)
        query = Output(array(network(*numbers(image), *numbers(ids))))
        inputs = {"imgonly": image, "textonly": ids}.get(composition, image | ids)
        return Data(files, inputs, {"query": query}, words)

    settings = dict(composition=composition, entries=entries, length=length, size=size, depth=depth,
                    width=width, side=side)
    return Case(name, "tirg", function, len(lengths), settings, build)


def composes_grids(name, lengths, seed, function="compose", entries=28, length=8, size=128, width=16,
                   side=64):
    """TIRG on objects of a grid; the file is as our training writes it."""

    def build(folder, shared):
        network = tirg_grids.network("tirg", entries, width, size, side)
        state = synthetic.fill(network, seed, {"text_model.lstm": 2})
        files = saved(folder, weights=state)
        rng = numpy.random.default_rng(seed + 1)
        image = {"image": picture(rng, len(lengths), side)}
        if function == "look":
            outputs = {"target": Output(array(network.look(*numbers(image))))}
            return Data(files, image, outputs, unknown_first(folder, entries))
        ids = {k.replace("caption", "text"): v
               for k, v in ids_of(rng, entries, lengths, length).items()}
        outputs = {"query": Output(array(network(*numbers(image), *numbers(ids))))}
        return Data(files, image | ids, outputs, unknown_first(folder, entries))

    settings = dict(entries=entries, length=length, size=size, width=width, side=side)
    return Case(name, "tirg-grids", function, len(lengths), settings, build)


# VAL


def attends(name, lengths, seed, function="compose", padded=False, **settings):
    chosen = dict(net="resnet", entries=10000, length=30, wordSize=300, hidden=1024, textSize=512,
                  width=64, side=256) | settings

    def build(folder, shared):
        network = val.VAL(**{k: v for k, v in chosen.items() if k != "length"})
        files = saved(folder, weights=synthetic.fill(network, seed))
        rng = numpy.random.default_rng(seed + 1)
        image = {"image": picture(rng, len(lengths), chosen["side"])}
        ids = {k.replace("caption", "text"): v for k, v in
               ids_of(rng, chosen["entries"], lengths, chosen["length"]).items()}
        words = unknown_first(folder, chosen["entries"])
        if function == "look":
            target = Output(array(network.look(*numbers(image))), "unit")
            return Data(files, image, {"target": target}, words)
        query = Output(array(network(*numbers(image), *numbers(ids), padded)), "unit")
        return Data(files, image | ids, {"query": query}, words)

    return Case(name, "val", function, len(lengths), chosen | dict(padded=padded), build)


NARROW = dict(size=9, wordSize=7, length=6, side=64, hidden=11, narrow=22)
NARROW_FEATURES = dict(entries=20, length=6, size=9, wordSize=7, features=11)
NARROW_CAPTIONS = dict(entries=20, length=6, size=9, wordSize=7, features=11, narrow=22, side=64)
NARROW_TIRG = dict(entries=20, length=6, size=10, width=4, side=75)
NARROW_VAL = dict(entries=20, length=6, wordSize=7, hidden=10, textSize=6, width=4, side=75)
MOBILENET = dict(net="mobilenet", width=32, side=224)
VGG19 = dict(trunk="vgg19")
RESNET = dict(trunk="resnet")
ORDER = dict(measure="order", absolute=True)

CASES = [
    matches_sentences("vse-look-1", [12], 731, "look"),
    matches_sentences("vse-narrow-3", [6, 1, 4], 732, **NARROW),
    matches_sentences("vse-read-3", [12, 50, 1], 733, "read", side=32, hidden=4, narrow=64),
    matches_features("uvs-3", [100, 7, 12], 734),
    matches_features("uvs-1", [9], 735),
    matches_features("uvs-narrow-3", [6, 1, 4], 736, "read", **NARROW_FEATURES),
    matches_captions("vse-plus-plus-3", [50, 7, 12], 737),
    matches_captions("vse-plus-plus-1", [9], 738, features=2048),
    matches_captions("vse-plus-plus-read-3", [6, 1, 4], 737, "read", **NARROW_CAPTIONS),
    matches_captions("vse-plus-plus-vgg19-look-1", [9], 739, "look", entries=10, size=256, **VGG19),
    matches_captions("vse-plus-plus-narrow-3", [6, 1, 4], 740, format="weights.pth.tar",
                     **NARROW_CAPTIONS),
    matches_captions("vse-plus-plus-vgg19-3", [6, 1, 4], 741, **VGG19, **NARROW_CAPTIONS),
    matches_captions("vse-plus-plus-resnet-look-1", [9], 744, "look", entries=10, size=256,
                     features=2048, **RESNET),
    matches_captions("vse-plus-plus-resnet-3", [6, 1, 4], 745, **RESNET, **NARROW_CAPTIONS | dict(
        depth=50, narrow=16, side=41, features=128)),
    matches_captions("vse0-3", [6, 1, 4], 742, normalizeImages=False, **NARROW_CAPTIONS),
    matches_captions("vse-order-3", [6, 1, 4], 743, **ORDER, **NARROW_CAPTIONS),
    composes("tirg-1", [7], 751, format="weights.pth"),
    composes("tirg-concat-3", [7, 20, 1], 752, composition="concat"),
    composes("tirg-lastconv-1", [7], 753, composition="lastconv"),
    composes("tirg-narrow-3", [5, 1, 4], 754, **NARROW_TIRG),
    composes("tirg-lastconv-narrow-3", [5, 1, 4], 755, composition="lastconv", **NARROW_TIRG),
    composes("tirg-concat-narrow-3", [5, 1, 4], 756, composition="concat", **NARROW_TIRG),
    composes("tirg-imgonly-3", [5, 1, 4], 757, composition="imgonly", **NARROW_TIRG),
    composes("tirg-textonly-3", [5, 1, 4], 758, composition="textonly", **NARROW_TIRG),
    composes("tirg-read-3", [5, 1, 4], 759, "read", **NARROW_TIRG),
    composes("tirg-look-3", [5, 1, 4], 760, "look", **NARROW_TIRG),
    composes_grids("tirg-grids-3", [5, 8, 1], 770),
    composes_grids("tirg-grids-look-3", [5, 8, 1], 771, "look"),
    composes_grids("tirg-grids-narrow-3", [5, 1, 4], 772, entries=20, length=6, size=10, width=3, side=48),
    attends("val-1", [9], 761),
    attends("val-mobilenet-3", [9, 30, 1], 762, **MOBILENET),
    attends("val-narrow-3", [5, 1, 4], 763, **NARROW_VAL),
    attends("val-padded-3", [5, 1, 6], 764, padded=True, **NARROW_VAL),
    attends("val-look-3", [5, 1, 4], 765, "look", **NARROW_VAL),
    attends("val-mobilenet-narrow-3", [5, 1, 4], 766, **NARROW_VAL | dict(net="mobilenet", side=49)),
]

TINY_TIRG = dict(entries=9, length=5, size=4, width=1, side=19)
TINY_VAL = dict(entries=9, length=5, wordSize=3, hidden=4, textSize=3, width=1, side=24)
TINY = dict(entries=9, length=5, size=4, wordSize=3, features=5)

FIXTURES = [
    matches_sentences("vse", [5, 2], 76, size=4, wordSize=3, length=5, side=32, hidden=5, narrow=64),
    matches_features("uvs", [5, 2, 3], 77, **TINY),
    matches_captions("vse-plus-plus", [5, 2], 78, narrow=64, side=32, **VGG19, **TINY),
    matches_captions("vse-order", [5, 2, 3], 79, **ORDER, **TINY),
    composes("tirg", [5, 2, 3], 80, **TINY_TIRG),
    composes("tirg-lastconv", [5, 2, 3], 81, composition="lastconv", **TINY_TIRG),
    composes("tirg-concat", [5, 2, 3], 82, composition="concat", **TINY_TIRG),
    composes_grids("tirg-grids", [5, 2, 3], 85, entries=9, length=5, size=4, width=1, side=16),
    attends("val", [5, 2], 83, **TINY_VAL),
    attends("val-mobilenet", [5, 2], 84, **TINY_VAL | dict(net="mobilenet", side=33)),
]
