"""StyleGAN v1 (Karras et al. 2019), tensor names and layouts of the genforce ports (form I).

Equalized rates are applied at run time: the stored weight times gain / sqrt(fan in).
"""

import math

import torch
from torch import nn

from units import Layered


class Weight(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))

    def draw_own(self, rng):
        return {"weight": rng.standard_normal(self.weight.shape)}


class Bias(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(n))

    def draw_own(self, rng):
        return {"bias": rng.uniform(-0.1, 0.1, self.bias.shape)}


class Dense(nn.Module):
    def __init__(self, inputs, outputs, gain, rate=1.0):
        super().__init__()
        self.fc = Weight(outputs, inputs)
        self.wscale = Bias(outputs)
        self.scale, self.rate = gain / math.sqrt(inputs) * rate, rate

    def forward(self, x):
        return x @ (self.fc.weight * self.scale).T + self.wscale.bias * self.rate

    def draw_own(self, rng):  # stored unmultiplied, so of size 1 / rate
        return {"fc.weight": rng.standard_normal(self.fc.weight.shape) / self.rate}


class Noise(nn.Module):
    def __init__(self, channels, side):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels))
        self.register_buffer("noise", torch.zeros(1, 1, side, side))

    def forward(self, x):
        return x + self.noise * self.weight[None, :, None, None]

    def draw_own(self, rng):
        return {
            "weight": rng.uniform(-0.3, 0.3, self.weight.shape),
            "noise": rng.standard_normal(self.noise.shape),
        }


class Style(nn.Module):
    def __init__(self, latent, channels):
        super().__init__()
        self.dense = Dense(latent, 2 * channels, 1.0)

    def forward(self, x, w):
        scale, shift = self.dense(w)[:, :, None, None].chunk(2, 1)
        return x * (scale + 1) + shift


class Epilogue(Bias):
    """Noise, bias, leaky ReLU, instance norm, style, in this order."""

    def __init__(self, latent, channels, side):
        super().__init__(channels)
        self.apply_noise = Noise(channels, side)
        self.style_mod = Style(latent, channels)

    def forward(self, x, w):
        x = self.apply_noise(x) + self.bias[None, :, None, None]
        x = nn.functional.leaky_relu(x, 0.2)
        x = x - x.mean((2, 3), keepdim=True)
        x = x / (x.square().mean((2, 3), keepdim=True) + 1e-8).sqrt()
        return self.style_mod(x, w)


def blur(x):
    line = torch.tensor([1.0, 2.0, 1.0], dtype=x.dtype)
    kernel = torch.outer(line, line) / 16
    kernel = kernel.expand(x.shape[1], 1, 3, 3)
    return nn.functional.conv2d(x, kernel, padding=1, groups=x.shape[1])


class Layer(nn.Module):
    """kind: const, conv, up (nearest x2, conv, blur) or fused (transposed conv, blur)."""

    def __init__(self, latent, inputs, outputs, side, kind):
        super().__init__()
        self.kind, self.scale = kind, math.sqrt(2) / math.sqrt(9 * inputs)
        if kind == "const":
            self.const = nn.Parameter(torch.zeros(1, outputs, side, side))
        elif kind == "fused":
            self.weight = nn.Parameter(torch.zeros(3, 3, inputs, outputs))
        else:
            self.conv = Weight(outputs, inputs, 3, 3)
        self.epilogue = Epilogue(latent, outputs, side)

    def forward(self, x, w):
        if self.kind == "const":
            x = self.const.expand(w.shape[0], -1, -1, -1)
        elif self.kind == "fused":
            k = nn.functional.pad((self.weight * self.scale).permute(2, 3, 0, 1), (1, 1, 1, 1))
            k = k[..., 1:, 1:] + k[..., :-1, 1:] + k[..., 1:, :-1] + k[..., :-1, :-1]
            x = blur(nn.functional.conv_transpose2d(x, k, stride=2, padding=1))
        else:
            if self.kind == "up":
                x = nn.functional.interpolate(x, scale_factor=2, mode="nearest")
            x = nn.functional.conv2d(x, self.conv.weight * self.scale, padding=1)
            x = blur(x) if self.kind == "up" else x
        return self.epilogue(x, w)

    def draw_own(self, rng):
        name = {"const": "const", "fused": "weight"}.get(self.kind)
        return {name: rng.standard_normal(getattr(self, name).shape)} if name else {}


