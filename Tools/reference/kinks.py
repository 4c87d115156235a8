"""The sides of the kinks on which a gradient depends.

A rectifier has another slope on the other side of 0, a pool of maxima another origin where its two
largest numbers are equal. Two programs that differ by the roundings of float32 may take different
sides, and then their gradients differ by far more than roundings. `Sides` knows the places that are
so close and takes the other side at some of them.
"""

import numpy
import torch
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

CLOSE = 3e-5
"""Over the mean magnitude of a map: what float32 loses on the way through a deep network."""

MOST = 400
"""The most places that are looked at one by one."""

FEW = 8
"""The most places that explain a difference."""

AMOUNT = 100.0
"""The most that an effect counts. 1 is the other side of a kink. What follows may divide by the number
at the kink, as LPIPS divides by the length of what stands there: then the same side nearer to the kink
counts negative, the other side more than once (73 times was seen). What needs more than this is smaller
than a hundredth of what it explains."""


def bounded(basis, wanted):
    """The amounts within -AMOUNT ... AMOUNT of the columns of `basis` that leave the least squares of
    `wanted`: each in turn as its own best, clipped, until they stand still."""
    amounts = numpy.zeros(basis.shape[1])
    power = numpy.maximum((basis ** 2).sum(0), 1e-300)
    for _ in range(500):
        before = amounts.copy()
        for k in range(amounts.size):
            rest = wanted - basis @ amounts
            amounts[k] = numpy.clip(amounts[k] + basis[:, k] @ rest / power[k], -AMOUNT, AMOUNT)
        if numpy.abs(amounts - before).max() < 1e-9:
            break
    return amounts


class Sides(TorchFunctionMode):
    """While it is entered: `places` are all places near a kink, as (number of the call, place), and
    those in `other` are on their other side."""

    def __init__(self, other=()):
        super().__init__()
        self.other, self.places, self.calls = set(other), [], 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        x = args[0] if args else None
        if isinstance(x, torch.Tensor) and x.requires_grad and torch.is_grad_enabled():
            if function in (F.relu, torch.relu, torch.Tensor.relu):
                return self.rectified(x, 0.0)
            if function is F.leaky_relu:
                slope = args[1] if len(args) > 1 else kwargs.get("negative_slope", 0.01)
                return self.rectified(x, slope)
            if function in (F.max_pool2d, torch.max_pool2d):
                return self.pooled(x)
        return function(*args, **kwargs)

    def sides(self, distance, scale):
        """True where a number that far from its kink keeps its side. What is on it exactly has
        the same side for all: both agree there."""
        close = (distance != 0) & (distance.abs() < CLOSE * scale)
        found = [(self.calls, int(i)) for i in close.flatten().nonzero()]
        self.calls += 1
        self.places += found
        keeps = torch.ones_like(close)
        for place in self.other.intersection(found):
            keeps.view(-1)[place[1]] = False
        return keeps

    def rectified(self, x, slope):
        seen = x.detach()
        keeps = self.sides(seen, seen.abs().mean())
        return torch.where((seen > 0) == keeps, x, slope * x)

    def pooled(self, x):
        """Maxima of 2 x 2 places."""
        n, c, h, w = x.shape
        x = x[:, :, : h // 2 * 2, : w // 2 * 2]
        fours = x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(3, 4).reshape(n, c, h // 2, w // 2, 4)
        two = fours.topk(2, -1).values
        keeps = self.sides(
            (two[..., 0] - two[..., 1]).detach(), x.detach().abs().mean())
        return torch.where(keeps, two[..., 0], two[..., 1])


def explained(slopes, found, step, bound):
    """The gradients `slopes` moved towards `found` by the effects of a few places near their kinks,
    each computed by `step` within `Sides`: as few as bring the difference below the bound, chosen
    one after the other by their direction (orthogonal matching pursuit). An effect counts up to
    AMOUNT times. Returns the moved gradients and the number of places."""
    scale = {n: numpy.abs(g).max() or 1.0 for n, g in slopes.items()}

    def apart(gradients):
        return numpy.concatenate([(gradients[n] - g) / scale[n] for n, g in slopes.items()])

    sides = Sides()
    with sides:
        step()
    effects = []
    for place in sides.places[:MOST]:
        with Sides({place}):
            effect = apart(step())
        if effect.any():
            effects.append(effect)
    wanted = rest = apart(found)
    used = []
    while numpy.abs(rest).max() > bound and len(used) < min(FEW, len(effects)):
        likeness = [abs(e @ rest) / numpy.linalg.norm(e) for e in effects]
        used.append(effects.pop(int(numpy.argmax(likeness))))
        basis = numpy.stack(used, 1)
        rest = wanted - basis @ bounded(basis, wanted)
    moved, begin = {}, 0
    for n, g in slopes.items():
        moved[n] = g + scale[n] * (wanted - rest)[begin: begin + g.size]
        begin += g.size
    return moved, len(used)
