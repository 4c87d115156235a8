"""StyleGAN v1 (Karras et al. 2019) in the form of the PyTorch port behind the public versions of
Image2StyleGAN: names `g_mapping` and `g_synthesis`, noise from outside, instance norms of 1e-5."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from stylegan1 import blur
from units import Layered


class Scaled(nn.Module):
    """A linear layer or convolution with equalized rate; `rate` also scales the bias."""

    def __init__(self, shape, gain=math.sqrt(2), rate=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(shape[0]))
        self.scale, self.rate = gain / math.sqrt(math.prod(shape[1:])) * rate, rate

    def kernel(self):
        return self.weight * self.scale

    def forward(self, x):
        if x.ndim == 2:
            return F.linear(x, self.kernel(), self.bias * self.rate)
        return F.conv2d(x, self.kernel(), self.bias, padding=self.weight.shape[-1] // 2)

    def draw_own(self, rng):
        return {
            "weight": rng.standard_normal(self.weight.shape) / self.rate,
            "bias": rng.uniform(-0.1, 0.1, self.bias.shape) / self.rate,
        }


class Blur(nn.Module):
    """Only a kernel in the file; the blur itself is that of the other form."""

    def __init__(self):
        super().__init__()
        self.register_buffer("kernel", torch.zeros(1, 1, 3, 3))

    def draw_own(self, rng):
        line = torch.tensor([0.25, 0.5, 0.25])
        return {"kernel": torch.outer(line, line)[None, None].numpy()}


class Up(Scaled):
    def __init__(self, inputs, outputs, side):
        super().__init__((outputs, inputs, 3, 3))
        self.intermediate, self.side = Blur(), side

    def forward(self, x):
        if self.side >= 128:
            k = F.pad(self.kernel().transpose(0, 1), (1, 1, 1, 1))
            k = k[..., 1:, 1:] + k[..., :-1, 1:] + k[..., 1:, :-1] + k[..., :-1, :-1]
            x = F.conv_transpose2d(x, k, stride=2, padding=1)
        else:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = F.conv2d(x, self.kernel(), padding=1)
        return blur(x) + self.bias[None, :, None, None]


class Noise(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels))

    def draw_own(self, rng):
        return {"weight": rng.uniform(-0.3, 0.3, self.weight.shape)}


class Epilogue(nn.Module):
    def __init__(self, latent, channels):
        super().__init__()
        self.top_epi, self.style_mod = nn.Module(), nn.Module()
        self.top_epi.noise = Noise(channels)
        self.style_mod.lin = Scaled((2 * channels, latent), gain=1.0)

    def forward(self, x, w, noise):
        x = F.leaky_relu(x + self.top_epi.noise.weight[None, :, None, None] * noise, 0.2)
        scale, shift = self.style_mod.lin(w)[:, :, None, None].chunk(2, 1)
        return F.instance_norm(x, eps=1e-5) * (scale + 1) + shift


class Block(nn.Module):
    def __init__(self, latent, inputs, outputs, side):
        super().__init__()
        if side == 4:
            self.const = nn.Parameter(torch.zeros(1, outputs, 4, 4))
            self.bias = nn.Parameter(torch.zeros(outputs))
            self.conv = Scaled((outputs, outputs, 3, 3))
        else:
            self.conv0_up = Up(inputs, outputs, side)
            self.conv1 = Scaled((outputs, outputs, 3, 3))
        self.first = side == 4
        self.epi1, self.epi2 = Epilogue(latent, outputs), Epilogue(latent, outputs)

    def forward(self, x, w, noise, passed):
        """`passed(k, x)` sees what its layers k = 0 and 1 give."""
        if self.first:
            x = (self.const + self.bias[None, :, None, None]).expand(w.shape[0], -1, -1, -1)
        else:
            x = self.conv0_up(x)
        x = passed(0, self.epi1(x, w[:, 0], noise[0]))
        x = self.conv(x) if self.first else self.conv1(x)
        return passed(1, self.epi2(x, w[:, 1], noise[1]))

    def draw_own(self, rng):
        if not self.first:
            return {}
        shape = self.const.shape
        return {"const": rng.standard_normal(shape), "bias": rng.uniform(-0.1, 0.1, shape[1])}


class Generator(Layered):
    """z N x latent to W+ N x L x latent to pictures; `noise` is a list of L maps N x 1 x r x r."""

    def __init__(self, resolution=1024, widest=512, latent=512, depth=8):
        super().__init__()
        self.layers = 2 * int(math.log2(resolution)) - 2
        self.g_mapping, self.g_synthesis = nn.Module(), nn.Module()
        for i in range(depth):
            self.g_mapping.add_module(f"dense{i}", Scaled((latent, latent), rate=0.01))
        self.g_synthesis.blocks = nn.ModuleDict()
        inputs = widest
        for b in range(self.layers // 2):
            side = 4 * 2**b
            outputs = min(16384 // side, widest)
            self.g_synthesis.blocks[f"{side}x{side}"] = Block(latent, inputs, outputs, side)
            inputs = outputs
        self.g_synthesis.torgb = Scaled((3, inputs, 1, 1), gain=1.0)

    def map(self, z):
        x = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for dense in self.g_mapping.children():
            x = F.leaky_relu(dense(x), 0.2)
        return x[:, None].expand(-1, self.layers, -1)

    def synthesize(self, w, noise):
        x = None
        for b, block in enumerate(self.g_synthesis.blocks.values()):
            two = slice(2 * b, 2 * b + 2)
            x = block(x, w[:, two], noise[two], lambda k, x: self.passed(2 * b + k, x))
        return self.g_synthesis.torgb(x)

    def run(self, w, *noise):
        return self.synthesize(w, noise)

    def generate(self, z, *noise):
        return self.synthesize(self.map(z), noise)
