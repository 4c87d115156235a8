"""BigGAN's up-block (Brock et al. 2019), tensor names of BigGAN-PyTorch, evaluation mode.

Spectral norm takes one power iteration from the stored vector u0; nothing is updated.
"""

import torch
from torch import nn


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
    def __init__(self, inputs, outputs, kernel, epsilon):
        super().__init__((outputs, inputs, kernel, kernel), True, epsilon)

    def forward(self, x):
        padding = self.weight.shape[-1] // 2
        return nn.functional.conv2d(x, self.normalised(), self.bias, padding=padding)


class SNLinear(Spectral):
    def __init__(self, inputs, outputs, epsilon):
        super().__init__((outputs, inputs), False, epsilon)

    def forward(self, x):
        return x @ self.normalised().T


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
