"""StyleGAN v1 (Karras et al. 2019), tensor names of rosinality's style-based-gan-pytorch (form R)."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from pggan import Named, pixel_norm
from stylegan1 import blur
from units import Layered

SIDES = [4 * 2**b for b in range(9)]


def rated(weight):
    """Every weight has the same gain."""
    return weight * math.sqrt(2 / weight[0].numel())


class Rated(Named):
    """A linear layer, or with a kernel a convolution, behind a name."""

    def __init__(self, name, inputs, outputs, kernel=None, around=0.0):
        size = () if kernel is None else (kernel, kernel)
        super().__init__({
            f"{name}.weight_orig": ((outputs, inputs, *size), 1.0), f"{name}.bias": ((outputs,), 0.1)})
        self.name, self.around = name, around

    def forward(self, x):
        weight, bias = rated(self.named(f"{self.name}.weight_orig")), self.named(f"{self.name}.bias")
        if weight.ndim == 2:
            return F.linear(x, weight, bias)
        return F.conv2d(x, weight, bias, padding=weight.shape[-1] // 2)

    def draw_own(self, rng):
        """The first half of the bias of a style is around 1."""
        bias = 0.1 * rng.standard_normal(self.named(f"{self.name}.bias").shape)
        bias[: len(bias) // 2] += self.around
        return {f"{self.name}.bias": bias}


class Blur(nn.Module):
    """Two kernels of the file that say what `blur` does."""

    def __init__(self, channels):
        super().__init__()
        for name in ("weight", "weight_flip"):
            self.register_buffer(name, torch.zeros(channels, 1, 3, 3))

    def forward(self, x):
        return blur(x)

    def draw_own(self, rng):
        line = torch.tensor([1.0, 2.0, 1.0]) / 4
        kernel = torch.outer(line, line).expand(self.weight.shape).numpy()
        return {"weight": kernel, "weight_flip": kernel}


class Fused(Named):
    def __init__(self, inputs, outputs):
        super().__init__({"weight": ((inputs, outputs, 3, 3), 1.0), "bias": ((outputs,), 0.1)})

    def forward(self, x):
        k = F.pad(self.weight * math.sqrt(2 / (9 * len(self.weight))), (1, 1, 1, 1))
        k = k[..., 1:, 1:] + k[..., :-1, 1:] + k[..., 1:, :-1] + k[..., :-1, :-1]
        return F.conv_transpose2d(x, k / 4, self.bias, stride=2, padding=1)


class Noise(Named):
    def __init__(self, channels):
        super().__init__({"weight_orig": ((1, channels, 1, 1), 2.0)})

    def forward(self, x, noise):
        return x + self.weight_orig * math.sqrt(2 / x.shape[1]) * noise


class AdaIN(nn.Module):
    def __init__(self, channels, latent):
        super().__init__()
        self.style = Rated("linear", latent, 2 * channels, around=1.0)

    def forward(self, x, w):
        gamma, beta = self.style(w)[..., None, None].chunk(2, 1)
        return F.instance_norm(x, eps=1e-5) * gamma + beta


class Block(nn.Module):
    def __init__(self, inputs, outputs, latent, side):
        super().__init__()
        if side == 4:
            self.conv1 = Named({"input": ((1, outputs, 4, 4), 1.0)})
        elif side < 128:
            up = nn.Upsample(scale_factor=2, mode="nearest")
            self.conv1 = nn.Sequential(up, Rated("conv", inputs, outputs, 3), Blur(outputs))
        else:
            self.conv1 = nn.Sequential(Fused(inputs, outputs), Blur(outputs))
        self.noise1, self.noise2 = Noise(outputs), Noise(outputs)
        self.adain1, self.adain2 = AdaIN(outputs, latent), AdaIN(outputs, latent)
        self.conv2 = Rated("conv", outputs, outputs, 3)

    def forward(self, x, w, noise, passed):
        x = self.conv1.input.expand(len(w), -1, -1, -1) if x is None else self.conv1(x)
        x = passed(0, self.adain1(F.leaky_relu(self.noise1(x, noise), 0.2), w[:, 0]))
        x = self.noise2(self.conv2(x), noise)
        return passed(1, self.adain2(F.leaky_relu(x, 0.2), w[:, 1]))


class Generator(Layered):
    """z N x latent and a noise map for each block; nine blocks are there, those to `resolution` run."""

    def __init__(self, resolution=1024, widest=512, latent=512, depth=8, alpha=-1.0, psi=0.7):
        super().__init__()
        self.used, self.alpha, self.psi = int(math.log2(resolution)) - 1, alpha, psi
        self.style = nn.Sequential(nn.Identity())
        for _ in range(depth):
            self.style.append(Rated("linear", latent, latent))
            self.style.append(nn.LeakyReLU(0.2))
        inner = self.generator = nn.Module()
        inner.progression, inner.to_rgb = nn.ModuleList(), nn.ModuleList()
        inputs = widest
        for side in SIDES:
            outputs = min(16384 // side, widest)
            inner.progression.append(Block(inputs, outputs, latent, side))
            inner.to_rgb.append(Rated("conv", outputs, 3, 1))
            inputs = outputs

    def map(self, z):
        return self.style(pixel_norm(z))[:, None].expand(-1, 2 * self.used, -1)

    def meanStyle(self, draws):
        return torch.stack([self.map(rows).mean(0) for rows in draws])

    def truncate(self, w, centre):
        return centre + self.psi * (w - centre)

    def run(self, w, *noise):
        x, inner, last = None, self.generator, self.used - 1
        for b in range(self.used):
            before = x
            two = w[:, 2 * b : 2 * b + 2]
            x = inner.progression[b](x, two, noise[b], lambda k, x: self.passed(2 * b + k, x))
        image = inner.to_rgb[last](x)
        if 0 <= self.alpha < 1:
            old = F.interpolate(inner.to_rgb[last - 1](before), scale_factor=2, mode="nearest")
            image = (1 - self.alpha) * old + self.alpha * image
        return image

    def generate(self, z, *noise):
        return self.run(self.map(z), *noise)
