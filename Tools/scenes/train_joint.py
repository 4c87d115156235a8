"""Trains the joint space of drawn scenes and captions: phi(t) and phi(v), by the symmetric structured
joint embedding (Reed, Akata, Lee, Schiele, CVPR 2016).

    Tools/scenes/train-joint -o joint-scenes.safetensors

Each step takes drawn layouts in palette colours with a caption each; half of them differ from a scene
of the other half in the colour of one named part. Ten slots of the picture encoder are taught where the
ten parts are; the caption encoder begins as that of gan-scenes in the box. The state lies in the cache,
~/.cache/tgraph/gan-scenes/joint.pt; the same command goes on where it was stopped.
"""

import argparse
import copy
import os
import sys

import torch

import captions
import model
import scorer as scoring
from course import Course, descend, follow
from joint import Learner, joint_loss, places_loss, save
from pairs import batch
from scene import generator
from steady import one_core
from trainingset import SEED, TrainingSet
from wording import encode, vocabulary


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--batch", type=int, default=64, help="an even number of scenes a step")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--layouts", type=int, default=12000)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("-o", "--out", required=True, help="the weights, .safetensors")
    options = parser.parse_args()
    if options.batch < 4 or options.batch % 2:
        parser.error("--batch must be even and at least 4")
    return options


def read(texts, known):
    """Captions to ids and lengths."""
    return encode([[word for word in captions.tokens(text) if word in known] for text in texts], known)


@torch.no_grad()
def settle(looker, data, seed, rounds=60, count=64):
    """Means and variances of the norms, anew: those of the averaged weights."""
    norms = [m for m in looker.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over the batches
    looker.train()
    for k in range(rounds):
        looker(batch(data, generator(SEED, 52, seed, k), count).pictures)
    looker.eval()


def main():
    options = arguments()
    one_core(options.seed)
    folder, known = scoring.folder(), vocabulary()
    os.makedirs(folder, exist_ok=True)
    TrainingSet.prepare(folder, options.layouts, 64, 1)
    data = TrainingSet(folder, options.layouts, 64)
    learner = Learner().train()
    average = copy.deepcopy(learner)
    optimiser = torch.optim.Adam(learner.parameters(), options.rate, fused=True)
    parts = {"learner": learner, "average": average, "optimiser": optimiser}
    course = Course(folder, "joint", parts, options.rate, options.steps, warm=100)
    for step in course:
        b = batch(data, generator(SEED, 51, options.seed, step), options.batch)
        with torch.autocast("cpu", torch.bfloat16):
            seen, where = learner.image.looked(
                b.pictures.contiguous(memory_format=torch.channels_last))
        said = learner.text(*read(b.captions, known))
        places = places_loss(where.float(), b.cover)
        gap = joint_loss(seen.float(), said, b.fits)
        loss = gap + 0.5 * places
        descend(loss, [*learner.parameters()], optimiser, longest=5.0)
        follow(average, learner, step)
        scores = seen.detach().float() @ said.detach().T
        scores[b.fits & ~torch.eye(len(scores), dtype=torch.bool)] = -2
        best = (scores.argmax(1) == torch.arange(len(scores))).float().mean()
        course.note(step, {"gap": gap.item(), "places": places.item(), "found": best.item()})
    settle(average.image, data, options.seed)
    save(average.eval(), options.out)
    model.write_vocabulary(os.path.join(os.path.dirname(options.out) or ".", "vocabulary.txt"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
