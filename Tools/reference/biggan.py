"""BigGAN and its deep form (Brock et al. 2019), tensor names of BigGAN-PyTorch, evaluation mode.

Spectral norm takes one power iteration from the stored vector u0; nothing is updated.
"""

import torch
from torch import nn

from units import Layered


def unit(v, epsilon):
    return v / v.norm().clamp(min=epsilon)


class Spectral(nn.Module):
    """A weight with its stored singular vector and value; `normalised` divides by sigma."""

    def __init__(self, shape, bias, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(shape[0])) if bias else None
        self.register_buffer("u0", torch.zeros(1, shape[0]))
        self.register_buffer("sv0", torch.ones(1))
        self.epsilon = epsilon

    def normalised(self):
        matrix = self.weight.flatten(1)
        v = unit(self.u0 @ matrix, self.epsilon)
        u = unit(v @ matrix.T, self.epsilon)
        return self.weight / (v @ matrix.T @ u.T).squeeze()

    def draw_own(self, rng):
        fan = self.weight[0].numel()
        return {
            "weight": rng.standard_normal(self.weight.shape) * (2 / fan) ** 0.5,
            "bias": rng.uniform(-0.1, 0.1, self.weight.shape[0]),
            "u0": rng.standard_normal(self.u0.shape),
            "sv0": rng.uniform(0.5, 2, 1),
        }


class SNConv(Spectral):
    def __init__(self, inputs, outputs, kernel, epsilon, bias=True):
        super().__init__((outputs, inputs, kernel, kernel), bias, epsilon)

    def forward(self, x):
        padding = self.weight.shape[-1] // 2
        return nn.functional.conv2d(x, self.normalised(), self.bias, padding=padding)


class SNLinear(Spectral):
    def __init__(self, inputs, outputs, epsilon, bias=False):
        super().__init__((outputs, inputs), bias, epsilon)

    def forward(self, x):
        return nn.functional.linear(x, self.normalised(), self.bias)


class ConditionalNorm(nn.Module):
    def __init__(self, channels, condition, epsilon, spectral):
        super().__init__()
        self.gain = SNLinear(condition, channels, spectral)
        self.bias = SNLinear(condition, channels, spectral)
        self.register_buffer("stored_mean", torch.zeros(channels))
        self.register_buffer("stored_var", torch.ones(channels))
        self.epsilon = epsilon

    def forward(self, x, condition):
        y = nn.functional.batch_norm(x, self.stored_mean, self.stored_var, eps=self.epsilon)
        gain, bias = self.gain(condition), self.bias(condition)
        return y * (1 + gain[:, :, None, None]) + bias[:, :, None, None]

    def draw_own(self, rng):
        n = self.stored_mean.shape
        return {"stored_mean": rng.uniform(-0.3, 0.3, n), "stored_var": rng.uniform(0.5, 2, n)}


class UpBlock(nn.Module):
    """x N x C x H x W and a condition N x D (class embedding, chunk of z) to twice the size."""

    def __init__(self, inputs, outputs, condition=148, epsilon=1e-5, spectral=1e-6):
        super().__init__()
        self.conv1 = SNConv(inputs, outputs, 3, spectral)
        self.conv2 = SNConv(outputs, outputs, 3, spectral)
        self.conv_sc = SNConv(inputs, outputs, 1, spectral)
        self.bn1 = ConditionalNorm(inputs, condition, epsilon, spectral)
        self.bn2 = ConditionalNorm(outputs, condition, epsilon, spectral)

    def forward(self, x, condition):
        up = lambda y: nn.functional.interpolate(y, scale_factor=2, mode="nearest")
        h = self.conv1(up(self.bn1(x, condition).relu()))
        h = self.conv2(self.bn2(h, condition).relu())
        return h + self.conv_sc(up(x))


def attend(theta, phi, g):
    """Places ask with theta, every second one answers with phi and g (Zhang et al. 2019)."""
    pooled = lambda y: nn.functional.max_pool2d(y, 2).flatten(2)
    beta = (theta.flatten(2).transpose(1, 2) @ pooled(phi)).softmax(-1)
    return (pooled(g) @ beta.transpose(1, 2)).view(g.shape)


