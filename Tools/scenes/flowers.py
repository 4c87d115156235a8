"""A flower: stem, leaves, petals and centre."""

import numpy as np

from shapes import ellipse, intersection, lens, union


def draw(rng, layers):
    """Draws one flower of random size, place, bend and kind of petals."""
    grid = layers.grid

    def rim(distance, width=2.0):
        return 1.0 - 0.28 * np.clip(1.0 + distance / (width * grid.pixel), 0.0, 1.0)

    bloom = (rng.uniform(0.40, 0.60), rng.uniform(0.30, 0.40))
    foot = bloom[0] + rng.uniform(-0.12, 0.12)
    bend = rng.uniform(-0.08, 0.08)

    def stem_x(y):
        t = np.clip((y - bloom[1]) / (1.0 - bloom[1]), 0.0, 1.0)
        return bloom[0] + (foot - bloom[0]) * t + bend * np.sin(np.pi * t)

    width = rng.uniform(0.021, 0.032)
    lean = np.sqrt(1.0 + ((foot - bloom[0]) / (1.0 - bloom[1])) ** 2)
    stem = intersection(np.abs(grid.x - stem_x(grid.y)) / lean - width, bloom[1] - grid.y)
    round_shade = 1.0 - 0.14 * np.clip((grid.x - stem_x(grid.y)) / width, -1, 1)

    leaves = None
    veins = np.zeros(grid.x.shape, bool)
    side = 1 if rng.random() < 0.5 else -1
    for index in range(int(rng.integers(2, 4))):
        y = rng.uniform(0.70, 0.78) + 0.09 * index
        length = rng.uniform(0.20, 0.30)
        root = (float(stem_x(np.float64(y))), y)
        tip = (root[0] + side * length, y - length * rng.uniform(0.15, 0.75))
        leaf = lens(grid, root, tip, length * rng.uniform(0.20, 0.27))
        across = (grid.x - root[0]) * (tip[1] - root[1]) - (grid.y - root[1]) * (tip[0] - root[0])
        veins |= (np.abs(across) < 0.007 * length) & (leaf < -0.008)
        leaves = leaf if leaves is None else union(leaves, leaf)
        side = -side
    layers.add_part("stem", grid.coverage(stem), round_shade, 0.03)
    layers.add_part("leaves", grid.coverage(leaves), (1.0 - 0.18 * veins) * rim(leaves), 0.04)

    radius = rng.uniform(0.20, 0.275)
    heart = radius * rng.uniform(0.34, 0.46)
    count = int(rng.integers(5, 11))
    turn = rng.uniform(0, 2 * np.pi)
    rings = 2 if rng.random() < 0.35 else 1
    slim = rng.uniform(0.85, 1.15)
    right, down = grid.x - bloom[0], grid.y - bloom[1]  # from the middle of the bloom
    shadow = np.hypot(right, down - 0.03) - 0.8 * radius
    layers.darken(grid.coverage(shadow, 9.0), 0.12)
    for ring in range(rings):
        reach = radius * (1.0 if ring == 0 else 0.78)
        half = reach * (0.5 - 0.12 * (reach - heart) / reach)
        across = min(half, slim * reach * np.sin(np.pi / count) * 0.86)
        for index in range(count):
            direction = turn + 2 * np.pi * (index + 0.5 * ring) / count
            c, s = np.cos(direction), np.sin(direction)
            middle = (bloom[0] + (reach - half) * c, bloom[1] + (reach - half) * s)
            petal = ellipse(grid, middle, (half, across), direction)
            shade = 0.86 + 0.18 * np.clip((c * right + s * down) / reach, 0, 1)
            layers.add_part("petals", grid.coverage(petal), shade * rim(petal), 0.05)

    disc = np.hypot(right, down) - heart
    dots = np.sin(right * 150.0) * np.sin(down * 150.0) > 0.45
    layers.add_part("centre", grid.coverage(disc), (1.0 - 0.14 * dots) * rim(disc), 0.04)
