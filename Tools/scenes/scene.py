"""A scene from (seed, index): subject, layers, colours, and an edit with its caption."""

import numpy as np

import backgrounds
import birds
import captions
import flowers
from layers import Layers
from meaning import ALL_PARTS, wanted
from shapes import Grid
from vocabulary import HELD_OUT, PALETTE, PARTS, trained_colours

SMALLEST_PART = 40.0 / (128 * 128)  # a part is only edited where it shows on this share of pixels
SUBJECTS = {"bird": birds.draw, "flower": flowers.draw}


def generator(*seed):
    """An own random stream for each tuple of integers."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))


def layout(seed, index, size):
    """Everything but the colours: subject and layers."""
    rng = generator(seed, index, 0)
    grid = Grid.of_size(size)
    subject = "bird" if rng.random() < 0.6 else "flower"
    layers = Layers(grid, backgrounds.draw(rng, grid), PARTS[subject])
    SUBJECTS[subject](rng, layers)
    return subject, layers


def editable(layers):
    """The parts that show enough to be edited."""
    shown = layers.cover.mean(axis=(1, 2))
    return [part for part, area in zip(layers.parts, shown) if area >= SMALLEST_PART]


def part_numbers(layers):
    """H x W bytes: from 1, the part of ALL_PARTS that covers most of each pixel; 0: most is none."""
    cover = np.zeros((1 + len(ALL_PARTS),) + layers.cover.shape[1:])
    for part, mask in zip(layers.parts, layers.cover):
        cover[1 + ALL_PARTS.index(part)] = mask
    cover[0] = 1 - cover.sum(axis=0)
    return cover.argmax(axis=0).astype(np.uint8)


class Scene:
    """A scene with its colours and one edit of one part or of several.

    The edit caption names the edited parts with their new colours, in some scenes of one edit also
    one other part with the colour it has already; parts that are not named, and the background,
    stay. `edits` maps the edited parts to colours of the palette, or to DARKER or LIGHTER.
    """

    def __init__(self, seed, index, size, held_out=False, count=1):
        self.subject, self.layers = layout(seed, index, size)
        rng = generator(seed, index, 1)

        def pick(items):
            return items[int(rng.integers(len(items)))]

        parts = self.layers.parts
        self.colours = {part: pick(trained_colours(part)) for part in parts}
        able = editable(self.layers)
        chosen = [pick(able)]
        rest = [part for part in able if part != chosen[0]]
        choices = HELD_OUT[chosen[0]] if held_out else trained_colours(chosen[0])
        self.edits = {chosen[0]: pick([c for c in choices if c != self.colours[chosen[0]]])}

        own = [parts[i] for i in rng.permutation(len(parts))[:int(rng.integers(1, 4))]]
        self.caption = captions.caption(
            rng, self.subject, [(part, self.colours[part]) for part in own])
        named = list(self.edits.items())
        if count == 1 and rng.random() < 0.3:
            other = pick([part for part in parts if part != chosen[0]])
            named.append((other, self.colours[other]))
        for part in [rest[i] for i in rng.permutation(len(rest))[:count - 1]]:
            self.edits[part] = pick([c for c in trained_colours(part) if c != self.colours[part]])
            named.append((part, self.edits[part]))
        self.named = named
        self.edit_caption = captions.caption(rng, self.subject, named)

    def ask(self, edits, caption):
        """Makes this scene one of other edits (part to colour, DARKER or LIGHTER)."""
        self.edits, self.edit_caption, self.named = edits, caption, list(edits.items())
        return self

    def _rgb(self, colours):
        return {part: PALETTE[colour] for part, colour in colours.items()}

    def picture(self):
        return self.layers.picture(self._rgb(self.colours))

    def rgb_after(self):
        """Part to RGB as the edit asks."""
        old = self._rgb(self.colours)
        return {part: wanted(PALETTE.get(self.edits[part], self.edits[part]), old[part])
                if part in self.edits else old[part] for part in old}

    def edited_picture(self):
        return self.layers.picture(self.rgb_after())

    def mask(self, part=None):
        """H x W bytes: how much of each pixel the edited parts cover, or one part."""
        parts = [part] if part else list(self.edits)
        cover = sum(self.layers.cover[self.layers.parts.index(p)] for p in parts)
        return np.floor(np.clip(cover, 0, 1) * 255.0 + 0.5).astype(np.uint8)

    def record(self, index):
        """The line of captions.jsonl."""
        return {
            "scene": index, "subject": self.subject, "caption": self.caption,
            "edit_caption": self.edit_caption, "edits": self.edits,
            "held_out": any(c in HELD_OUT[p] for p, c in self.edits.items()),
            "colours": self.colours, "named": dict(self.named),
        }
