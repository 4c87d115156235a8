"""Parity cases of the pages for drawn scenes, with synthetic weights."""

import numpy

import gan_scenes
import joint_scenes
import scene_parts
import synthetic
import tagan_scenes
from arrays import Data, Output, save_weights, tensor
from case import Case, array, block, captions, lengths_array, normal, picture, vocabulary
from cases_generate import looked_into


def edits_scenes(name, lengths, seed, function="edit", base=16, hidden=192, wordSize=64, length=32,
                 size=128, entries=111, regions=10, step=1):
    """The editor of drawn scenes, its last layer and filter kept small so that little is clamped."""

    def build(folder, shared):
        network = tagan_scenes.SceneEditor(base, hidden, wordSize, 64, regions, entries)
        gains = {f"residual_blocks.{i}.encoder.3": 0.5 for i in range(3, 7)}
        gains |= {"encoder.0": 1.5, "mu.0": 2, "decoder.14": 0.7, "filters": 0.5}
        save_weights(synthetic.fill(network, seed, gains), folder / "weights.safetensors")
        rng = numpy.random.default_rng(seed + 1)
        count = len(lengths)
        inputs = {"image": picture(rng, count, size)}
        if function == "look":
            results = network.look(tensor(inputs["image"]))
            outputs = {n: Output(array(r), None, step)
                       for n, r in zip(("share", "light", "colours"), results)}
        else:
            inputs |= {"caption": captions(rng, entries, lengths, length),
                       "caption.lengths": lengths_array(lengths)}
            image = network(*[tensor(value) for value in inputs.values()])
            outputs = {"image": Output(array(image), None, step)}
        return Data([("", folder / "weights.safetensors")], inputs, outputs,
                    vocabulary(folder, entries))

    settings = dict(base=base, hidden=hidden, wordSize=wordSize, condition=64, regions=regions,
                    length=length, size=size, entries=entries)
    return Case(name, "tagan-scenes", function, len(lengths), settings, build)


def draws_scenes(name, lengths, seed, function="generate", g=32, d=32, z=64, narrowed=64,
                 entries=111, hidden=192, wordSize=64, length=32, step=1, tap=-1):
    """The generator of drawn scenes; transfer goes through the style encoder, edit sets units of `tap`."""
    side = {5: 4, 10: 8, 15: 16, 18: 32}.get(tap, 1)

    def build(folder, shared):
        network = gan_scenes.Scenes(entries, wordSize, hidden, g, narrowed, z, d)
        gains = {f"G.modules.{place}.modules.2.modules.7": 0.5 for place in (5, 10)}
        gains |= {"text.mu.0": 2, "G.modules.19": 0.5, "S.11": 0.7}
        save_weights(synthetic.fill(network, seed, gains), folder / "weights.safetensors")
        rng = numpy.random.default_rng(seed + 1)
        count = len(lengths)
        words = {"caption": captions(rng, entries, lengths, length),
                 "caption.lengths": lengths_array(lengths)}
        outputs = {}
        if function == "transfer":
            inputs = {"image": picture(rng, count, 64), **words}
            image = network.transfer(*[tensor(value) for value in inputs.values()])
        elif function == "edit":
            shape = (32 * g // side, side)
            inputs = looked_into("edit", shape, lambda rng: {**words, "z": normal(rng, count, z)})(rng)
            image, seen = network.edit(tap, *[tensor(value) for value in inputs.values()])
            outputs["features"] = Output(array(seen), None, step)
        else:
            inputs = {**words, "z": normal(rng, count, z)}
            image = network(*[tensor(value) for value in inputs.values()])
        outputs["image"] = Output(array(image), None, step)
        return Data([("", folder / "weights.safetensors")], inputs, outputs,
                    vocabulary(folder, entries))

    settings = dict(g=g, d=d, z=z, narrowed=narrowed, entries=entries, hidden=hidden,
                    wordSize=wordSize, length=length)
    if tap >= 0:
        settings["tap"] = tap
    return Case(name, "gan-scenes", function, len(lengths), settings, build)


def embeds_scenes(name, lengths, seed, function="match", entries=111, length=32, hidden=192, wordSize=64,
                  width=24, slots=12, size=128, side=64):
    """The joint space of drawn scenes."""

    def build(folder, shared):
        network = joint_scenes.Joint(entries, wordSize, hidden, width, slots, size)
        state = synthetic.fill(network, seed, {"text.mu": 2, "image.where": 3, "image.mu": 2})
        save_weights(state, folder / "weights.safetensors")
        rng = numpy.random.default_rng(seed + 1)
        image = {"image": picture(rng, len(lengths), side)}
        words = {"caption": captions(rng, entries, lengths, length),
                 "caption.lengths": lengths_array(lengths)}
        seen = network.image(tensor(image["image"]))
        read = network.text(*[tensor(value) for value in words.values()])
        inputs = {"match": image | words, "look": image, "read": words}[function]
        outputs = {"match": {"similarity": Output(array((seen * read).sum(1)), "unit")},
                   "look": {"vector": Output(array(seen), "unit")},
                   "read": {"vector": Output(array(read), "unit")}}[function]
        return Data([("", folder / "weights.safetensors")], inputs, outputs,
                    vocabulary(folder, entries))

    settings = dict(entries=entries, length=length, hidden=hidden, wordSize=wordSize, width=width,
                    slots=slots, size=size, side=side)
    return Case(name, "joint-scenes", function, len(lengths), settings, build)
PARTS = ["crown", "beak", "wings", "belly", "body", "tail", "petals", "centre", "stem", "leaves", "rest"]


def parts_scenes(name, batch, seed, width=12, size=64):
    """The segmenter of drawn scenes."""
    return block(name, "scene-parts", "segment", batch, dict(width=width, size=size),
                 lambda: scene_parts.Parts(width),
                 lambda rng: {"image": picture(rng, batch, size)}, PARTS, seed)
