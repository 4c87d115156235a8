"""A picture as a linear function of its part colours.

picture = fixed + sum over parts of paint[part] * colour[part], so that a training step can
recolour a scene without drawing it again, and an edit changes the named part and nothing else.
"""

import numpy as np


class Layers:
    """Painter's order: whatever is drawn later covers what was drawn before."""

    def __init__(self, grid, background, parts):
        self.grid = grid
        self.parts = parts
        self.fixed = background.copy()                              # H x W x 3, 0...1
        shape = (len(parts),) + background.shape[:2]
        self.paint = np.zeros(shape)                                # shade x visible coverage
        self.cover = np.zeros(shape)                                # visible coverage

    def _hide(self, alpha):
        self.fixed *= 1.0 - alpha[..., None]
        self.paint *= 1.0 - alpha
        self.cover *= 1.0 - alpha

    def add_fixed(self, alpha, colour):
        """Covers with a colour of its own (H x W x 3 or a triple, 0...1)."""
        self._hide(alpha)
        self.fixed += alpha[..., None] * np.asarray(colour)

    def add_part(self, part, alpha, shade=1.0, gloss=0.0):
        """Covers with the part's colour times `shade`, lightened by `gloss` towards white."""
        self._hide(alpha)
        index = self.parts.index(part)
        self.paint[index] += alpha * shade * (1.0 - gloss)
        self.cover[index] += alpha
        self.fixed += (alpha * gloss)[..., None]

    def darken(self, alpha, amount):
        """A soft shadow over whatever is there."""
        factor = 1.0 - alpha * amount
        self.fixed *= factor[..., None]
        self.paint *= factor

    def picture(self, colours):
        """H x W x 3 bytes; `colours` maps each part to RGB in 0...255."""
        picture = self.fixed.copy()
        for index, part in enumerate(self.parts):
            picture += self.paint[index][..., None] * (np.asarray(colours[part]) / 255.0)
        return np.clip(np.floor(picture * 255.0 + 0.5), 0, 255).astype(np.uint8)

    def mask(self, part):
        """H x W bytes: how much of each pixel the part covers."""
        return np.floor(self.cover[self.parts.index(part)] * 255.0 + 0.5).astype(np.uint8)
