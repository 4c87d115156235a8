"""The meaning of a caption as 64 numbers, the code that editor and generator read.

Part i of ALL_PARTS has six numbers at 6 i: named (0 or 1), red, green, blue in [-1,1] (0 where no
colour is named), darker, lighter (0 or 1). 60 says "a bird", 61 "a flower"; 62 and 63 are 0.
"""

import numpy as np

from vocabulary import PARTS

ALL_PARTS = [part for parts in PARTS.values() for part in parts]
WIDTH = 64
EACH = 6
BIRD, FLOWER = 60, 61
DARKER, LIGHTER = "darker", "lighter"  # what a part may be asked to become beside a colour
SHIFT = 0.35                           # how far towards black or white


def code(named, subjects=()):
    """`named`: part to RGB in 0...255, or to DARKER or LIGHTER; `subjects`: kinds that are said."""
    numbers = np.zeros(WIDTH, np.float32)
    for part, colour in named.items():
        at = EACH * ALL_PARTS.index(part)
        numbers[at] = 1
        if colour is DARKER:
            numbers[at + 4] = 1
        elif colour is LIGHTER:
            numbers[at + 5] = 1
        else:
            numbers[at + 1:at + 4] = np.asarray(colour) / 127.5 - 1
    for kind, parts in PARTS.items():
        if kind in subjects or any(part in parts for part in named):
            numbers[BIRD if kind == "bird" else FLOWER] = 1
    return numbers


def wanted(colour, old):
    """The RGB that `colour` asks of a part that has `old`."""
    if colour is DARKER:
        return np.asarray(old) * (1 - SHIFT)
    if colour is LIGHTER:
        return np.asarray(old) + SHIFT * (255 - np.asarray(old))
    return np.asarray(colour)
