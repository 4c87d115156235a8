"""Signed distances of plane shapes on a pixel grid, and coverage from them (anti-aliasing).

Lengths are in picture widths, y points down, a distance is negative inside.
"""

import numpy as np


class Grid:
    """The pixel centres of a square picture, seen from a frame (origin, angle, scale, mirrored)."""

    def __init__(self, x, y, pixel):
        self.x, self.y, self.pixel = x, y, pixel

    @staticmethod
    def of_size(size):
        centres = (np.arange(size) + 0.5) / size
        x, y = np.meshgrid(centres, centres)
        return Grid(x, y, 1.0 / size)

    def framed(self, origin, angle=0.0, scale=1.0, mirrored=False):
        """The same pixels in the coordinates of an object placed at `origin`."""
        dx, dy = (self.x - origin[0]) / scale, (self.y - origin[1]) / scale
        if mirrored:
            dx = -dx
        c, s = np.cos(angle), np.sin(angle)
        return Grid(c * dx + s * dy, c * dy - s * dx, self.pixel / scale)

    def coverage(self, distance, softness=1.0):
        """How much of each pixel lies inside, 0...1."""
        return np.clip(0.5 - distance / (self.pixel * softness), 0.0, 1.0)


def ellipse(grid, centre, radii, angle=0.0):
    """First-order distance to an ellipse, exact on its border."""
    local = grid.framed(centre, angle)
    px, py = local.x / radii[0], local.y / radii[1]
    k0 = np.sqrt(px * px + py * py)
    k1 = np.sqrt((px / radii[0]) ** 2 + (py / radii[1]) ** 2) + 1e-9
    return k0 * (k0 - 1.0) / k1


def capsule(grid, a, b, radius_a, radius_b=None):
    """A thick segment, its radius going linearly from `a` to `b`."""
    radius_b = radius_a if radius_b is None else radius_b
    ax, ay = grid.x - a[0], grid.y - a[1]
    bx, by = b[0] - a[0], b[1] - a[1]
    t = np.clip((ax * bx + ay * by) / (bx * bx + by * by), 0.0, 1.0)
    return np.hypot(ax - t * bx, ay - t * by) - (radius_a + t * (radius_b - radius_a))


def polygon(grid, points, rounding=0.0):
    """A simple polygon with rounded corners."""
    distance = np.full(grid.x.shape, 1e9)
    sign = np.ones(grid.x.shape)
    for i, (px, py) in enumerate(points):
        qx, qy = points[i - 1]
        ex, ey = qx - px, qy - py
        wx, wy = grid.x - px, grid.y - py
        t = np.clip((wx * ex + wy * ey) / (ex * ex + ey * ey), 0.0, 1.0)
        distance = np.minimum(distance, (wx - ex * t) ** 2 + (wy - ey * t) ** 2)
        above, below, left = grid.y >= py, grid.y < qy, ex * wy > ey * wx
        flip = (above & below & left) | (~above & ~below & ~left)
        sign = np.where(flip, -sign, sign)
    return sign * np.sqrt(distance) - rounding


def lens(grid, a, b, half_width):
    """A leaf: two arcs through `a` and `b`."""
    mx, my = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    half = np.hypot(b[0] - a[0], b[1] - a[1]) / 2
    local = grid.framed((mx, my), np.arctan2(b[1] - a[1], b[0] - a[0]))
    offset = (half * half - half_width * half_width) / (2 * half_width)
    radius = offset + half_width
    return np.hypot(local.x, np.abs(local.y) + offset) - radius


def union(a, b, blend=0.0):
    """The smaller distance; `blend` > 0 rounds the seam."""
    if blend == 0.0:
        return np.minimum(a, b)
    h = np.clip(0.5 + 0.5 * (b - a) / blend, 0.0, 1.0)
    return b + (a - b) * h - blend * h * (1.0 - h)


def intersection(a, b):
    return np.maximum(a, b)
