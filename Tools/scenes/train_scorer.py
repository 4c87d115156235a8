"""Trains the scorer that judges the generator (five minutes on one core).

    Tools/scenes/train-scorer --steps 1300

The weights go to a cache, ~/.cache/tgraph/gan-scenes/scorer.pt; at the end the scorer is tried on
500 scenes that training never saw.
"""

import argparse
import os
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

import model
from course import keep, resume
from meaning import ALL_PARTS
from scene import editable, generator, layout
from scorer import Scorer, default_path, load, read
from steady import one_core
from trainingset import BRIGHTEST, SEED, TrainingSet
from vocabulary import COLOURS, PALETTE, PARTS

ENTRIES = np.array([PALETTE[colour] for colour in COLOURS], float)


def lesson(data, rng, count):
    """Pictures, palette index of each part (-1: not shown), cover, flower; every colour anywhere."""
    chosen = rng.integers(len(data.subjects), size=count)
    slots = data.planes.shape[1] // 2 - 1
    colours = np.zeros((count, slots, 3))
    labels = np.full((count, len(ALL_PARTS)), -1)
    for row, index in enumerate(chosen):
        subject = data.subjects[index]
        for slot, part in enumerate(PARTS[subject]):
            entry = int(rng.integers(len(COLOURS)))
            colours[row, slot] = np.clip(ENTRIES[entry] + rng.normal(0, 8, 3), 0, 255)
            if part in data.editable[index]:
                labels[row, ALL_PARTS.index(part)] = entry
    planes = torch.from_numpy(np.array(data.planes[chosen])).float() / 255
    if rng.random() < 0.5:
        planes = planes.flip(3)
    painted = torch.einsum("nphw,npc->nchw", planes[:, 3:3 + slots] / BRIGHTEST,
                           torch.from_numpy(colours / 255).float())
    flower = torch.tensor([data.subjects[index] == "flower" for index in chosen])
    cover = torch.zeros(count, len(ALL_PARTS), 32, 32)
    small = F.avg_pool2d(planes[:, 3 + slots:], 2)
    birds = len(PARTS["bird"])
    cover[~flower, :birds] = small[~flower]
    cover[flower, birds:] = small[flower, :len(PARTS["flower"])]
    pictures = (planes[:, :3] + painted).clamp(0, 1) * 2 - 1
    return pictures, torch.from_numpy(labels), cover, flower.float()


def unseen(seed, count, size=64):
    """Scenes of a seed in palette colours, all pairs: pictures, palette index or -1, flower."""
    pictures, labels, flowers = [], np.full((count, len(ALL_PARTS)), -1), []
    for index in range(count):
        subject, layers = layout(seed, index, size)
        rng = generator(seed, index, 3)
        own = {part: COLOURS[int(rng.integers(len(COLOURS)))] for part in layers.parts}
        pictures.append(layers.picture({part: PALETTE[colour] for part, colour in own.items()}))
        for part in editable(layers):
            labels[index, ALL_PARTS.index(part)] = COLOURS.index(own[part])
        flowers.append(subject == "flower")
    return model.to_tensor(pictures), torch.from_numpy(labels), torch.tensor(flowers)


def examine(scorer, seed, count):
    """The scorer's own figures on real unseen scenes."""
    pictures, labels, flowers = unseen(seed, count)
    shown, colours, said, _ = read(scorer, pictures)
    there = labels >= 0
    right = shown & (colours == labels) & there
    by_part = {part: round(float(right[:, i].sum() / there[:, i].sum()), 4)
               for i, part in enumerate(ALL_PARTS)}
    return {"part_and_colour_right": round(float(right.sum() / there.sum()), 4),
            "subject_right": round(float((said == flowers).float().mean()), 4), "by_part": by_part}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1300)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--layouts", type=int, default=12000)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    one_core(options.seed)
    folder = os.path.dirname(default_path())
    os.makedirs(folder, exist_ok=True)
    TrainingSet.prepare(folder, options.layouts, 64, 1)
    data = TrainingSet(folder, options.layouts, 64)
    scorer = Scorer().train()
    optimiser = torch.optim.Adam(scorer.parameters(), 2e-3, fused=True)
    path, parts = default_path() + ".state", {"scorer": scorer, "optimiser": optimiser}
    first = resume(path, parts)
    began, recent = time.time(), []
    for step in range(first, options.steps):
        rng = generator(SEED, 31, options.seed, step)
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * (1 - step / options.steps) + 1e-5
        pictures, labels, cover, flower = lesson(data, rng, options.batch)
        pictures = pictures + 0.03 * torch.randn_like(pictures)
        with torch.autocast("cpu", torch.bfloat16):
            r = scorer(pictures)
        there = labels >= 0
        loss = (F.cross_entropy(r.colours[there], labels[there])
                + 4 * F.binary_cross_entropy_with_logits(r.maps, cover)
                + F.binary_cross_entropy_with_logits(r.flower, flower))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        recent.append(loss.item())
        if (step + 1) % 200 == 0 or step + 1 == options.steps:
            print(f"step {step + 1}: {np.mean(recent):.4f} {time.time() - began:.0f} s", flush=True)
            recent = []
            keep(path, parts, step + 1)
    torch.save(scorer.state_dict(), default_path())
    print(examine(load(), 99, 500))
    return 0


if __name__ == "__main__":
    sys.exit(main())
