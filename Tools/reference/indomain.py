"""The encoder of In-Domain inversion (Zhu et al. 2020), names of the genforce port."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Norm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        return self.bn(x)


class Shift(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return x + self.bias[None, :, None, None]

    def draw_own(self, rng):
        return {"bias": rng.uniform(-0.1, 0.1, self.bias.shape)}


class First(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(3, outputs, 3, padding=1, bias=False), Norm(outputs)

    def forward(self, x):
        return F.leaky_relu(self.bn(self.conv(x)), 0.2)


class Residual(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        middle = min(inputs, outputs)
        self.changes = inputs != outputs
        if self.changes:
            self.conv, self.bn = nn.Conv2d(inputs, outputs, 1, bias=False), Norm(outputs)
        self.conv1 = nn.Conv2d(inputs, middle, 3, padding=1, bias=False)
        self.wscale1, self.bn1 = Shift(middle), Norm(middle)
        self.conv2 = nn.Conv2d(middle, outputs, 3, padding=1, bias=False)
        self.wscale2, self.bn2 = Shift(outputs), Norm(outputs)

    def forward(self, x):
        x = F.avg_pool2d(x, 2)
        y = F.leaky_relu(self.bn1(self.wscale1(self.conv1(x))), 0.2)
        y = F.leaky_relu(self.bn2(self.wscale2(self.conv2(y))), 0.2)
        return y + (F.leaky_relu(self.bn(self.conv(x)), 0.2) if self.changes else x)


class Last(nn.Module):
    def __init__(self, inputs, codes):
        super().__init__()
        self.fc, self.bn = nn.Linear(inputs, codes, bias=False), Norm(codes)

    def forward(self, x):
        x = F.linear(x.flatten(1), self.fc.weight / math.sqrt(self.fc.in_features))
        return self.bn(x[:, :, None, None])[:, :, 0, 0]

    def draw_own(self, rng):
        return {"fc.weight": rng.standard_normal(self.fc.weight.shape)}


class Encoder(nn.Module):
    """Pictures in -1 to 1 to N x layers x 512."""

    def __init__(self, size=256):
        super().__init__()
        steps = int(math.log2(size))
        self.codes = 2 * (steps - 1)
        width = lambda i: min(64 * 2**i, 1024)
        self.block0 = First(64)
        for i in range(1, steps - 1):
            self.add_module(f"block{i}", Residual(width(i - 1), width(i)))
        self.add_module(f"block{steps - 1}", Last(width(steps - 2) * 16, self.codes * 512))

    def forward(self, x):
        for block in self.children():
            x = block(x)
        return x.view(-1, self.codes, 512)
