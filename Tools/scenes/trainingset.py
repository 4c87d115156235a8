"""Batches for training: drawn layouts, coloured anew at every step."""

import json
import multiprocessing
import os

import numpy as np
import torch

from scene import editable, layout
from vocabulary import PARTS
from wording import Wish, some_colour

SEED = 20_000_001             # training draws scenes 0, 1, 2, ... of this seed
VALIDATION_SEED = 20_000_002  # validation draws those of this one; every other seed is unseen
SLOTS = max(len(parts) for parts in PARTS.values())


def _drawn(task):
    index, size = task
    subject, layers = layout(SEED, index, size)
    planes = np.zeros((3 + 2 * SLOTS, size, size))
    planes[:3] = layers.fixed.transpose(2, 0, 1)
    planes[3:3 + len(layers.parts)] = layers.paint * 0.8  # shades reach 1.1
    planes[3 + SLOTS:3 + SLOTS + len(layers.parts)] = layers.cover
    planes = np.floor(np.clip(planes, 0, 1) * 255 + 0.5).astype(np.uint8)
    return planes, subject, editable(layers)


class TrainingSet:
    """`count` layouts of a size, kept as bytes in a folder that all workers map."""

    def __init__(self, folder, count, size):
        self.planes = np.load(_path(folder, count, size, "npy"), mmap_mode="r")
        with open(_path(folder, count, size, "json")) as file:
            self.subjects, self.editable = json.load(file)

    @staticmethod
    def prepare(folder, count, size, workers):
        """Draws the layouts, unless the folder has them."""
        if os.path.exists(_path(folder, count, size, "npy")):
            return
        tasks = [(index, size) for index in range(count)]
        with multiprocessing.Pool(workers) as pool:
            drawn = pool.map(_drawn, tasks, chunksize=32)
        with open(_path(folder, count, size, "json"), "w") as file:
            json.dump([[d[1] for d in drawn], [d[2] for d in drawn]], file)
        part = _path(folder, count, size, "part.npy")
        np.save(part, np.stack([d[0] for d in drawn]))
        os.replace(part, _path(folder, count, size, "npy"))

    def batch(self, rng, count):
        """Sources, targets, cover of each edited part (N x SLOTS x H x W), wishes."""
        chosen = rng.integers(len(self.subjects), size=count)
        before, after = np.zeros((count, SLOTS, 3)), np.zeros((count, SLOTS, 3))
        edited = np.zeros((count, SLOTS), np.float32)
        wishes = []
        for row, index in enumerate(chosen):
            subject = self.subjects[index]
            parts = PARTS[subject]
            colours = {p: some_colour(rng, p, slot) for slot, p in enumerate(parts)}
            named, edits, kind = _wish(rng, subject, self.editable[index], colours)
            for slot, part in enumerate(parts):
                before[row, slot] = after[row, slot] = colours[part][1]
                if part in edits:
                    after[row, slot] = named[part][1]
                    edited[row, slot] = 1
            wishes.append(Wish(rng, kind, named))
        planes = torch.from_numpy(self.planes[chosen]).float() / 255
        if rng.random() < 0.5:
            planes = planes.flip(3)
        fixed, paint, cover = planes[:, :3], planes[:, 3:3 + SLOTS] / 0.8, planes[:, 3 + SLOTS:]

        def coloured(colours):
            colours = torch.from_numpy(colours / 255).float()
            painted = torch.einsum("nphw,npc->nchw", paint, colours)
            picture = (fixed + painted).clamp(0, 1) * 2 - 1
            return picture.contiguous(memory_format=torch.channels_last)

        changed = cover * torch.from_numpy(edited)[..., None, None]
        return coloured(before), coloured(after), changed, wishes


def _path(folder, count, size, ending):
    return os.path.join(folder, f"layouts-{size}-{count}.{ending}")


def _wish(rng, subject, editable_parts, colours):
    """What the caption names (part to colour), which parts change, and of what it speaks."""
    kind = rng.random()
    parts = PARTS[subject]
    if kind < 0.03:  # speaks of parts that are not there: nothing changes
        other = "flower" if subject == "bird" else "bird"
        chosen = _some(rng, PARTS[other], int(rng.integers(1, 3)))
        return {p: some_colour(rng, p, 10 + i) for i, p in enumerate(chosen)}, set(), other
    if kind < 0.12:  # describes what is there: nothing changes
        chosen = _some(rng, parts, int(rng.integers(1, 4)))
        return {p: colours[p] for p in chosen}, set(), subject
    count = 1 if kind < 0.55 else 2 if kind < 0.82 else 3
    edits = _some(rng, editable_parts, min(count, len(editable_parts)))
    named = {p: some_colour(rng, p, 10 + i) for i, p in enumerate(edits)}
    rest = [p for p in parts if p not in edits]
    if rest and rng.random() < 0.25:
        part = _some(rng, rest, 1)[0]
        named[part] = colours[part]
    return named, set(edits), subject


def _some(rng, items, count):
    return [items[i] for i in rng.permutation(len(items))[:count]]
