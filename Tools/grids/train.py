"""Trains a composition of picture and sentence on scenes of the grid, and measures it.

    Tools/grids/train tirg --seed 1 --keep tirg-grids.safetensors

A composition is tirg, concat, imgonly or textonly. Each step takes pictures and edits of its own; the
loss is the batch classification of TIRG (Vo et al., CVPR 2019): the query's cosines to all targets of
the batch, times the square of a learned scale. The state lies in the cache, ~/.cache/tgraph/grids; the
same command goes on where it was stopped. At the end a line of JSON goes to --results (R@k in per
cent on the set of sets.py), in place of an earlier one of the same composition and seed.
"""

import argparse
import json
import os
import sys
import time

import torch
from torch.nn import functional as F

import model
import sets
from course import Course, descend
from steady import one_core


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("composition", choices=model.COMPOSITIONS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--sources", type=int, default=24, help="pictures a step, four edits of each")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--results", help="a file of JSON lines")
    parser.add_argument("--keep", metavar="WEIGHTS", help="writes the network here, .safetensors")
    options = parser.parse_args()
    if options.sources < 2 or options.steps < 1:
        parser.error("--sources must be at least 2 and --steps at least 1")
    return options


def folder():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "tgraph", "grids")


def step_loss(net, composition, b):
    """The batch classification loss, and how many queries find their target in the batch."""
    pictures = torch.cat([model.to_tensor(b.sources), model.to_tensor(b.targets)])
    with torch.autocast("cpu", torch.bfloat16):
        seen = net.look(pictures.contiguous(memory_format=torch.channels_last)).float()
    sources, targets = seen.split([len(b.sources), len(b.targets)])
    asked = model.compose(net, composition, sources.repeat_interleave(sets.EACH, 0),
                          *model.encode(b.sentences))
    cosines = F.normalize(asked) @ F.normalize(targets).T
    right = torch.arange(len(cosines))
    loss = F.cross_entropy(net.normalization_layer.norm_s ** 2 * cosines, right)
    return loss, (cosines.argmax(1) == right).float().mean()


@torch.no_grad()
def settle(net, composition, seed, sources, rounds=60):
    """Means and variances of the norms, anew for the last weights."""
    for norm in net.modules():
        if isinstance(norm, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            norm.reset_running_stats()
            norm.momentum = None  # the plain mean over the batches
    for k in range(rounds):
        step_loss(net, composition, sets.batch(seed + 1000, k, sources))
    net.eval()


def write(path, line):
    """Adds a line, or replaces that of the same composition and seed."""
    lines = []
    if os.path.exists(path):
        with open(path) as file:
            lines = [json.loads(text) for text in file]
    same = lambda other: all(other[key] == line[key] for key in ("composition", "seed"))
    lines = [other for other in lines if not same(other)] + [line]
    lines.sort(key=lambda l: (model.COMPOSITIONS.index(l["composition"]), l["seed"]))
    with open(path, "w") as file:
        file.writelines(json.dumps(each) + "\n" for each in lines)


def main():
    o = arguments()
    one_core(o.seed)
    os.makedirs(folder(), exist_ok=True)
    net = model.fresh(o.composition).train()
    optimiser = torch.optim.Adam(net.parameters(), o.rate, fused=True)
    name, began = f"{o.composition}-{o.seed}-{o.steps}", time.process_time()
    course = Course(folder(), name, {"net": net, "optimiser": optimiser}, o.rate, o.steps, warm=100)
    for step in course:
        loss, found = step_loss(net, o.composition, sets.batch(o.seed, step, o.sources))
        descend(loss, [*net.parameters()], optimiser)
        course.note(step, {"loss": loss.item(), "found": found.item()})
    settle(net, o.composition, o.seed, o.sources)
    line = {"composition": o.composition, "seed": o.seed, "steps": o.steps, "sources": o.sources,
            "cpu_seconds": round(time.process_time() - began)}
    if o.keep:
        model.save(net, o.keep)
        net = model.load(o.keep, o.composition)
    testing = sets.Testing()
    found = sets.ranks(model.scores(net, o.composition, testing), testing)
    line.update(sets.recalls(found, testing))
    print(json.dumps(line, indent=1))
    if o.results:
        write(o.results, line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
