"""StyleGAN2 (Karras et al. 2020), tensor names and layouts of NVlabs/stylegan2-ada-pytorch.

The stored kernels are scaled at run time only where nothing takes the scale away: in the colours.
The filter is stored with unit sum, so going up multiplies it; noise maps are H x W, strengths bare
numbers. Without classes and without the limit of float16.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from stylegan2 import FILTER, Linear, upfirdn
from units import Layered


def unit_filter():
    line = torch.tensor(FILTER) / sum(FILTER)
    return torch.outer(line, line)


class Kernels(nn.Module):
    """What layers and colours share: stored kernels and the style's own linear layer."""

    def __init__(self, inputs, outputs, size, latent):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.affine = Linear(latent, inputs, around=1.0)

    def of(self, style):
        return self.weight[None] * style[:, None, :, None, None]


class Layer(Kernels):
    def __init__(self, inputs, outputs, latent, side, up=False):
        super().__init__(inputs, outputs, 3, latent)
        self.up = up
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("noise_const", torch.zeros(side, side))
        self.register_buffer("resample_filter", torch.zeros(4, 4))

    def forward(self, x, w, noise=None):
        kernels = self.of(self.affine(w))
        kernels = kernels / (kernels.square().sum((2, 3, 4), keepdim=True) + 1e-8).sqrt()
        samples = []
        for sample, kernel in zip(x, kernels):
            if self.up:
                y = F.conv_transpose2d(sample[None], kernel.transpose(0, 1), stride=2)
                samples.append(upfirdn(y, self.resample_filter * 4, 1, (1, 1)))
            else:
                samples.append(F.conv2d(sample[None], kernel, padding=1))
        noise = self.noise_const if noise is None else noise
        y = torch.cat(samples) + self.noise_strength * noise + self.bias[None, :, None, None]
        return F.leaky_relu(y, 0.2) * math.sqrt(2)

    def draw_own(self, rng):
        return {
            "weight": rng.standard_normal(self.weight.shape),
            "bias": rng.uniform(-0.1, 0.1, self.bias.shape),
            "noise_strength": rng.uniform(-0.3, 0.3),
            "noise_const": rng.standard_normal(self.noise_const.shape),
            "resample_filter": unit_filter().numpy(),
        }


class ToRGB(Kernels):
    def __init__(self, inputs, latent):
        super().__init__(inputs, 3, 1, latent)

    def forward(self, x, w):
        kernels = self.of(self.affine(w) / math.sqrt(x.shape[1]))[..., 0, 0]
        return torch.einsum("noi,nihw->nohw", kernels, x) + self.bias[None, :, None, None]

    def draw_own(self, rng):
        return {
            "weight": rng.standard_normal(self.weight.shape),
            "bias": rng.uniform(-0.1, 0.1, self.bias.shape),
        }


class Block(nn.Module):
    def __init__(self, inputs, outputs, latent, side):
        super().__init__()
        if inputs:
            self.conv0 = Layer(inputs, outputs, latent, side, up=True)
        else:
            self.const = nn.Parameter(torch.zeros(outputs, 4, 4))
        self.conv1 = Layer(outputs, outputs, latent, side)
        self.torgb = ToRGB(outputs, latent)
        self.register_buffer("resample_filter", torch.zeros(4, 4))

    def draw_own(self, rng):
        own = {"resample_filter": unit_filter().numpy()}
        if hasattr(self, "const"):
            own["const"] = rng.standard_normal(self.const.shape)
        return own


class Generator(Layered):
    """z N x latent to W+ N x L x latent to pictures, with the stored noise maps or given ones."""

    def __init__(self, resolution=1024, channels=32768, widest=512, latent=512, depth=8):
        super().__init__()
        self.sides = [4 * 2**k for k in range(int(math.log2(resolution)) - 1)]
        self.layers = 2 * len(self.sides)
        self.mapping = nn.Module()
        for i in range(depth):
            self.mapping.add_module(f"fc{i}", Linear(latent, latent, 0.01))
        self.mapping.register_buffer("w_avg", torch.zeros(latent))
        self.mapping.draw_own = lambda rng: {"w_avg": rng.standard_normal(latent)}
        self.depth = depth
        self.synthesis = nn.Module()
        inputs = 0
        for side in self.sides:
            outputs = min(channels // side, widest)
            self.synthesis.add_module(f"b{side}", Block(inputs, outputs, latent, side))
            inputs = outputs

    def map(self, z, psi=1.0):
        x = z / (z.square().mean(1, keepdim=True) + 1e-8).sqrt()
        for i in range(self.depth):
            x = F.leaky_relu(getattr(self.mapping, f"fc{i}")(x), 0.2) * math.sqrt(2)
        mean = self.mapping.w_avg
        return (mean + psi * (x - mean))[:, None].expand(-1, self.layers, -1)

    def synthesize(self, w, noise=None):
        image = None
        maps = iter(noise or [None] * (self.layers - 1))
        for k, side in enumerate(self.sides):
            block = getattr(self.synthesis, f"b{side}")
            styles = w[:, max(0, 2 * k - 1) :].unbind(1)
            if k == 0:
                x = block.const.expand(len(w), -1, -1, -1)
            else:
                x = self.passed(2 * k - 1, block.conv0(x, styles[0], next(maps)))
                styles = styles[1:]
                image = upfirdn(image, block.resample_filter * 4, 2, (2, 1))
            x = self.passed(2 * k, block.conv1(x, styles[0], next(maps)))
            colours = block.torgb(x, styles[1])
            image = colours if image is None else image + colours
        return image

    def run(self, w):
        return self.synthesize(w)

    def generate(self, z):
        return self.synthesize(self.map(z))
