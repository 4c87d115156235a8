"""BigGAN-deep (Brock et al. 2019), tensor names of pytorch-pretrained-BigGAN.

Statistics of the norms are rows by truncation, of which `generate` takes those of one; the spectral
norm is that of torch.nn.utils, with the stored vectors.
"""

import math

import torch
from torch import nn

from biggan import WIDTHS, attend, truncated_normal
from units import Layered


class Layer(nn.Module):
    def __init__(self, *shape, bias=True):
        super().__init__()
        self.weight_orig = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(shape[0])) if bias else None
        self.register_buffer("weight_u", torch.zeros(shape[0]))
        self.register_buffer("weight_v", torch.zeros(self.weight_orig[0].numel()))

    def forward(self, x):
        w = self.weight_orig
        w = w / (self.weight_u @ (w.flatten(1) @ self.weight_v))
        if w.ndim == 2:
            return nn.functional.linear(x, w, self.bias)
        return nn.functional.conv2d(x, w, self.bias, padding=w.shape[-1] // 2)

    def draw_own(self, rng):
        """The vectors are near the true ones: a few power iterations, and a little noise."""
        w = rng.standard_normal(self.weight_orig.shape)
        w = w * (2 / w[0].size) ** 0.5
        m = w.reshape(len(w), -1)
        u = rng.standard_normal(len(w))
        for _ in range(3):
            v = m.T @ u
            v = v / (v**2).sum() ** 0.5
            u = m @ v
            u = u / (u**2).sum() ** 0.5
        return {
            "weight_orig": w, "bias": rng.uniform(-0.1, 0.1, len(w)),
            "weight_u": u + 0.1 * rng.standard_normal(u.shape) / len(u) ** 0.5,
            "weight_v": v + 0.1 * rng.standard_normal(v.shape) / len(v) ** 0.5,
        }


class Norm(nn.Module):
    """With a condition its gain and bias are of the condition, else tensors of its own."""

    def __init__(self, channels, condition=None):
        super().__init__()
        self.register_buffer("running_means", torch.zeros(51, channels))
        self.register_buffer("running_vars", torch.zeros(51, channels))
        if condition:
            self.scale = Layer(channels, condition, bias=False)
            self.offset = Layer(channels, condition, bias=False)
        else:
            self.weight = nn.Parameter(torch.zeros(channels))
            self.bias = nn.Parameter(torch.zeros(channels))
        self.conditional = condition is not None

    def statistics(self, truncation):
        share, row = math.modf(truncation / 0.02)
        row = int(row)
        if share == 0:
            return self.running_means[row], self.running_vars[row]
        return tuple(
            rows[row] * share + rows[row + 1] * (1 - share)
            for rows in (self.running_means, self.running_vars))

    def forward(self, x, truncation, condition=None):
        mean, var = self.statistics(truncation)
        if not self.conditional:
            return nn.functional.batch_norm(x, mean, var, self.weight, self.bias, eps=1e-4)
        wide = lambda v: v[..., None, None]
        y = (x - wide(mean)) / (wide(var) + 1e-4).sqrt()
        return y * (1 + wide(self.scale(condition))) + wide(self.offset(condition))

    def draw_own(self, rng):
        shape = self.running_means.shape
        n = shape[1]
        return {
            "running_means": rng.uniform(-0.3, 0.3, shape),
            "running_vars": rng.uniform(0.5, 2, shape),
            "weight": rng.uniform(0.5, 1.5, n), "bias": rng.uniform(-0.1, 0.1, n)}


class GenBlock(nn.Module):
    def __init__(self, inputs, outputs, up, condition):
        super().__init__()
        inner = inputs // 4
        self.drop, self.up = inputs != outputs, up
        sizes = [(inputs, inner, 1), (inner, inner, 3), (inner, inner, 3), (inner, outputs, 1)]
        for k, (i, o, size) in enumerate(sizes):
            self.add_module(f"bn_{k}", Norm(i, condition))
            self.add_module(f"conv_{k}", Layer(o, i, size, size))

    def forward(self, x, condition, truncation):
        grown = lambda y: nn.functional.interpolate(y, scale_factor=2, mode="nearest") \
            if self.up else y
        skip = x[:, : x.shape[1] // 2] if self.drop else x
        h = self.conv_0(self.bn_0(x, truncation, condition).relu())
        h = self.conv_1(grown(self.bn_1(h, truncation, condition).relu()))
        h = self.conv_2(self.bn_2(h, truncation, condition).relu())
        h = self.conv_3(self.bn_3(h, truncation, condition).relu())
        return h + grown(skip)


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.snconv1x1_theta = Layer(channels // 8, channels, 1, 1, bias=False)
        self.snconv1x1_phi = Layer(channels // 8, channels, 1, 1, bias=False)
        self.snconv1x1_g = Layer(channels // 2, channels, 1, 1, bias=False)
        self.snconv1x1_o_conv = Layer(channels, channels // 2, 1, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        o = attend(self.snconv1x1_theta(x), self.snconv1x1_phi(x), self.snconv1x1_g(x))
        return self.gamma * self.snconv1x1_o_conv(o) + x

    def draw_own(self, rng):
        return {"gamma": rng.uniform(0.5, 1, 1)}


class Generator(Layered):
    """z N x codes and a class number to a picture; a tap is a number in `generator.layers`."""

    def __init__(self, resolution=128, ch=128, classes=1000, codes=128, truncation=0.4,
                 attention=8):
        super().__init__()
        widths = [ch * k for k in WIDTHS[resolution]]
        self.classes, self.truncation, self.attention = classes, truncation, attention
        self.embeddings = nn.Linear(classes, codes, bias=False)
        inner = self.generator = nn.Module()
        inner.gen_z = Layer(16 * widths[0], 2 * codes)
        inner.layers = nn.ModuleList()
        for inputs, outputs in zip(widths, widths[1:]):
            for up, out in ((False, inputs), (True, outputs)):
                if len(inner.layers) == attention:
                    inner.layers.append(Attention(inputs))
                inner.layers.append(GenBlock(inputs, out, up, 2 * codes))
        inner.bn = Norm(widths[-1])
        inner.conv_to_rgb = Layer(widths[-1], widths[-1], 3, 3)

    def truncated(self, draws, label):
        return self.generate(truncated_normal(draws, self.truncation), label)

    def generate(self, z, label):
        category = self.embeddings(nn.functional.one_hot(label, self.classes).to(z.dtype))
        condition = torch.cat([z, category], 1)
        inner = self.generator
        x = inner.gen_z(condition).view(len(z), 4, 4, -1).permute(0, 3, 1, 2)
        for l, layer in enumerate(inner.layers):
            x = layer(x) if l == self.attention else layer(x, condition, self.truncation)
            x = self.passed(l, x)
        y = inner.bn(x, self.truncation).relu()
        return inner.conv_to_rgb(y)[:, :3].tanh()
