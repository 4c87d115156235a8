"""Batches for training: drawn layouts, coloured anew at every step."""

import multiprocessing
import os

import numpy as np
import torch

import captions
from scene import editable, layout
from vocabulary import PALETTE, PARTS, trained_colours

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
    bytes_ = np.floor(np.clip(planes, 0, 1) * 255 + 0.5).astype(np.uint8)
    return bytes_, subject, editable(layers)


class TrainingSet:
    """`count` layouts of a size, kept as bytes in memory."""

    def __init__(self, count, size, workers):
        tasks = [(index, size) for index in range(count)]
        with multiprocessing.Pool(workers) as pool:
            drawn = pool.map(_drawn, tasks, chunksize=32)
        self.planes = torch.from_numpy(np.stack([d[0] for d in drawn]))
        self.subjects = [d[1] for d in drawn]
        self.editable = [d[2] for d in drawn]

    def batch(self, rng, count):
        """Sources, targets, cover of each edited part (N x SLOTS x H x W), token lists."""
        chosen = rng.integers(len(self.subjects), size=count)
        before, after = np.zeros((count, SLOTS, 3)), np.zeros((count, SLOTS, 3))
        edited = np.zeros((count, SLOTS), np.float32)
        texts = []
        for row, index in enumerate(chosen):
            subject = self.subjects[index]
            parts = PARTS[subject]
            colours = {p: _pick(rng, trained_colours(p)) for p in parts}
            named, edits = _wish(rng, subject, self.editable[index], colours)
            for slot, part in enumerate(parts):
                wobble = rng.normal(0, 6, 3) if rng.random() < 0.5 and part not in named else 0
                before[row, slot] = np.clip(np.array(PALETTE[colours[part]]) + wobble, 0, 255)
                after[row, slot] = before[row, slot]
                if part in edits:
                    after[row, slot] = PALETTE[named[part]]
                    edited[row, slot] = 1
            if set(named) <= set(parts):
                kind = subject
            else:
                kind = "flower" if subject == "bird" else "bird"
            texts.append(captions.tokens(captions.caption(rng, kind, list(named.items()))))
        planes = self.planes[torch.from_numpy(chosen)].float() / 255
        if rng.random() < 0.5:
            planes = planes.flip(3)
        fixed, paint, cover = planes[:, :3], planes[:, 3:3 + SLOTS] / 0.8, planes[:, 3 + SLOTS:]

        def coloured(colours):
            colours = torch.from_numpy(colours / 255).float()
            painted = torch.einsum("nphw,npc->nchw", paint, colours)
            picture = (fixed + painted).clamp(0, 1) * 2 - 1
            return picture.contiguous(memory_format=torch.channels_last)

        changed = cover * torch.from_numpy(edited)[..., None, None]
        return coloured(before), coloured(after), changed, texts


def _pick(rng, items):
    return items[int(rng.integers(len(items)))]


def _wish(rng, subject, editable_parts, colours):
    """What the caption names (part to colour) and which of these parts change."""
    kind = rng.random()
    parts = PARTS[subject]
    if kind < 0.03:  # speaks of parts that are not there: nothing changes
        other = "flower" if subject == "bird" else "bird"
        chosen = _some(rng, PARTS[other], int(rng.integers(1, 3)))
        return {p: _pick(rng, trained_colours(p)) for p in chosen}, set()
    if kind < 0.12:  # describes what is there: nothing changes
        return {p: colours[p] for p in _some(rng, parts, int(rng.integers(1, 4)))}, set()
    count = min(1 if kind < 0.55 else 2 if kind < 0.82 else 3, len(editable_parts))
    edits = set(_some(rng, editable_parts, count))
    named = {p: _pick(rng, [c for c in trained_colours(p) if c != colours[p]])
             for p in sorted(edits)}
    if rng.random() < 0.25:
        rest = [p for p in parts if p not in edits]
        if rest:
            part = _pick(rng, rest)
            named[part] = colours[part]
    return named, edits


def _some(rng, items, count):
    return [items[i] for i in rng.permutation(len(items))[:count]]
