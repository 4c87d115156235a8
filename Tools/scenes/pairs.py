"""Batches for the joint space: drawn scenes with a caption each, and which captions are true of which
scenes."""

import numpy as np
import torch
from torch.nn import functional as F

import captions
from meaning import ALL_PARTS
from trainingset import BRIGHTEST, SLOTS
from vocabulary import COLOURS, HELD_OUT, PALETTE, PARTS
from wording import spoken

NAMED = [0.30, 0.30, 0.25, 0.15]  # how often a caption names 1, 2, 3, 4 parts
HIDDEN = -1                       # the colour of a part that a scene does not show
ANY = -2                          # the colour of a part of which a caption says nothing
PAINT = np.array([PALETTE[colour] for colour in COLOURS], float)


def palette_of(part, held_out=False):
    """Indices into COLOURS: those that training may give to a part, or those that it may not."""
    return [k for k, colour in enumerate(COLOURS) if (colour in HELD_OUT[part]) == held_out]


TRAINED = {part: palette_of(part) for part in ALL_PARTS}


class Pairs:
    """`pictures` N x 3 x S x S in [-1,1] and `captions`, one of each; `fits` N x N: whether the scene of
    a row is one of which the caption of a column is true; `cover` N x parts x 16 x 16: how much of each
    place is of a part, 0 for those that do not show."""


def batch(data, rng, count):
    """Scenes of a TrainingSet, `count` an even number. The second half are twins of the first: the same
    colours but for one named part, in another layout, so that a single word makes the difference."""
    half = count // 2
    first = rng.integers(len(data.subjects), size=half)
    chosen = np.concatenate([first, [_alike(data, rng, index) for index in first]])
    own = [_coloured(rng, data.subjects[index]) for index in first]
    own += [dict(colours) for colours in own]
    wishes = []
    for row, index in enumerate(chosen):
        if row >= half:
            part = str(rng.choice(list(wishes[row - half])))
            others = [k for k in TRAINED[part] if k != own[row][part]]
            own[row][part] = int(rng.choice(others))
        wishes.append(_said(rng, data.editable[index], own[row], row >= half and part))
    result = Pairs()
    result.captions = [_caption(rng, data.subjects[index], wish)
                       for index, wish in zip(chosen, wishes)]
    result.fits = fitting([data.subjects[index] for index in chosen],
                          [{p: c for p, c in own[row].items() if p in data.editable[index]}
                           for row, index in enumerate(chosen)], wishes)
    result.pictures, result.cover = paint(data, rng, chosen, own)
    return result


def _alike(data, rng, index):
    """Another layout of the same subject."""
    while True:
        other = int(rng.integers(len(data.subjects)))
        if data.subjects[other] == data.subjects[index]:
            return other


def _coloured(rng, subject):
    return {part: int(rng.choice(TRAINED[part])) for part in PARTS[subject]}


def _said(rng, visible, own, wanted):
    """Part to colour for some of the visible parts; `wanted` is among them if it can be seen."""
    number = min(1 + int(rng.choice(len(NAMED), p=NAMED)), len(visible))
    parts = [str(part) for part in rng.permutation(visible)[:number]]
    if wanted and wanted in visible and wanted not in parts:
        parts[0] = wanted
    return {part: own[part] for part in parts}


def _caption(rng, subject, wish):
    return captions.caption(rng, subject, [(part, spoken(rng, COLOURS[colour]))
                                           for part, colour in wish.items()])


def fitting(subjects, shown, wishes):
    """Row i, column j: whether all that wish j names is shown by scene i, in these colours."""
    there = np.full((len(shown), len(ALL_PARTS)), HIDDEN)
    asked = np.full((len(wishes), len(ALL_PARTS)), ANY)
    for row, colours in enumerate(shown):
        for part, colour in colours.items():
            there[row, ALL_PARTS.index(part)] = colour
    for row, wish in enumerate(wishes):
        for part, colour in wish.items():
            asked[row, ALL_PARTS.index(part)] = colour
    true = (there[:, None] == asked[None]) | (asked[None] == ANY)
    return torch.from_numpy(true.all(2))


def paint(data, rng, chosen, own):
    """Pictures of layouts in these colours, half of the time turned round, and the cover of their parts
    at a quarter of the size."""
    colours = np.zeros((len(chosen), SLOTS, 3))
    for row, index in enumerate(chosen):
        for slot, part in enumerate(PARTS[data.subjects[index]]):
            colours[row, slot] = PAINT[own[row][part]]
    colours = np.clip(colours + rng.normal(0, 6, colours.shape), 0, 255) / 255
    planes = torch.from_numpy(np.array(data.planes[chosen])).float() / 255
    flip = torch.from_numpy(rng.random(len(chosen)) < 0.5)
    planes = torch.where(flip[:, None, None, None], planes.flip(3), planes)
    painted = torch.einsum("nphw,npc->nchw", planes[:, 3:3 + SLOTS] / BRIGHTEST,
                           torch.from_numpy(colours).float())
    small = F.avg_pool2d(planes[:, 3 + SLOTS:], 4)
    cover = small.new_zeros(len(chosen), len(ALL_PARTS), *small.shape[2:])
    for row, index in enumerate(chosen):
        for slot, part in enumerate(PARTS[data.subjects[index]]):
            if part in data.editable[index]:
                cover[row, ALL_PARTS.index(part)] = small[row, slot]
    return (planes[:, :3] + painted).clamp(0, 1) * 2 - 1, cover