class Attention(nn.Module):
    def __init__(self, channels, spectral):
        super().__init__()
        self.theta = SNConv(channels, channels // 8, 1, spectral, bias=False)
        self.phi = SNConv(channels, channels // 8, 1, spectral, bias=False)
        self.g = SNConv(channels, channels // 2, 1, spectral, bias=False)
        self.o = SNConv(channels // 2, channels, 1, spectral, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return self.gamma * self.o(attend(self.theta(x), self.phi(x), self.g(x))) + x

    def draw_own(self, rng):
        return {"gamma": 0.7}


class OutputNorm(nn.Module):
    """The last norm has an epsilon of 1e-5, whatever the others have. `gained` keeps synthetic pictures
    out of saturation: a gain of the convolution behind it would be lost in its spectral norm."""

    gained = 0.5

    def __init__(self, channels):
        super().__init__()
        self.gain, self.bias = (nn.Parameter(torch.zeros(channels)) for _ in range(2))
        self.register_buffer("stored_mean", torch.zeros(channels))
        self.register_buffer("stored_var", torch.ones(channels))

    def forward(self, x):
        return nn.functional.batch_norm(
            x, self.stored_mean, self.stored_var, self.gain, self.bias, eps=1e-5)

    def draw_own(self, rng):
        n = self.gain.shape
        return {
            "gain": self.gained * rng.uniform(0.5, 1.5, n), "bias": rng.uniform(-0.1, 0.1, n),
            "stored_mean": rng.uniform(-0.3, 0.3, n), "stored_var": rng.uniform(0.5, 2, n)}


WIDTHS = {
    32: (4, 4, 4, 4), 64: (16, 16, 8, 4, 2), 128: (16, 16, 8, 4, 2, 1),
    256: (16, 16, 8, 8, 4, 2, 1), 512: (16, 16, 8, 8, 4, 2, 1, 1)}
CODES = {256: 140, 512: 128}


def truncated_normal(rows, truncation):
    """Of rows N x K x D the first number at each place inside -2 ... 2, scaled."""
    first = (rows.abs() < 2).int().argmax(1, keepdim=True)
    return rows.gather(1, first)[:, 0] * truncation


class Generator(Layered):
    """z N x (slots * chunk) and a class number to a picture; hierarchical noise."""

    def __init__(self, resolution=128, ch=96, classes=1000, embedded=128, codes=None, attention=64,
                 epsilon=1e-5, spectral=1e-6):
        super().__init__()
        widths = [ch * k for k in WIDTHS[resolution]]
        self.chunk = (codes or CODES.get(resolution, 120)) // len(widths)
        self.shared = nn.Embedding(classes, embedded)
        self.linear = SNLinear(self.chunk, 16 * widths[0], spectral, bias=True)
        self.blocks = nn.ModuleList()
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            stage = [UpBlock(inputs, outputs, embedded + self.chunk, epsilon, spectral)]
            if 8 * 2**i == attention:
                stage.append(Attention(outputs, spectral))
            self.blocks.append(nn.ModuleList(stage))
        self.output_layer = nn.Sequential(
            OutputNorm(widths[-1]), nn.ReLU(), SNConv(widths[-1], 3, 3, spectral))

    def generate(self, z, label):
        return self.synthesize(z, self.shared(label))

    def synthesize(self, z, category):
        first, *rest = z.split(self.chunk, 1)
        x = self.linear(first).view(len(z), -1, 4, 4)
        for i, (stage, part) in enumerate(zip(self.blocks, rest)):
            x = stage[0](x, torch.cat([category, part], 1))
            for attention in stage[1:]:
                x = attention(x)
            x = self.passed(i, x)
        return self.output_layer(x).tanh()


class DeepBlock(nn.Module):
    """A quarter of the channels inside; past it go the first channels of the input."""

    def __init__(self, inputs, outputs, up, condition, epsilon, spectral):
        super().__init__()
        inner = inputs // 4
        self.outputs, self.up = outputs, up
        sizes = [(inputs, inner, 1), (inner, inner, 3), (inner, inner, 3), (inner, outputs, 1)]
        for k, (i, o, kernel) in enumerate(sizes, 1):
            self.add_module(f"bn{k}", ConditionalNorm(i, condition, epsilon, spectral))
            self.add_module(f"conv{k}", SNConv(i, o, kernel, spectral))

    def forward(self, x, condition):
        grown = lambda y: nn.functional.interpolate(y, scale_factor=2, mode="nearest") \
            if self.up else y
        h = self.conv1(self.bn1(x, condition).relu())
        h = self.conv2(grown(self.bn2(h, condition).relu()))
        h = self.conv3(self.bn3(h, condition).relu())
        h = self.conv4(self.bn4(h, condition).relu())
        return h + grown(x[:, : self.outputs])


class Deep(Layered):
    """BigGANdeep of BigGAN-PyTorch: z N x codes, whole in each norm; no weights were published."""

    def __init__(self, resolution=128, ch=128, classes=1000, embedded=128, codes=128, attention=64,
                 epsilon=1e-5, spectral=1e-6):
        super().__init__()
        widths = [ch * k for k in WIDTHS[resolution]]
        self.shared = nn.Embedding(classes, embedded)
        condition = embedded + codes
        self.linear = SNLinear(condition, 16 * widths[0], spectral, bias=True)
        self.blocks = nn.ModuleList()
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            for up, out in ((False, inputs), (True, outputs)):
                stage = [DeepBlock(inputs, out, up, condition, epsilon, spectral)]
                if up and 8 * 2**i == attention:
                    stage.append(Attention(out, spectral))
                self.blocks.append(nn.ModuleList(stage))
        self.output_layer = nn.Sequential(
            OutputNorm(widths[-1]), nn.ReLU(), SNConv(widths[-1], 3, 3, spectral))

    def generate(self, z, label):
        condition = torch.cat([self.shared(label), z], 1)
        x = self.linear(condition).view(len(z), -1, 4, 4)
        for i, stage in enumerate(self.blocks):
            x = stage[0](x, condition)
            for attention in stage[1:]:
                x = attention(x)
            x = self.passed(i, x)
        return self.output_layer(x).tanh()