class ToRGB(Bias):
    def __init__(self, inputs):
        super().__init__(3)
        self.conv = Weight(3, inputs, 1, 1)

    def forward(self, x):
        weight = self.conv.weight / math.sqrt(x.shape[1])
        return nn.functional.conv2d(x, weight, self.bias)


class Mean(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.register_buffer("w_avg", torch.zeros(latent))

    def draw_own(self, rng):
        return {"w_avg": rng.uniform(-0.3, 0.3, self.w_avg.shape)}


def with_label(mapping, z, label):
    """The numbers of a class behind the noise, if there are classes."""
    return z if label is None else torch.cat([z, mapping.label_weight[label]], 1)


def drawn_labels(mapping, rng):
    """What a network with classes draws for them."""
    if not hasattr(mapping, "label_weight"):
        return {}
    return {"mapping.label_weight": rng.standard_normal(mapping.label_weight.shape)}


class Generator(Layered):
    """z N x latent to W+ N x L x latent to pictures; `last_only` keeps the last toRGB alone."""

    def __init__(self, resolution=1024, latent=512, base=16384, widest=512, psi=0.7, truncated=8,
                 last_only=True, depth=8, per_layer=False, final_tanh=False, labels=0):
        super().__init__()
        width = lambda side: min(base // side, widest)
        self.layers = 2 * int(math.log2(resolution)) - 2
        self.latent, self.final_tanh = latent, final_tanh
        rows = self.layers if per_layer else 1
        self.mapping, self.synthesis = nn.Module(), nn.Module()
        if labels:
            self.mapping.label_weight = nn.Parameter(torch.zeros(labels, latent))
        self.truncation = Mean(latent)
        for i in range(depth):
            out = latent * (rows if i == depth - 1 else 1)
            first = latent * (2 if labels and i == 0 else 1)
            dense = Dense(first, out, math.sqrt(2), 0.01)
            self.mapping.add_module(f"dense{i}", dense)
        keep = torch.tensor([psi if l < truncated else 1.0 for l in range(self.layers)])
        self.keep = keep[None, :, None]
        inputs = widest
        for l in range(self.layers):
            side = 4 * 2 ** (l // 2)
            kind = "const" if l == 0 else "conv" if l % 2 else "up" if side < 128 else "fused"
            outputs = width(side)
            self.synthesis.add_module(f"layer{l}", Layer(latent, inputs, outputs, side, kind))
            if l % 2 and (not last_only or l == self.layers - 1):
                self.synthesis.add_module(f"output{l // 2}", ToRGB(outputs))
            inputs = outputs

    def draw_own(self, rng):
        return drawn_labels(self.mapping, rng)

    def map(self, z, label=None):
        z = with_label(self.mapping, z, label)
        x = z / (z.square().mean(1, keepdim=True) + 1e-8).sqrt()
        for dense in self.mapping.children():
            x = nn.functional.leaky_relu(dense(x), 0.2)
        return x.view(len(z), -1, self.latent).expand(-1, self.layers, -1)

    def truncate(self, w):
        mean = self.truncation.w_avg
        return mean + (w - mean) * self.keep.to(w.dtype)

    def synthesize(self, w):
        x = None
        for l in range(self.layers):
            x = self.passed(l, self.synthesis.get_submodule(f"layer{l}")(x, w[:, l]))
        y = self.synthesis.get_submodule(f"output{self.layers // 2 - 1}")(x)
        return y.tanh() if self.final_tanh else y

    def run(self, w, *noise):
        """With noise maps from outside instead of the stored ones."""
        for l, maps in enumerate(noise):
            self.synthesis.get_submodule(f"layer{l}.epilogue.apply_noise").noise = maps
        return self.synthesize(w)

    def generate(self, z, label=None):
        w = self.truncate(self.map(z, label))
        return self.synthesize(w), w
