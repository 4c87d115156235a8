"""VGG-16 and VGG-19 (Simonyan and Zisserman 2015) as feature networks, and a head of LPIPS (lpips.py).

`stages` are the convolutions between two pools; layer numbers count activations and pools, as in
torchvision's `features`.
"""

import torch
from torch import nn
from torch.nn import functional as F

VGG16 = (2, 2, 3, 3, 3)
VGG19 = (2, 2, 4, 4, 4)
TAPS = (1, 3, 6, 9, 12)
"""The rectifiers of VGG-16 that LPIPS reads: relu1_2, 2_2, 3_3, 4_3, 5_3."""


class Trunk(nn.Module):
    """`name(s, at)` names the convolution at place `at` in stage s; dots make scopes. `narrow` divides the
    widths."""

    def __init__(self, stages=VGG16, name=lambda s, at: f"features.{at}", narrow=1):
        super().__init__()
        self.plan, at, inputs = [], 0, 3
        for s, count in enumerate(stages):
            if s:
                self.plan.append(None)
                at += 1
            for _ in range(count):
                outputs = -(-64 * min(8, 2**s) // narrow)
                scope, _, leaf = name(s, at).rpartition(".")
                owner = self
                if scope:
                    if scope not in self._modules:
                        self.add_module(scope, nn.Module())
                    owner = self._modules[scope]
                owner.add_module(leaf, nn.Conv2d(inputs, outputs, 3, padding=1))
                self.plan.append(name(s, at))
                inputs, at = outputs, at + 2

    def forward(self, x):
        """What every rectifier gives, in order."""
        taps = []
        for place in self.plan:
            if place is None:
                x = F.max_pool2d(x, 2)
            else:
                x = F.relu(self.get_submodule(place)(x))
                taps.append(x)
        return taps


def normalized(image):
    """ImageNet's mean and deviation, for pictures in 0 to 1."""
    column = lambda *v: torch.tensor(v, dtype=image.dtype, device=image.device)[:, None, None]
    return (image - column(0.485, 0.456, 0.406)) / column(0.229, 0.224, 0.225)


def meanless(image):
    """Pictures in 0 to 1 as blue, green, red in 0 to 255, less the mean of ImageNet."""
    mean = torch.tensor([103.939, 116.779, 123.68], dtype=image.dtype, device=image.device)
    return (image * 255).flip(1) - mean[:, None, None]


class Features(Trunk):
    """Pictures in 0 to 1 to the features after the rectifiers `relus`."""

    def __init__(self, stages=VGG16, relus=TAPS, normalize=True, narrow=1, prepare=normalized):
        super().__init__(stages, narrow=narrow)
        self.relus, self.normalize, self.prepare = relus, normalize, prepare

    def forward(self, image):
        taps = super().forward(self.prepare(image) if self.normalize else image)
        return tuple(taps[k] for k in self.relus)


class Classifier(Trunk):
    """Pictures in 0 to 1, of 224 x 224, to logits and what the second dense layer gives."""

    def __init__(self, stages=VGG16, narrow=1, classes=1000, prepare=normalized):
        super().__init__(stages, narrow=narrow)
        self.prepare = prepare
        n = lambda width: -(-width // narrow)
        drop = nn.Dropout()
        self.classifier = nn.Sequential(
            nn.Linear(n(512) * 49, n(4096)), nn.ReLU(), drop, nn.Linear(n(4096), n(4096)), nn.ReLU(),
            drop, nn.Linear(n(4096), classes))

    def forward(self, image):
        x = F.max_pool2d(super().forward(self.prepare(image))[-1], 2).flatten(1)
        return self.classifier(x), self.classifier[:5](x)


class Caffe(Trunk):
    """Pictures in -1 to 1 to relu4_3; names `layer{i}` of the Keras weights."""

    def __init__(self, narrow=1):
        super().__init__((2, 2, 3, 3), lambda s, at: f"layer{at}", narrow)

    def forward(self, image):
        return super().forward(meanless((image + 1) / 2))[-1]


def unit(f):
    """f over (its length over the channels + 1e-10). Where f is 0 nothing flows back through the
    length, whose slope there is not a number."""
    power = f.square().sum(1, keepdim=True)
    length = torch.where(power > 0, torch.where(power > 0, power, 1).sqrt(), 0)
    return f / (length + 1e-10)


class Head(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.model = nn.Sequential(nn.Dropout(), nn.Conv2d(channels, 1, 1, bias=False))

    def draw_own(self, rng):  # never negative
        return {"model.1.weight": rng.uniform(0, 1, self.model[1].weight.shape)}

    def forward(self, x):
        return self.model(x).mean((1, 2, 3))
