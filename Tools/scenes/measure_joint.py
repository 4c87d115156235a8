"""Measures the joint space of drawn scenes by a plan, or by weights through PyTorch.

    Tools/scenes/measure-joint joint.tplan
    Tools/scenes/measure-joint --torch Graphs/weights/joint-scenes/joint-scenes.safetensors

Scenes, captions and classes are unseen. A class is a subject with a colour for each of its parts, as a
species has; its pictures are layouts in these colours, its captions name three parts. Prints one JSON
object; exit 76 if a figure misses its bar:
  picture_class   >= 0.97  a picture is nearest to its class's mean caption, of 50 (chance 0.02)
  caption_class   >= 0.94  a caption is nearest to its class's mean picture, of 50 (chance 0.02)
  r_precision     >= 0.93  of 100 captions of one to four parts, the only true one is nearest to a
                           picture (chance 0.01)
  picture_found   >= 0.93  of 1000 scenes, a caption's nearest is one of which it is true (its chance
                           is printed beside it)
`held_out`: the same for pairs of part and colour that training left out.
"""

import argparse
import json
import sys

import numpy as np

import captions
from embedders import PlanEmbedder, TorchEmbedder
from pairs import fitting, palette_of
from scene import editable, generator, layout
from steady import one_core
from vocabulary import COLOURS, PALETTE, PARTS

AT_LEAST = {"picture_class": 0.97, "caption_class": 0.94, "r_precision": 0.93, "picture_found": 0.93}
SIZE = 64
CLASSES, EACH = 50, 10
SCENES = 1000
WRONG = 99  # captions beside the true one


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", nargs="?")
    parser.add_argument("--torch", metavar="WEIGHTS", help="run these weights with PyTorch instead")
    parser.add_argument("--seed", type=int, default=88)
    options = parser.parse_args()
    if (options.plan is None) == (options.torch is None):
        parser.error("give either a plan or --torch WEIGHTS")
    if options.seed < 0:
        parser.error("--seed must not be negative")
    return options


class Scenes:
    """Unseen scenes: `pictures`, `subjects`, and part to colour of what shows (`shown`)."""

    def __init__(self):
        self.pictures, self.subjects, self.shown = [], [], []

    def add(self, subject, layers, own):
        self.pictures.append(layers.picture({p: PALETTE[COLOURS[c]] for p, c in own.items()}))
        self.subjects.append(subject)
        self.shown.append({part: own[part] for part in editable(layers)})


def say(rng, subject, wish):
    return captions.caption(rng, subject, [(part, COLOURS[colour]) for part, colour in wish.items()])


def named(rng, shown, count):
    """`count` of the parts that show, or all of them."""
    return {str(part): shown[part] for part in rng.permutation(list(shown))[:count]}


def classes(embedder, seed):
    """Classification both ways."""
    scenes, texts, index = Scenes(), [], 0
    for k in range(CLASSES):
        rng = generator(seed, k, 21)
        subject = "bird" if k % 2 == 0 else "flower"
        own = {part: int(rng.choice(palette_of(part))) for part in PARTS[subject]}
        while len(scenes.pictures) < (k + 1) * EACH:
            kind, layers = layout(seed + 1, index, SIZE)
            index += 1
            if kind == subject:
                scenes.add(subject, layers, own)
        texts += [say(rng, subject, named(rng, own, 3)) for _ in range(EACH)]
    seen, said = embedder.pictures(scenes.pictures), embedder.captions(texts)
    means = lambda rows: rows.reshape(CLASSES, EACH, -1).mean(1)
    right = np.arange(CLASSES).repeat(EACH)
    return {"picture_class": share((seen @ means(said).T).argmax(1) == right),
            "caption_class": share((said @ means(seen).T).argmax(1) == right)}


def retrieval(embedder, seed, held_out=False):
    """R-precision, and captions that find their scenes."""
    scenes, texts, wishes = Scenes(), [], []
    for index in range(SCENES):
        subject, layers = layout(seed + 2, index, SIZE)
        rng = generator(seed + 2, index, 22)
        own = {part: int(rng.choice(palette_of(part))) for part in PARTS[subject]}
        part = str(rng.choice(editable(layers)))
        if held_out:
            own[part] = int(rng.choice(palette_of(part, held_out=True)))
        scenes.add(subject, layers, own)
        wish = named(rng, scenes.shown[-1], int(rng.integers(1, 5)))
        wishes.append({**wish, part: own[part]} if held_out else wish)
        texts.append(say(rng, subject, wishes[-1]))
    seen, said = embedder.pictures(scenes.pictures), embedder.captions(texts)
    scores, fits = seen @ said.T, fitting(scenes.subjects, scenes.shown, wishes).numpy()
    precise, rng = [], generator(seed + 2, 23)
    for row in range(SCENES):
        wrong = rng.choice(np.nonzero(~fits[row])[0], WRONG, replace=False)
        precise.append(scores[row, row] > scores[row, wrong].max())
    nearest = scores.argmax(0)
    return {"r_precision": share(precise),
            "picture_found": share(fits[nearest, np.arange(SCENES)]),
            "picture_found_chance": share(fits.mean(0))}


def share(truths):
    return round(float(np.mean(truths)), 4)


def main():
    options = arguments()
    one_core()
    embedder = PlanEmbedder(options.plan) if options.plan else TorchEmbedder(options.torch)
    report = {"seed": options.seed, **classes(embedder, options.seed),
              **retrieval(embedder, options.seed)}
    report["held_out"] = retrieval(embedder, options.seed + 10, held_out=True)
    low = [name for name, bar in AT_LEAST.items() if report[name] < bar]
    report["below_bar"] = low
    print(json.dumps(report, indent=1))
    return 76 if low else 0


if __name__ == "__main__":
    sys.exit(main())
