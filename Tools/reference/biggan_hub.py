"""BigGAN as TF-Hub has it (Brock et al. 2019), tensor names of GANalyze's PyTorch form.

Spectral norm takes one power iteration from the stored vector, with 1e-4 added to lengths; noise
stands before the class; the first map is rows x columns x channels.
"""

import torch
from torch import nn

from biggan import CODES, WIDTHS, attend, truncated_normal
from units import Layered


def unit(v):
    return v / (v.norm() + 1e-4)


class Layer(nn.Module):
    """A convolution or linear layer under a spectral norm: its tensors are those of `module`."""

    def __init__(self, *shape, bias=True):
        super().__init__()
        inner = nn.Module()
        inner.weight_bar = nn.Parameter(torch.zeros(shape))
        inner.register_buffer("weight_u", torch.zeros(shape[0]))
        inner.register_buffer("weight_v", torch.zeros(inner.weight_bar[0].numel()))
        inner.bias = nn.Parameter(torch.zeros(shape[0])) if bias else None
        self.module = inner

    def forward(self, x):
        w = self.module.weight_bar
        m = w.flatten(1)
        v = unit(m.T @ self.module.weight_u)
        u = unit(m @ v)
        w = w / (u @ (m @ v))
        if w.ndim == 2:
            return nn.functional.linear(x, w, self.module.bias)
        return nn.functional.conv2d(x, w, self.module.bias, padding=w.shape[-1] // 2)

    def draw_own(self, rng):
        w = self.module.weight_bar
        fan = w[0].numel()
        return {
            "module.weight_bar": rng.standard_normal(w.shape) * (2 / fan) ** 0.5,
            "module.weight_u": rng.standard_normal(w.shape[0]),
            "module.weight_v": rng.standard_normal(fan),
            "module.bias": rng.uniform(-0.1, 0.1, w.shape[0]),
        }


class HyperBN(nn.Module):
    def __init__(self, channels, condition):
        super().__init__()
        self.bn = nn.BatchNorm2d(channels, affine=False, eps=1e-4)
        self.gamma_embed = Layer(channels, condition, bias=False)
        self.beta_embed = Layer(channels, condition, bias=False)

    def forward(self, x, condition):
        gamma, beta = self.gamma_embed(condition), self.beta_embed(condition)
        return self.bn(x) * (1 + gamma[:, :, None, None]) + beta[:, :, None, None]


class GBlock(nn.Module):
    def __init__(self, inputs, outputs, condition):
        super().__init__()
        self.conv0 = Layer(outputs, inputs, 3, 3)
        self.conv1 = Layer(outputs, outputs, 3, 3)
        self.conv_sc = Layer(outputs, inputs, 1, 1)
        self.HyperBN = HyperBN(inputs, condition)
        self.HyperBN_1 = HyperBN(outputs, condition)

    def forward(self, x, condition):
        up = lambda y: nn.functional.interpolate(y, scale_factor=2, mode="nearest")
        h = self.conv0(up(self.HyperBN(x, condition).relu()))
        h = self.conv1(self.HyperBN_1(h, condition).relu())
        return h + self.conv_sc(up(x))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.theta = Layer(channels // 8, channels, 1, 1, bias=False)
        self.phi = Layer(channels // 8, channels, 1, 1, bias=False)
        self.g = Layer(channels // 2, channels, 1, 1, bias=False)
        self.o_conv = Layer(channels, channels // 2, 1, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return self.gamma * self.o_conv(attend(self.theta(x), self.phi(x), self.g(x))) + x

    def draw_own(self, rng):
        return {"gamma": rng.uniform(0.5, 1, 1)}


class Generator(Layered):
    """z N x (slots * chunk) and a class number to a picture."""

    def __init__(self, resolution=256, ch=96, classes=1000, embedded=128, codes=None,
                 attention=None, truncation=1.0):
        super().__init__()
        self.truncation = truncation
        widths = [ch * k for k in WIDTHS[resolution]]
        self.chunk, self.classes = (codes or CODES.get(resolution, 120)) // len(widths), classes
        self.where = attention or (128 if resolution == 256 else 64)
        self.linear = nn.Linear(classes, embedded, bias=False)
        self.G_linear = Layer(16 * widths[0], self.chunk)
        self.GBlock = nn.ModuleList(
            GBlock(i, o, embedded + self.chunk) for i, o in zip(widths, widths[1:]))
        channels = {4 * 2**i: c for i, c in enumerate(widths)}[self.where]
        self.attention = Attention(channels)
        self.ScaledCrossReplicaBN = nn.BatchNorm2d(
            widths[-1], eps=1e-5 if resolution == 512 else 1e-4)
        self.colorize = Layer(3, widths[-1], 3, 3)

    def truncated(self, draws, label):
        return self.generate(truncated_normal(draws, self.truncation), label)

    def generate(self, z, label):
        category = self.linear(nn.functional.one_hot(label, self.classes).to(z.dtype))
        first, *rest = z.split(self.chunk, 1)
        x = self.G_linear(first).view(len(z), 4, 4, -1).permute(0, 3, 1, 2)
        for i, (block, part) in enumerate(zip(self.GBlock, rest)):
            if x.shape[-1] == self.where:
                x = self.attention(x)
            x = self.passed(i, block(x, torch.cat([part, category], 1)))
        return self.colorize(self.ScaledCrossReplicaBN(x).relu()).tanh()
