"""The figures by which edits are judged, from bytes alone.

An edit is compared with the true picture after it, over the whole and inside the edited parts; by
its fine structure (Laplacian), so that a blur is seen; and by the mean colour of every part.
"""

import numpy as np

from meaning import DARKER, LIGHTER
from scene import editable
from vocabulary import COLOURS, PALETTE

ENTRIES = np.array([PALETTE[colour] for colour in COLOURS], float)


def mean_colour(picture, mask):
    """Mean RGB where the mask is >= 128."""
    return picture[mask >= 128].astype(float).mean(axis=0)


def nearest_colour(picture, mask):
    """The palette entry nearest in RGB to the mean of the picture where the mask is >= 128."""
    return COLOURS[int(((ENTRIES - mean_colour(picture, mask)) ** 2).sum(axis=1).argmin())]


def squared_error(one, other, where=None):
    """Mean squared error on [0,1], over the pixels of a boolean mask if given."""
    difference = (one.astype(float) - other.astype(float)) / 255.0
    return float(((difference if where is None else difference[where]) ** 2).mean())


def laplacian(picture):
    """Four times a pixel less its four neighbours, inside the border, each channel."""
    p = picture.astype(float)
    return (4 * p[1:-1, 1:-1] - p[:-2, 1:-1] - p[2:, 1:-1] - p[1:-1, :-2] - p[1:-1, 2:])


def decibel(mean_squared_error):
    return round(float(-10 * np.log10(max(mean_squared_error, 1e-12))), 2)


class Tally:
    """Collects edits and sums them up."""

    def __init__(self):
        self.errors, self.inside, self.nearer = [], [], []
        self.structure, self.structure_error, self.true_structure = 0.0, 0.0, 0.0
        self.parts = {}          # part to [right, asked]
        self.all_right, self.kept = [], []
        self.table = {}

    def add(self, scene, output):
        """`output`: the answer to picture() and edit_caption, H x W x 3 bytes."""
        source, target = scene.picture(), scene.edited_picture()
        error = squared_error(output, target)
        self.errors.append(error)
        self.inside.append(squared_error(output, target, scene.mask() >= 128))
        self.nearer.append(error < squared_error(source, target))
        self.structure += np.abs(laplacian(output)).mean()
        self.true_structure += np.abs(laplacian(target)).mean()
        self.structure_error += np.abs(laplacian(output.astype(float) - target)).mean()
        rights = [self._part(scene, part, ask, source, target, output)
                  for part, ask in scene.edits.items()]
        self.all_right.append(all(rights))
        for part in editable(scene.layers):
            if part not in scene.edits:
                mask = scene.mask(part)
                self.kept.append(nearest_colour(output, mask) == nearest_colour(source, mask))

    def _part(self, scene, part, ask, source, target, output):
        mask = scene.mask(part)
        if ask in (DARKER, LIGHTER):
            asked, seen = mean_colour(target, mask), mean_colour(output, mask)
            way = np.linalg.norm(mean_colour(source, mask) - asked)
            right = bool(np.linalg.norm(seen - asked) < 0.5 * way)
        else:
            seen = nearest_colour(output, mask)
            right = seen == ask
            row = self.table.setdefault(ask, {})
            row[seen] = row.get(seen, 0) + 1
        count = self.parts.setdefault(part, [0, 0])
        count[0] += right
        count[1] += 1
        return right

    def figures(self):
        right = sum(r for r, _ in self.parts.values())
        return {
            "scenes": len(self.errors),
            "psnr": decibel(np.mean(self.errors)),
            "psnr_inside": decibel(np.mean(self.inside)),
            "structure": round(float(self.structure / self.true_structure), 4),
            "structure_error": round(float(self.structure_error / self.true_structure), 4),
            "nearer_than_nothing": share(self.nearer),
            "colour_right": round(right / sum(n for _, n in self.parts.values()), 4),
            "all_right": share(self.all_right),
            "unnamed_kept": share(self.kept),
            "by_part": {part: f"{right}/{count}"
                        for part, (right, count) in sorted(self.parts.items())},
        }

    def decisions(self):
        """Rows: the colour asked for; columns: the palette entry that the output is nearest to."""
        lines = ["asked \\ seen " + "".join(f"{colour:>8}" for colour in COLOURS)]
        for asked in COLOURS:
            row = self.table.get(asked, {})
            counts = "".join(f"{row.get(seen, 0) or '.':>8}" for seen in COLOURS)
            lines.append(f"{asked:<13}{counts}")
        return "\n".join(lines)


class Still:
    """Collects answers to captions that ask for nothing in the picture."""

    def __init__(self):
        self.errors, self.worst = [], ("", -1.0)

    def add(self, scene, output):
        self.errors.append(squared_error(output, scene.picture()))
        if self.errors[-1] > self.worst[1]:
            self.worst = (scene.edit_caption, self.errors[-1])

    def figures(self):
        return {"scenes": len(self.errors), "mean_mse": float(f"{np.mean(self.errors):.3g}"),
                "worst_mse": float(f"{self.worst[1]:.3g}"), "worst_caption": self.worst[0],
                "unchanged": share([error <= 1e-4 for error in self.errors])}


def share(truths):
    return round(float(np.mean(truths)), 4) if truths else 1.0
