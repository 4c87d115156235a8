"""Batches for the generator: a scene, its caption's code, a wrong code, and the scene recoloured."""

import numpy as np
import torch

from meaning import ALL_PARTS, BIRD, EACH, WIDTH, code
from trainingset import BRIGHTEST, SLOTS
from vocabulary import PARTS
from wording import some_colour

NAMED = [0.04, 0.24, 0.30, 0.24, 0.18]  # how often a caption names 0, 1, 2, 3, 4 parts
APART = 70.0                            # of RGB in 0...255: a wrong colour differs by this


class Batch:
    """`real` shows what `right` says; `other` is the same layout with other colours on most of the
    named parts; `wrong` does not fit `real`. Pictures are N x 3 x S x S in [-1,1]; `shown` N x parts
    x 4: whether a part of `real` is visible, its colour in [-1,1]; `shares` N x (1 + parts) x S x S:
    how much of a pixel belongs to none and to each of the parts."""


def batch(data, rng, count):
    """A batch of scenes of a TrainingSet."""
    chosen = rng.integers(len(data.subjects), size=count)
    before, after = np.zeros((count, SLOTS, 3)), np.zeros((count, SLOTS, 3))
    shown = np.zeros((count, len(ALL_PARTS), 4), np.float32)  # visible, RGB in [-1,1]
    right, wrong = (np.zeros((count, WIDTH), np.float32) for _ in range(2))
    for row, index in enumerate(chosen):
        subject, visible = data.subjects[index], data.editable[index]
        wish = {}
        for slot, part in enumerate(PARTS[subject]):
            after[row, slot] = before[row, slot] = some_colour(rng, part, slot)[1]
            at = ALL_PARTS.index(part)
            shown[row, at, 0] = part in visible
            shown[row, at, 1:] = after[row, slot] / 127.5 - 1
        number = min(int(rng.choice(len(NAMED), p=NAMED)), len(visible))
        for part in rng.permutation(visible)[:number]:
            slot = PARTS[subject].index(part)
            wish[str(part)] = after[row, slot]
            if rng.random() < 0.7:
                before[row, slot] = some_colour(rng, part, slot)[1]
        right[row] = code(wish, (subject,))
        wrong[row] = code(_mistaken(rng, wish, visible, shown[row]), (subject,))
    roll = rng.random(count) < 0.5
    for row in np.nonzero(roll)[0]:
        other = (row + 1 + int(rng.integers(count - 1))) % count
        if not _agrees(right[other], shown[row]):
            wrong[row] = right[other]
    result = Batch()
    planes = torch.from_numpy(np.array(data.planes[chosen])).float() / 255
    flip = torch.from_numpy(rng.random(count) < 0.5)
    planes = torch.where(flip[:, None, None, None], planes.flip(3), planes)
    fixed, paint, cover = planes[:, :3], planes[:, 3:3 + SLOTS] / BRIGHTEST, planes[:, 3 + SLOTS:]
    result.shares = torch.zeros(count, 1 + len(ALL_PARTS), *planes.shape[2:])
    for kind, parts in PARTS.items():
        rows = torch.tensor([data.subjects[index] == kind for index in chosen])
        at = 1 + ALL_PARTS.index(parts[0])
        result.shares[rows, at:at + len(parts)] = cover[rows, :len(parts)]
    result.shares[:, 0] = (1 - result.shares[:, 1:].sum(1)).clamp(0, 1)

    def coloured(colours):
        colours = torch.from_numpy(colours / 255).float()
        return (fixed + torch.einsum("nphw,npc->nchw", paint, colours)).clamp(0, 1) * 2 - 1

    result.real, result.other = coloured(after), coloured(before)
    result.right, result.wrong = torch.from_numpy(right), torch.from_numpy(wrong)
    result.shown = torch.from_numpy(shown)
    return result


def _mistaken(rng, wish, visible, shown):
    """The wish with one visible part in a colour that the scene does not have there."""
    part = str(rng.choice(list(wish) if wish and rng.random() < 0.8 else list(visible)))
    there = (shown[ALL_PARTS.index(part), 1:] + 1) * 127.5
    while True:
        colour = some_colour(rng, part, 0)[1]
        if np.linalg.norm(colour - there) > APART:
            return {**wish, part: colour}


def _agrees(numbers, shown):
    """Whether a scene that shows this could be meant by a code."""
    parts = numbers[:EACH * len(ALL_PARTS)].reshape(-1, EACH)
    named = parts[:, 0] > 0
    gap = np.linalg.norm((parts[:, 1:4] - shown[:, 1:]) * 127.5, axis=1)
    return not np.any(named & ((gap > APART) | (shown[:, 0] == 0))) and (
        named.any() or numbers[BIRD] == shown[:len(PARTS["bird"]), 0].any())


def between(codes, rng, beta=0.5):
    """GAN-INT: codes mixed with others of the same subject."""
    order = np.arange(len(codes))
    bird = codes[:, 60].numpy() > 0.5
    for kind in (bird, ~bird):
        rows = np.nonzero(kind)[0]
        order[rows] = rng.permutation(rows)
    return beta * codes + (1 - beta) * codes[torch.from_numpy(order)]
