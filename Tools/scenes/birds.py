"""A bird: tail, body, belly, wings, crown and beak, perched or in flight."""

import numpy as np

from shapes import capsule, ellipse, intersection, polygon, union

LEG = np.array((112, 84, 62)) / 255.0
WOODS = [(118, 86, 60), (96, 74, 58), (140, 104, 72)]


def draw(rng, layers):
    """Draws one bird, facing left or right, of random size, place, pose and proportions."""
    scale = rng.uniform(0.70, 0.88)
    angle = rng.uniform(-0.22, 0.22)
    origin = (rng.uniform(0.47, 0.53), rng.uniform(0.50, 0.58))
    mirrored = rng.random() < 0.5
    flying = rng.random() < 0.35
    grid = layers.grid.framed(origin, angle, scale, mirrored)

    def covered(distance):
        return grid.coverage(distance)

    def rim(distance):
        """Darkens a line along the border."""
        return 1.0 - 0.30 * np.clip(1.0 + distance / (2.2 * grid.pixel), 0.0, 1.0)

    plump = rng.uniform(0.9, 1.12)
    head = (rng.uniform(0.20, 0.25), rng.uniform(-0.25, -0.19))
    head_radius = rng.uniform(0.130, 0.155)
    torso = ellipse(grid, (0.0, 0.0), (0.285, 0.195 * plump), rng.uniform(-0.55, -0.3))
    skull = np.hypot(grid.x - head[0], grid.y - head[1]) - head_radius
    body = union(torso, skull, 0.10)
    light = np.clip(1.0 - 0.35 * (grid.y + 0.10), 0.84, 1.08)

    if not flying:
        _perch(rng, layers, origin, scale)
        for foot in (rng.uniform(-0.02, 0.02), rng.uniform(0.08, 0.12)):
            leg = capsule(grid, (foot, 0.14), (foot + 0.02, 0.32), 0.014)
            toes = capsule(grid, (foot - 0.02, 0.325), (foot + 0.07, 0.325), 0.014)
            layers.add_fixed(covered(union(leg, toes)), LEG)

    _tail(rng, layers, grid, rim)
    if flying:
        _wing(rng, layers, grid, rim, rng.uniform(-2.0, -1.75), 1.0, far=True)
    layers.add_part("body", covered(body), light * rim(body), 0.05)

    front = ellipse(grid, (0.105, 0.085), (0.235, 0.150 * plump), rng.uniform(-0.75, -0.45))
    belly = intersection(front, body + 0.010)
    below = np.clip(1.02 - 0.35 * (grid.y - 0.05), 0.86, 1.06)
    layers.add_part("belly", covered(belly), below, 0.04)

    _crown(rng, layers, grid, rim, skull, head, head_radius)
    _beak(rng, layers, grid, rim, head, head_radius)
    _eye(layers, grid, head, head_radius)
    _wing(rng, layers, grid, rim,
          rng.uniform(-1.45, -0.75) if flying else rng.uniform(-0.25, 0.30),
          1.15 if flying else 1.0, far=False)


def _perch(rng, layers, origin, scale):
    """A branch below the feet, right across the picture."""
    y = origin[1] + 0.335 * scale
    slope = rng.uniform(-0.04, 0.04)
    thick = rng.uniform(0.016, 0.030)
    branch = capsule(layers.grid, (-0.1, y - slope), (1.1, y + slope),
                     thick, thick * rng.uniform(0.6, 1.4))
    wood = np.array(WOODS[int(rng.integers(len(WOODS)))]) / 255.0
    shade = 1.0 - 0.25 * np.clip((layers.grid.y - y) / thick, -1, 1)
    layers.add_fixed(layers.grid.coverage(branch), wood * shade[..., None])


def _tail(rng, layers, grid, rim):
    length, spread = rng.uniform(0.27, 0.36), rng.uniform(0.05, 0.10)
    drop = rng.uniform(0.0, 0.14)
    tip = (-0.22 - length, 0.06 + drop)
    tail = polygon(grid, [(-0.16, -0.05), (tip[0], tip[1] - spread), (tip[0] - 0.02, tip[1]),
                          (tip[0] + 0.02, tip[1] + spread * 0.9), (-0.14, 0.11)], 0.018)
    stripe = 1.0 - 0.12 * (np.sin((grid.y - drop * (-grid.x)) * 90.0) > 0.55)
    layers.add_part("tail", grid.coverage(tail), stripe * rim(tail), 0.04)


def _wing(rng, layers, grid, rim, angle, size, far):
    """A wing that hinges at the shoulder; angle 0 is folded along the back."""
    hinge = (0.07, -0.045)
    local = grid.framed(hinge, -angle)
    length, width = 0.36 * size * rng.uniform(0.95, 1.1), 0.115 * rng.uniform(0.95, 1.15)
    root = ellipse(local, (-0.07, 0.035), (0.125, width))
    blade = capsule(local, (-0.06, 0.035), (-length, 0.055), width * 0.92, 0.022)
    wing = union(root, blade, 0.03)
    feathers = np.sin((local.y * 0.8 - local.x * 0.35) * 70.0) > 0.72
    lower = np.clip((-local.x - 0.08) / 0.05, 0, 1)
    shade = (1.0 - 0.16 * feathers * lower) * rim(wing) * (0.86 if far else 1.0)
    if not far:
        layers.darken(grid.coverage(wing - 0.02, 6.0), 0.10)
    layers.add_part("wings", grid.coverage(wing), shade, 0.05)


def _crown(rng, layers, grid, rim, skull, head, radius):
    cut = ellipse(grid, (head[0] - 0.25 * radius, head[1] - 0.62 * radius),
                  (1.12 * radius, 0.66 * radius), 0.12)
    cap = intersection(skull - 0.006, cut)
    if rng.random() < 0.55:
        for _ in range(int(rng.integers(1, 4))):
            lean, tall = rng.uniform(-0.10, 0.02), rng.uniform(0.05, 0.11)
            base = (head[0] - 0.02 + rng.uniform(-0.05, 0.03), head[1] - 0.80 * radius)
            tuft = capsule(grid, base, (base[0] + lean, base[1] - tall), 0.034, 0.014)
            cap = union(cap, tuft, 0.02)
    layers.add_part("crown", grid.coverage(cap), rim(cap), 0.06)


def _beak(rng, layers, grid, rim, head, radius):
    x, y = head[0] + 0.86 * radius, head[1] + 0.12 * radius
    length, height = rng.uniform(0.12, 0.19), rng.uniform(0.048, 0.066)
    tip = (x + length, y + rng.uniform(-0.01, 0.04))
    beak = polygon(grid, [(x, y - height), tip, (x, y + height)], 0.014)
    line = np.abs(grid.y - y - 0.01) < 0.008
    layers.add_part("beak", grid.coverage(beak), (1.0 - 0.2 * line) * rim(beak), 0.05)


def _eye(layers, grid, head, radius):
    centre = (head[0] + 0.36 * radius, head[1] - 0.02 * radius)
    distance = np.hypot(grid.x - centre[0], grid.y - centre[1])
    layers.add_fixed(grid.coverage(distance - 0.036), (0.97, 0.96, 0.93))
    layers.add_fixed(grid.coverage(distance - 0.026), (0.08, 0.07, 0.09))
    glint = np.hypot(grid.x - centre[0] - 0.008, grid.y - centre[1] + 0.009)
    layers.add_fixed(grid.coverage(glint - 0.009), (1.0, 1.0, 1.0))
