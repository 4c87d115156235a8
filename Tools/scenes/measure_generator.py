"""Measures a generator of drawn scenes by a plan, or by weights through PyTorch.

    Tools/scenes/measure-generator scenes.tplan
    Tools/scenes/measure-generator --torch Graphs/weights/gan-scenes/gan-scenes.safetensors

The judge is the scorer of Tools/scenes/train-scorer (a network of its own); captions, scenes and
noise are unseen. Prints one JSON object; exit 76 if a figure misses its bar:
  colour_right            >= 0.85  a named part is there and has the named colour (pairs of training)
  subject_right           >= 0.98  a bird where a bird is asked for, a flower where a flower is
  diversity               >= 0.70  mean distance of two pictures of a caption, real scenes have 1
  nearest_median_ratio    >= 0.90  features' distance to the nearest training picture, against that
                                   of unseen real scenes
  nearer_than_unseen      <= 0     pictures nearer to training than all but 1 % of unseen scenes
  transfer_*_background   <= 10    style transfer: |mean RGB| of the background off by, 0...255
  transfer_*_centre       <= 2     style transfer: the subject's centre off by, pixels of 64
(`drawn`: the style picture is one of the generator, `real`: an unseen scene; medians.)
"""

import argparse
import json
import sys

import numpy as np

import judge
import scorer as scoring
from painters import PlanPainter, TorchPainter
from scene import generator
from steady import one_core
from trainingset import TrainingSet
from train_scorer import examine

AT_LEAST = {"colour_right": 0.85, "subject_right": 0.98, "diversity": 0.70,
            "nearest_median_ratio": 0.90}
AT_MOST = {"nearer_than_unseen_1_percent": 0,
           "transfer_drawn_background": 10, "transfer_drawn_centre": 2,
           "transfer_real_background": 10, "transfer_real_centre": 2}
EACH = 16     # pictures of a caption whose distances are taken
GROUPS = 24   # captions for that, and for the style transfer


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", nargs="?")
    parser.add_argument("--torch", metavar="WEIGHTS", help="run these weights with PyTorch instead")
    parser.add_argument("--scorer", help="weights of the scorer (default: those in the cache)")
    parser.add_argument("--count", type=int, default=1000, help="captions (default 1000)")
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--layouts", type=int, default=12000, help="as in training")
    options = parser.parse_args()
    if (options.plan is None) == (options.torch is None):
        parser.error("give either a plan or --torch WEIGHTS")
    if options.count < 50 or options.seed < 0:
        parser.error("--count must be at least 50 and --seed not negative")
    return options


def transfers(painter, scorer, seed, scenes):
    """The gaps of style transfer, from drawn pictures and from real scenes, and what is left to
    chance: the gaps between pictures of the same captions with other noise."""
    result, rng = {}, generator(seed, 14)
    asked = judge.wishes(seed + 3, 2 * GROUPS)
    gaps = {"drawn": [], "real": [], "chance": []}
    for k, (subject, _, caption) in enumerate(asked[:GROUPS]):
        other = next(text for kind, _, text in asked[k + 1:] if kind == subject)
        drawn = painter.many(other, seed + 100 * k, EACH)
        fitting = [s for s in scenes if s[0] == subject]
        real = np.stack([judge.coloured(fitting[i], rng)
                         for i in rng.choice(len(fitting), EACH, replace=False)])
        gaps["drawn"].append((drawn, painter.transfer(drawn, caption)))
        gaps["real"].append((real, painter.transfer(real, caption)))
        gaps["chance"].append((drawn, painter.many(caption, seed + 100 * k + 50, EACH)))
    for name, pairs in gaps.items():
        before, after = (np.concatenate(side) for side in zip(*pairs))
        for what, gap in judge.style_gap(scorer, before, after).items():
            result[f"transfer_{name}_{what}"] = gap
    return result


def main():
    options = arguments()
    one_core()
    painter = PlanPainter(options.plan) if options.plan else TorchPainter(options.torch)
    scorer = scoring.load(options.scorer)
    seed = options.seed
    report = {"seed": seed, "count": options.count,
              "scorer_on_real": examine(scorer, seed + 1000, 500)}

    asked = judge.wishes(seed, options.count)
    drawn = painter.draw([text for _, _, text in asked], seed)
    report.update(judge.colours(scorer, drawn, asked))
    rare = judge.wishes(seed + 1, max(50, options.count // 4), held_out=True)
    report["held_out"] = judge.colours(
        scorer, painter.draw([text for _, _, text in rare], seed + 500), rare)

    scenes = judge.real_scenes(seed + 2, 1000)
    ours = judge.spread([painter.many(text, seed + 1000 + 100 * k, EACH)
                         for k, (_, _, text) in enumerate(asked[:GROUPS])])
    theirs = judge.spread(judge.real_groups(scenes, asked[:GROUPS], EACH, seed))
    report["diversity"] = round(ours / theirs, 4)

    rng = generator(seed, 15)
    real = np.stack([judge.coloured(scene, rng) for scene in scenes])
    folder = scoring.folder()
    TrainingSet.prepare(folder, options.layouts, judge.SIZE, 1)
    data = TrainingSet(folder, options.layouts, judge.SIZE)
    training = judge.training_features(scorer, data, seed, folder)
    report.update(judge.copies(scorer, drawn, real, training))
    report.update(transfers(painter, scorer, seed, scenes))

    low = [key for key, bar in AT_LEAST.items() if report[key] < bar]
    low += [key for key, bar in AT_MOST.items() if report[key] > bar]
    report["below_bar"] = low
    print(json.dumps(report, indent=1))
    return 76 if low else 0


if __name__ == "__main__":
    sys.exit(main())
