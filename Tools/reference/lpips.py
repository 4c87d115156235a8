"""LPIPS (Zhang et al., CVPR 2018) of both versions on three trunks, and the trunks of AlexNet and
SqueezeNet 1.1 in the tensor names of torchvision or of the whole module of LPIPS.

`narrow` divides all widths, rounded up.
"""

import torch
from torch import nn

import vgg

CHANNELS = {
    "vgg": (64, 128, 256, 512, 512),
    "alex": (64, 192, 384, 256, 256),
    "squeeze": (64, 128, 256, 384, 384, 512, 512),
}
TAPS = {"vgg": (3, 8, 15, 22, 29), "alex": (1, 4, 7, 9, 11), "squeeze": (1, 4, 7, 9, 10, 11, 12)}
"""Positions in torchvision's `features` whose results are read; a slice ends at each."""

SUMS = {
    ("0.1", "vgg"): (6.92599, 8.85833, 17.515, 51.5213, 47.0349),
    ("0.1", "alex"): (2.34953, 16.143, 39.2684, 27.1972, 20.3172),
    ("0.1", "squeeze"): (5.6901, 1.18528, 16.3266, 71.0126, 37.3707, 24.2629, 17.5906),
    ("0.0", "vgg"): (3.64161, 1.96011, 1.1231, 20.10626, 25.68957),
    ("0.0", "alex"): (2.56589, 10.25739, 22.43431, 16.31391, 13.93452),
    ("0.0", "squeeze"): (5.30184, 1.14521, 8.88509, 38.11248, 22.99048, 15.43868, 13.05479),
}
"""What the numbers of each published head add up to."""


class Fire(nn.Module):
    def __init__(self, inputs, squeezed, outputs):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, outputs, 1)
        self.expand3x3 = nn.Conv2d(squeezed, outputs, 3, padding=1)

    def forward(self, x):
        x = self.squeeze(x).relu()
        return torch.cat([self.expand1x1(x).relu(), self.expand3x3(x).relu()], 1)


def layers(trunk, narrow=1):
    """The modules at the positions of torchvision's `features`."""
    n = lambda *widths: [-(-w // narrow) for w in widths]
    relu = nn.ReLU()
    if trunk == "alex":
        a, b, c, d, e = n(*CHANNELS["alex"])
        pool = nn.MaxPool2d(3, 2)
        return [
            nn.Conv2d(3, a, 11, 4, 2), relu, pool, nn.Conv2d(a, b, 5, padding=2), relu, pool,
            nn.Conv2d(b, c, 3, padding=1), relu, nn.Conv2d(c, d, 3, padding=1), relu,
            nn.Conv2d(d, e, 3, padding=1), relu]
    if trunk == "squeeze":
        pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        a, b, c, d = n(16, 32, 48, 64)
        fire = lambda i, s: Fire(i, s, 4 * s)
        return [
            nn.Conv2d(3, d, 3, 2), relu, pool, fire(d, a), fire(8 * a, a), pool,
            fire(8 * a, b), fire(8 * b, b), pool, fire(8 * b, c), fire(8 * c, c), fire(8 * c, d),
            fire(8 * d, d)]
    found, inputs = [], 3
    for s, count in enumerate(vgg.VGG16):
        if s:
            found.append(nn.MaxPool2d(2))
        for _ in range(count):
            outputs = n(64 * min(8, 2**s))[0]
            found += [nn.Conv2d(inputs, outputs, 3, padding=1), relu]
            inputs = outputs
    return found


class Trunk(nn.Module):
    """Names are `features.{at}`, or with `sliced` `slice{s}.{at}`. Gives what is read of a picture."""

    def __init__(self, trunk, narrow=1, sliced=False):
        super().__init__()
        self.taps, self.plan = TAPS[trunk], []
        scope = 1
        for at, layer in enumerate(layers(trunk, narrow)):
            owner = f"slice{scope}" if sliced else "features"
            if owner not in self._modules:
                self.add_module(owner, nn.Module())
            self._modules[owner].add_module(str(at), layer)
            self.plan.append(f"{owner}.{at}")
            scope += at in self.taps

    def forward(self, x):
        found = []
        for at, place in enumerate(self.plan):
            x = self.get_submodule(place)(x)
            if at in self.taps:
                found.append(x)
        return found


class Features(Trunk):
    """Pictures in 0 to 1 to what LPIPS reads of them."""

    def __init__(self, trunk, narrow=1, normalize=True):
        super().__init__(trunk, narrow)
        self.normalize = normalize

    def forward(self, image):
        return tuple(super().forward(vgg.normalized(image) if self.normalize else image))


class LPIPS(nn.Module):
    """Pictures in -1 to 1 to a distance for each pair. The trunk is handed in, or is part of it under
    the name `net`. Version 0.0 does not scale pictures."""

    def __init__(self, trunk="vgg", whole=False, version="0.1", narrow=1):
        super().__init__()
        self.version = version
        if whole:
            self.net = Trunk(trunk, narrow, sliced=True)
        self.count = len(CHANNELS[trunk])
        for k, channels in enumerate(CHANNELS[trunk]):
            self.add_module(f"lin{k}", vgg.Head(-(-channels // narrow)))

    def features(self, image, trunk):
        column = lambda *v: torch.tensor(v, dtype=image.dtype)[:, None, None]
        if self.version != "0.0":
            image = (image - column(-0.030, -0.088, -0.188)) / column(0.458, 0.448, 0.450)
        return [vgg.unit(f) for f in trunk(image)]

    def forward(self, a, b, trunk=None):
        trunk = trunk or self.net
        pairs = zip(self.features(a, trunk), self.features(b, trunk))
        return sum(
            self.get_submodule(f"lin{k}")((f - g).square()) for k, (f, g) in enumerate(pairs))
