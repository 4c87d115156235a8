"""A scene from (seed, index): subject, layers, colours, and an edit with its caption."""

import numpy as np

import backgrounds
import birds
import captions
import flowers
from layers import Layers
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


class Scene:
    """A scene with its colours and one edit of one part.

    The edit caption names the edited part with its new colour, in some scenes also one other part
    with the colour it has already; parts that are not named, and the background, stay.
    """

    def __init__(self, seed, index, size, held_out=False):
        self.subject, self.layers = layout(seed, index, size)
        rng = generator(seed, index, 1)

        def pick(items):
            return items[int(rng.integers(len(items)))]

        parts = self.layers.parts
        self.colours = {part: pick(trained_colours(part)) for part in parts}
        self.part = pick(editable(self.layers))
        choices = HELD_OUT[self.part] if held_out else trained_colours(self.part)
        self.old_colour = self.colours[self.part]
        self.colour = pick([colour for colour in choices if colour != self.old_colour])

        own = [parts[i] for i in rng.permutation(len(parts))[:int(rng.integers(1, 4))]]
        self.caption = captions.caption(
            rng, self.subject, [(part, self.colours[part]) for part in own])
        named = [(self.part, self.colour)]
        if rng.random() < 0.3:
            other = pick([part for part in parts if part != self.part])
            named.append((other, self.colours[other]))
        self.edit_caption = captions.caption(rng, self.subject, named)
        self.named = named

    def _rgb(self, colours):
        return {part: PALETTE[colour] for part, colour in colours.items()}

    def picture(self):
        return self.layers.picture(self._rgb(self.colours))

    def edited_picture(self):
        return self.layers.picture(self._rgb({**self.colours, self.part: self.colour}))

    def mask(self):
        return self.layers.mask(self.part)

    def record(self, index):
        """The line of captions.jsonl."""
        return {
            "scene": index, "subject": self.subject, "caption": self.caption,
            "edit_caption": self.edit_caption, "part": self.part, "from": self.old_colour,
            "to": self.colour, "held_out": self.colour in HELD_OUT[self.part],
            "colours": self.colours, "named": dict(self.named),
        }


