"""StyleGAN2 (Karras et al. 2020), tensor names and layouts of the rosinality port.

The kernels are modulated and demodulated for each sample and the samples convolved as groups, which
is how the paper writes it; the page stylegan2 scales the maps instead.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from units import Layered

FILTER = (1.0, 3.0, 3.0, 1.0)


def upfirdn(x, kernel, up, pad):
    """Zeros between the pixels, a border of pad = (before, after), a true convolution."""
    n, c, h, w = x.shape
    wide = x.new_zeros(n, c, h, up, w, up)
    wide[:, :, :, 0, :, 0] = x
    wide = F.pad(wide.reshape(n, c, h * up, w * up), (*pad, *pad))
    kernel = kernel.flip(0, 1).expand(c, 1, *kernel.shape)
    return F.conv2d(wide, kernel, groups=c)


class Filter(nn.Module):
    """The filter with the gain of going up by two; its kernel is stored in every checkpoint."""

    def __init__(self, up, pad):
        super().__init__()
        self.up, self.pad = up, pad
        self.register_buffer("kernel", torch.zeros(4, 4))

    def forward(self, x):
        return upfirdn(x, self.kernel, self.up, self.pad)

    def draw_own(self, rng):
        line = torch.tensor(FILTER) / sum(FILTER)
        return {"kernel": torch.outer(line, line).numpy() * 4}


class Linear(nn.Module):
    def __init__(self, inputs, outputs, rate=1.0, around=0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.rate, self.around = rate, around

    def forward(self, x):
        weight = self.weight * (self.rate / math.sqrt(self.weight.shape[1]))
        return x @ weight.T + self.bias * self.rate

    def draw_own(self, rng):  # stored unmultiplied, so of size 1 / rate
        bias = self.around + rng.uniform(-0.1, 0.1, self.bias.shape) / self.rate
        return {"weight": rng.standard_normal(self.weight.shape) / self.rate, "bias": bias}


class Modulated(nn.Module):
    def __init__(self, inputs, outputs, kernel, latent, demodulate=True, up=False):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, outputs, inputs, kernel, kernel))
        self.modulation = Linear(latent, inputs, around=1.0)
        self.demodulate, self.up = demodulate, up
        if up:
            self.blur = Filter(1, (1, 1))

    def forward(self, x, w):
        n, i, height, width = x.shape
        o, k = self.weight.shape[1], self.weight.shape[3]
        kernels = self.weight / math.sqrt(i * k * k) * self.modulation(w).view(n, 1, i, 1, 1)
        if self.demodulate:
            kernels = kernels * (kernels.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()
        x = x.reshape(1, n * i, height, width)
        if self.up:
            kernels = kernels.transpose(1, 2).reshape(n * i, o, k, k)
            y = F.conv_transpose2d(x, kernels, stride=2, groups=n)
            return self.blur(y.view(n, o, *y.shape[2:]))
        y = F.conv2d(x, kernels.reshape(n * o, i, k, k), padding=k // 2, groups=n)
        return y.view(n, o, height, width)

    def draw_own(self, rng):
        return {"weight": rng.standard_normal(self.weight.shape)}


class Value(nn.Module):
    """One named tensor of its own."""

    def __init__(self, name, *shape, low=None):
        super().__init__()
        setattr(self, name, nn.Parameter(torch.zeros(shape)))
        self.name, self.low = name, low

    def draw_own(self, rng):
        shape = getattr(self, self.name).shape
        if self.low is None:
            return {self.name: rng.standard_normal(shape)}
        return {self.name: rng.uniform(self.low, -self.low, shape)}


class Layer(nn.Module):
    def __init__(self, inputs, outputs, latent, up=False):
        super().__init__()
        self.conv = Modulated(inputs, outputs, 3, latent, up=up)
        self.noise = Value("weight", 1, low=-0.3)
        self.activate = Value("bias", outputs, low=-0.1)

    def forward(self, x, w, noise):
        x = self.conv(x, w) + self.noise.weight * noise
        x = x + self.activate.bias[None, :, None, None]
        return F.leaky_relu(x, 0.2) * math.sqrt(2)


class ToRGB(nn.Module):
    def __init__(self, inputs, latent, up=True):
        super().__init__()
        self.conv = Modulated(inputs, 3, 1, latent, demodulate=False)
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        if up:
            self.upsample = Filter(2, (2, 1))

    def forward(self, x, w, skip=None):
        y = self.conv(x, w) + self.bias
        return y if skip is None else y + self.upsample(skip)

    def draw_own(self, rng):
        return {"bias": rng.uniform(-0.1, 0.1, self.bias.shape)}


class Noises(nn.Module):
    def __init__(self, count):
        super().__init__()
        for i in range(count):
            side = 4 * 2 ** ((i + 1) // 2)
            self.register_buffer(f"noise_{i}", torch.zeros(1, 1, side, side))

    def draw_own(self, rng):
        return {name: rng.standard_normal(b.shape) for name, b in self.named_buffers()}


class Generator(Layered):
    """z N x latent to W+ N x L x latent to pictures; `noise` is a list of L - 1 maps."""

    def __init__(self, resolution=1024, multiplier=2, widest=512, latent=512, depth=8):
        super().__init__()
        width = lambda side: widest if side <= 32 else min(16384 * multiplier // side, widest)
        steps = int(math.log2(resolution))
        self.layers = 2 * steps - 2
        self.style = nn.Sequential(
            nn.Identity(), *[Linear(latent, latent, 0.01) for _ in range(depth)])
        self.input = Value("input", 1, widest, 4, 4)
        self.conv1 = Layer(widest, widest, latent)
        self.to_rgb1 = ToRGB(widest, latent, up=False)
        self.convs, self.to_rgbs = nn.ModuleList(), nn.ModuleList()
        self.noises = Noises(self.layers - 1)
        inputs = widest
        for step in range(3, steps + 1):
            outputs = width(2**step)
            self.convs.append(Layer(inputs, outputs, latent, up=True))
            self.convs.append(Layer(outputs, outputs, latent))
            self.to_rgbs.append(ToRGB(outputs, latent))
            inputs = outputs

    def mapped(self, z):
        x = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for linear in self.style[1:]:
            x = F.leaky_relu(linear(x), 0.2) * math.sqrt(2)
        return x

    def map(self, z):
        return self.mapped(z)[:, None].expand(-1, self.layers, -1)

    def stored_noise(self):
        return [getattr(self.noises, f"noise_{i}") for i in range(self.layers - 1)]

    def synthesize(self, w, noise=None):
        noise = noise or self.stored_noise()
        x = self.input.input.expand(w.shape[0], -1, -1, -1)
        x = self.passed(0, self.conv1(x, w[:, 0], noise[0]))
        image = self.to_rgb1(x, w[:, 1])
        for k, to_rgb in enumerate(self.to_rgbs):
            i = 2 * k + 1
            x = self.passed(i, self.convs[2 * k](x, w[:, i], noise[i]))
            x = self.passed(i + 1, self.convs[2 * k + 1](x, w[:, i + 1], noise[i + 1]))
            image = to_rgb(x, w[:, i + 2], image)
        return image

    def run(self, w):
        return self.synthesize(w)

    def generate(self, z):
        return self.synthesize(self.map(z))


def truncated(w, mean, psi):
    """Moves styles toward the mean style of the checkpoint (`latent_avg`)."""
    return mean + psi * (w - mean)
