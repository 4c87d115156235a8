"""PG-GAN's generator (Karras et al. 2018), fully grown, in the names of three PyTorch forms:
genforce, higan and gandissect."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from units import Layered

BIAS = {"genforce": "bias", "higan": "wscale.bias", "gandissect": "wscale.b"}


def pixel_norm(x):
    return x / (x.square().mean(1, keepdim=True) + 1e-8).sqrt()


class Named(nn.Module):
    """Tensors under dotted names, each with the deviation it is drawn with."""

    def __init__(self, tensors):
        super().__init__()
        self.deviations, inner = {}, {}
        for name, (shape, deviation) in tensors.items():
            head, _, rest = name.partition(".")
            if rest:
                inner.setdefault(head, {})[rest] = (shape, deviation)
            else:
                self.register_parameter(name, nn.Parameter(torch.zeros(shape)))
                self.deviations[name] = deviation
        for head, those in inner.items():
            self.add_module(head, Named(those))

    def draw_own(self, rng):
        return {n: rng.standard_normal(getattr(self, n).shape) * d
                for n, d in self.deviations.items()}

    def named(self, name):
        return self.get_parameter(name)


class Layer(Named):
    """kind: first (a code to 4 x 4), up, fused, conv, or rgb."""

    def __init__(self, form, kind, inputs, outputs):
        size = {"first": 4, "rgb": 1}.get(kind, 3)
        kernel = "weight" if form == "genforce" or kind == "fused" else "conv.weight"
        shape = (outputs, inputs, size, size)
        if kind == "fused":
            shape = (3, 3, inputs, outputs) if form == "higan" else (inputs, outputs, 3, 3)
        super().__init__({kernel: (shape, 1.0), BIAS[form]: ((outputs,), 0.1)})
        self.form, self.kind, self.kernel = form, kind, kernel
        self.scale = (1 if kind == "rgb" else math.sqrt(2)) / math.sqrt(inputs * size * size)

    def forward(self, x):
        x = pixel_norm(x)
        weight, bias = self.named(self.kernel) * self.scale, self.named(BIAS[self.form])
        if self.kind == "fused":
            k = weight.permute(2, 3, 0, 1) if self.form == "higan" else weight
            k = F.pad(k, (1, 1, 1, 1))
            k = k[..., 1:, 1:] + k[..., :-1, 1:] + k[..., 1:, :-1] + k[..., :-1, :-1]
            y = F.conv_transpose2d(x, k, bias, stride=2, padding=1)
        else:
            if self.kind == "up":
                x = F.interpolate(x, scale_factor=2, mode="nearest")
            y = F.conv2d(x, weight, bias, padding={"first": 3, "rgb": 0}.get(self.kind, 1))
        return y if self.kind == "rgb" else F.leaky_relu(y, 0.2)


class Generator(Layered):
    """z N x codes to pictures; `last_only` keeps the last of the heads that went with growing."""

    def __init__(self, resolution=1024, base=16384, widest=512, codes=512, form="genforce",
                 fused=False, final_tanh=False, last_only=True):
        super().__init__()
        steps = int(math.log2(resolution)) - 1
        self.first = 1 if form == "gandissect" else 0
        self.count, self.codes, self.final_tanh = 2 * steps, codes, final_tanh
        inputs = codes
        for l in range(self.count):
            side = 4 * 2 ** (l // 2)
            outputs = min(base // side, widest)
            kind = "first" if l == 0 else "conv" if l % 2 else "fused" if fused else "up"
            self.add_module(f"layer{l + self.first}", Layer(form, kind, inputs, outputs))
            if l % 2 and (l == self.count - 1 or not last_only and form != "gandissect"):
                self.head = f"output_{side}x{side}" if form == "gandissect" else f"output{l // 2}"
                self.add_module(self.head, Layer(form, "rgb", outputs, 3))
            inputs = outputs
        if form != "gandissect":
            self.register_buffer("lod", torch.zeros(()))

    def draw_own(self, rng):
        return {"lod": 0.0} if hasattr(self, "lod") else {}

    def generate(self, z=None):
        z = torch.zeros(1, self.codes, dtype=torch.float64) if z is None else z
        x = z[:, :, None, None]
        for l in range(self.first, self.first + self.count):
            x = self.passed(l, self.get_submodule(f"layer{l}")(x))
        y = self.get_submodule(self.head)(x)
        return y.tanh() if self.final_tanh else y
