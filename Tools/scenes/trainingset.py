"""Batches for training the painter: drawn layouts, coloured anew at every step."""

import json
import multiprocessing
import os

import numpy as np
import torch

from meaning import ALL_PARTS, DARKER, LIGHTER, WIDTH, code, wanted
from scene import editable, layout
from vocabulary import PARTS
from wording import some_colour

SEED = 20_000_001             # training draws scenes 0, 1, 2, ... of this seed
VALIDATION_SEED = 20_000_002  # validation draws those of this one; every other seed is unseen
SLOTS = max(len(parts) for parts in PARTS.values())
BRIGHTEST = 0.8  # paint is stored times this: shades reach 1.1


def _drawn(task):
    index, size = task
    subject, layers = layout(SEED, index, size)
    planes = np.zeros((3 + 2 * SLOTS, size, size))
    planes[:3] = layers.fixed.transpose(2, 0, 1)
    planes[3:3 + len(layers.parts)] = layers.paint * BRIGHTEST
    planes[3 + SLOTS:3 + SLOTS + len(layers.parts)] = layers.cover
    planes = np.floor(np.clip(planes, 0, 1) * 255 + 0.5).astype(np.uint8)
    return planes, subject, editable(layers)


class Lesson:
    """A batch: pictures before and after, N x 3 x S x S in [-1,1]; codes N x WIDTH; the cover of
    every part N x ALL_PARTS x S x S, whether it is named N x ALL_PARTS, its colour before
    N x ALL_PARTS x 3 in [-1,1]; how light it is where it shows, times its cover, N x 1 x S x S."""

    def __init__(self, before, after, codes, cover, named, colours, paint):
        self.before, self.after, self.codes = before, after, codes
        self.cover, self.named, self.colours, self.paint = cover, named, colours, paint


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
        chosen = rng.integers(len(self.subjects), size=count)
        before, after = np.zeros((count, SLOTS, 3)), np.zeros((count, SLOTS, 3))
        spoken = np.zeros((count, SLOTS), np.float32)
        codes = np.zeros((count, WIDTH), np.float32)
        first = np.zeros(count, int)              # of the subject's parts in ALL_PARTS
        for row, index in enumerate(chosen):
            subject = self.subjects[index]
            parts = PARTS[subject]
            colours = {p: some_colour(rng, p, slot)[1] for slot, p in enumerate(parts)}
            named, subjects = _wish(rng, subject, self.editable[index], colours)
            for slot, part in enumerate(parts):
                before[row, slot] = after[row, slot] = colours[part]
                if part in named:
                    after[row, slot] = wanted(named[part], colours[part])
                    spoken[row, slot] = 1
            codes[row] = code(named, subjects)
            first[row] = ALL_PARTS.index(parts[0])
        planes = torch.from_numpy(np.array(self.planes[chosen]))
        planes = planes.float() / 255
        if rng.random() < 0.5:
            planes = planes.flip(3)
        fixed, paint = planes[:, :3], planes[:, 3:3 + SLOTS] / BRIGHTEST
        cover = planes[:, 3 + SLOTS:]

        def coloured(colours):
            colours = torch.from_numpy(colours / 255).float()
            painted = torch.einsum("nphw,npc->nchw", paint, colours)
            picture = torch.floor((fixed + painted).clamp(0, 1) * 255 + 0.5) / 127.5 - 1
            return picture.contiguous(memory_format=torch.channels_last)

        def placed(tensor):
            """A subject's SLOTS at their places among all parts."""
            wide = tensor.new_zeros(count, len(ALL_PARTS) + SLOTS, *tensor.shape[2:])
            for row in range(count):
                wide[row, first[row]:first[row] + SLOTS] = tensor[row]
            return wide[:, :len(ALL_PARTS)]

        colours = torch.from_numpy(before / 127.5 - 1).float()
        return Lesson(coloured(before), coloured(after), torch.from_numpy(codes), placed(cover),
                      placed(torch.from_numpy(spoken)), placed(colours),
                      paint.sum(1, keepdim=True))


def _path(folder, count, size, ending):
    return os.path.join(folder, f"layouts-{size}-{count}.{ending}")


def _wish(rng, subject, editable_parts, colours):
    """What a caption names (part to colour), and the subjects that it says."""
    kind = rng.random()
    other = "flower" if subject == "bird" else "bird"
    if kind < 0.04:  # names nothing
        return {}, [(), ("bird",), ("flower",), ("bird", "flower")][int(rng.integers(4))]
    if kind < 0.09:  # speaks of parts that are not there
        return _asks(rng, _some(rng, PARTS[other], int(rng.integers(1, 4))), colours), ()
    count = 1 if kind < 0.50 else 2 if kind < 0.76 else 3 if kind < 0.93 else 4
    pool = editable_parts if rng.random() < 0.85 else PARTS[subject]
    named = _asks(rng, _some(rng, pool, min(count, len(pool))), colours)
    if rng.random() < 0.05:
        named.update(_asks(rng, _some(rng, PARTS[other], 1), colours))
    return named, (subject,) if rng.random() < 0.9 else ()


def _asks(rng, parts, colours):
    """To each part a colour; some are asked for what they have, some to be darker or lighter."""
    asks = {}
    for index, part in enumerate(parts):
        kind = rng.random()
        if kind < 0.08 and part in colours:
            asks[part] = colours[part]
        elif kind < 0.15:
            asks[part] = DARKER
        elif kind < 0.22:
            asks[part] = LIGHTER
        else:
            asks[part] = some_colour(rng, part, 10 + index)[1]
    return asks


def _some(rng, items, count):
    return [items[i] for i in rng.permutation(len(items))[:count]]
