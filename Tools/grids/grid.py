"""Scenes of objects on a grid of 3 x 3 places, in the manner of CSS (Vo et al., CVPR 2019): colour,
shape and size of each, and how they look.

An object is (shape, colour, size) by name; a scene is a dict from place (0 ... 8, row by row) to object.
"""

import numpy as np

SIDE = 64                # pixels of a picture
PLACES = [f"{row}-{column}" for row in ("top", "middle", "bottom")
          for column in ("left", "center", "right")]
SHAPES = ["rectangle", "circle", "triangle"]
SIZES = {"small": 4, "large": 8}  # half of the extent, pixels
PALETTE = {
    "gray": (87, 87, 87), "red": (244, 35, 35), "blue": (42, 75, 215), "green": (29, 205, 20),
    "brown": (129, 74, 25), "purple": (129, 38, 192), "cyan": (41, 208, 208),
    "yellow": (255, 238, 51),
}
COLOURS = list(PALETTE)
# A quarter of the (shape, colour) pairs. Training never shows one.
HELD_OUT = {("rectangle", "cyan"), ("rectangle", "brown"), ("circle", "red"), ("circle", "purple"),
            ("triangle", "green"), ("triangle", "yellow")}


def generator(*seed):
    """An own random stream for each tuple of integers."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))


def held_out(thing):
    return thing[:2] in HELD_OUT


def some(rng, items):
    return items[int(rng.integers(len(items)))]


def some_object(rng):
    """Never one that is held out."""
    while True:
        thing = (some(rng, SHAPES), some(rng, COLOURS), some(rng, list(SIZES)))
        if not held_out(thing):
            return thing


def some_scene(rng):
    """Three to six objects."""
    places = rng.permutation(len(PLACES))[:int(rng.integers(3, 7))]
    return {int(place): some_object(rng) for place in places}


def label(scene):
    """The same text for the same scene, wherever its objects lie inside their places."""
    return "; ".join(f"{PLACES[place]} {size} {colour} {shape}"
                     for place, (shape, colour, size) in sorted(scene.items()))


def _stamp(shape, half):
    """Which pixels of a square of 2 half + 1 an object covers."""
    y, x = np.mgrid[-half:half + 1, -half:half + 1]
    if shape == "rectangle":
        return np.ones_like(x, bool)
    if shape == "circle":
        return x * x + y * y <= half * half + half // 2
    return 2 * np.abs(x) <= y + half


STAMPS = {(shape, size): _stamp(shape, half) for shape in SHAPES for size, half in SIZES.items()}


def picture(scene, rng):
    """SIDE x SIDE x 3 bytes, white behind; each object up to a pixel beside its place's middle."""
    pixels = np.full((SIDE, SIDE, 3), 255, np.uint8)
    for place, (shape, colour, size) in scene.items():
        stamp, half = STAMPS[shape, size], SIZES[size]
        middle = [(2 * k + 1) * SIDE // 6 + int(rng.integers(-1, 2)) for k in divmod(place, 3)]
        top, left = middle[0] - half, middle[1] - half
        pixels[top:top + len(stamp), left:left + len(stamp)][stamp] = PALETTE[colour]
    return pixels
