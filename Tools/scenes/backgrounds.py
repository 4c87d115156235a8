"""Skies, hills, clouds and soft textures behind the subject."""

import numpy as np

from shapes import ellipse

# (top, bottom) of the sky, RGB 0...255
SKIES = [
    ((122, 186, 232), (214, 236, 246)), ((92, 158, 222), (190, 222, 240)),
    ((250, 206, 170), (252, 236, 206)), ((196, 178, 224), (244, 214, 222)),
    ((168, 214, 206), (232, 244, 226)), ((70, 92, 148), (176, 160, 196)),
    ((236, 222, 192), (246, 240, 222)), ((150, 164, 178), (216, 220, 222)),
    ((250, 180, 140), (248, 222, 160)), ((120, 150, 110), (196, 214, 160)),
]
HILLS = [
    (128, 176, 96), (96, 150, 92), (168, 190, 104), (84, 128, 116), (196, 170, 110),
    (150, 132, 168), (112, 140, 170), (206, 150, 112), (120, 160, 140), (176, 196, 150),
]


def smooth_noise(rng, grid, cells):
    """Value noise in -1...1 with about `cells` bumps across the picture."""
    knots = rng.random((cells + 2, cells + 2)) * 2.0 - 1.0
    u, v = grid.x * cells, grid.y * cells
    i, j = u.astype(int), v.astype(int)
    fu, fv = u - i, v - j
    fu, fv = fu * fu * (3 - 2 * fu), fv * fv * (3 - 2 * fv)
    top = knots[j, i] * (1 - fu) + knots[j, i + 1] * fu
    low = knots[j + 1, i] * (1 - fu) + knots[j + 1, i + 1] * fu
    return top * (1 - fv) + low * fv


def _pick(rng, items):
    return np.array(items[int(rng.integers(len(items)))]) / 255.0


def _cover(picture, alpha, colour):
    return picture * (1 - alpha[..., None]) + alpha[..., None] * colour


def _cloud(rng, grid, picture):
    cx, cy = rng.uniform(0.05, 0.95), rng.uniform(0.08, 0.45)
    width = rng.uniform(0.08, 0.16)
    distance = np.full(grid.x.shape, 1e9)
    for _ in range(int(rng.integers(3, 6))):
        centre = (cx + rng.uniform(-1, 1) * width, cy + rng.uniform(-0.25, 0.25) * width)
        radius = width * rng.uniform(0.35, 0.75)
        distance = np.minimum(distance, ellipse(grid, centre, (radius, radius * 0.62)))
    return _cover(picture, 0.75 * grid.coverage(distance, 3.0), np.array([1.0, 1.0, 1.0]))


def _sun(rng, grid, picture):
    centre = (rng.uniform(0.1, 0.9), rng.uniform(0.08, 0.35))
    radius = rng.uniform(0.06, 0.11)
    disc = np.hypot(grid.x - centre[0], grid.y - centre[1])
    colour = _pick(rng, [(255, 244, 200), (255, 226, 150), (255, 250, 236)])
    picture = _cover(picture, 0.35 * np.clip(1.6 - disc / radius, 0, 1), colour)
    return _cover(picture, 0.9 * grid.coverage(disc - radius, 1.5), colour)


def _hill(rng, grid, picture, level, colour):
    ridge = level
    for low, high, slowest, fastest in ((0.02, 0.07, 3, 8), (0.0, 0.03, 8, 16)):
        height, waves = rng.uniform(low, high), rng.uniform(slowest, fastest)
        ridge = ridge + height * np.sin(waves * grid.x + rng.uniform(0, 6.3))
    depth = np.clip((grid.y - ridge) * 1.2, 0, 1)[..., None]
    shaded = np.clip(colour * (1.06 - 0.3 * depth), 0, 1)
    return _cover(picture, grid.coverage(ridge - grid.y), shaded)


def _bokeh(rng, grid, picture):
    for _ in range(int(rng.integers(4, 10))):
        centre, radius = (rng.random(), rng.random()), rng.uniform(0.04, 0.14)
        alpha = grid.coverage(np.hypot(grid.x - centre[0], grid.y - centre[1]) - radius, 4.0)
        strength = rng.uniform(0.12, 0.35)
        colour = _pick(rng, SKIES[int(rng.integers(len(SKIES)))])
        picture = _cover(picture, strength * alpha, colour)
    return picture


def draw(rng, grid):
    """A background, H x W x 3 in 0...1."""
    sky = SKIES[int(rng.integers(len(SKIES)))]
    top, bottom = np.array(sky[0]) / 255.0, np.array(sky[1]) / 255.0
    if rng.random() < 0.1:
        top, bottom = bottom, top
    tilt = rng.uniform(-0.25, 0.25)
    blend = np.clip(grid.y + tilt * (grid.x - 0.5), 0, 1)[..., None]
    picture = top * (1 - blend) + bottom * blend
    picture = picture + rng.uniform(-0.03, 0.03, 3)
    kind = rng.random()
    if kind < 0.2:
        picture = _bokeh(rng, grid, picture)
    else:
        if rng.random() < 0.35:
            picture = _sun(rng, grid, picture)
        for _ in range(int(rng.integers(0, 4))):
            picture = _cloud(rng, grid, picture)
        if kind < 0.85:
            level = rng.uniform(0.55, 0.8)
            for _ in range(int(rng.integers(1, 4))):
                picture = _hill(rng, grid, picture, level, _pick(rng, HILLS))
                level += rng.uniform(0.06, 0.14)
    if rng.random() < 0.6:
        strength = rng.uniform(0.01, 0.035)
        noise = smooth_noise(rng, grid, int(rng.integers(4, 14)))
        picture = picture * (1 + strength * noise[..., None])
    return np.clip(picture, 0, 1)
