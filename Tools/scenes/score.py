"""The three figures by which an edit is judged, from bytes alone."""

import numpy as np

from vocabulary import COLOURS, PALETTE

ENTRIES = np.array([PALETTE[colour] for colour in COLOURS], float)


def nearest_colour(picture, mask):
    """The palette entry nearest in RGB to the mean of the picture where the mask is >= 128."""
    mean = picture[mask >= 128].astype(float).mean(axis=0)
    return COLOURS[int(((ENTRIES - mean) ** 2).sum(axis=1).argmin())]


def outside_error(picture, source, mask):
    """Mean squared error, on [0,1], over the pixels that the edit does not touch (mask 0)."""
    difference = (picture.astype(float) - source.astype(float))[mask == 0] / 255.0
    return float((difference ** 2).mean())


class Tally:
    """Collects edits and sums them up."""

    def __init__(self):
        self.right, self.errors = [], []
        self.table = {}
        self.parts = {}

    def add(self, scene, output):
        """`output`: the network's answer to picture() and edit_caption, H x W x 3 bytes."""
        mask = scene.mask()
        seen = nearest_colour(output, mask)
        self.right.append(seen == scene.colour)
        self.errors.append(outside_error(output, scene.picture(), mask))
        row = self.table.setdefault(scene.colour, {})
        row[seen] = row.get(seen, 0) + 1
        count = self.parts.setdefault(scene.part, [0, 0])
        count[0] += seen == scene.colour
        count[1] += 1

    def figures(self):
        return {
            "scenes": len(self.right),
            "colour_right": round(float(np.mean(self.right)), 4),
            "outside_mse": round(float(np.mean(self.errors)), 6),
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
