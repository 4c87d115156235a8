"""StackGAN (Zhang et al., ICCV 2017) as published in TensorFlow: birds and flowers.

Tensors are named as PrettyTensor names the variables: `scope/kind_k/kind_k/w`, k counted within a scope.
A state_dict has a point before the last part; `variables` puts the slash there. Text N x 1024, z N x Z and
the noise of each conditioning, N x C, are arguments.
"""

import math
from collections import Counter, OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from stackgan_v2 import everywhere


def variables(state):
    return OrderedDict((k.replace(".", "/"), v) for k, v in state.items())


class Kernel(nn.Module):
    """SAME padding, no bias; kernels of 4 at stride 2 and even sizes get one row on each side."""

    def __init__(self, inputs, outputs, kernel=3, stride=1):
        super().__init__()
        self.w = nn.Parameter(torch.empty(kernel, kernel, inputs, outputs))
        self.stride, self.gain = stride, 1.0
        self.padding = max(kernel - stride, 0) // 2

    def draw_own(self, rng):
        deviation = self.gain * math.sqrt(2 / self.w[..., 0].numel())
        return {"w": deviation * rng.standard_normal(self.w.shape)}

    def forward(self, x):
        return F.conv2d(x, self.w.permute(3, 2, 0, 1), None, self.stride, self.padding)


class Scaled(nn.Module):
    def __init__(self, channels):
        super().__init__()
        for name in ("mean", "variance"):
            self.register_buffer(name, torch.empty(channels))
        self.gamma = nn.Parameter(torch.empty(channels))
        self.beta = nn.Parameter(torch.empty(channels))

    def draw_own(self, rng):
        n = len(self.beta)
        return {"gamma": rng.uniform(0.5, 1.5, n), "beta": rng.uniform(-0.1, 0.1, n),
                "mean": rng.uniform(-0.3, 0.3, n), "variance": rng.uniform(0.5, 2.0, n)}

    def forward(self, x):
        return F.batch_norm(x, self.mean, self.variance, self.gamma, self.beta, eps=1e-5)


class Matrix(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.Matrix = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.empty(outputs))
        self.gain = 1.0

    def draw_own(self, rng):
        deviation = self.gain * math.sqrt(2 / len(self.Matrix))
        return {"Matrix": deviation * rng.standard_normal(self.Matrix.shape),
                "bias": rng.uniform(-0.1, 0.1, len(self.bias))}

    def forward(self, x):
        return x @ self.Matrix + self.bias


def leaky(x):
    return F.leaky_relu(x, 0.2)


def twice(x):
    return F.interpolate(x, scale_factor=2)


class Scope(nn.Module):
    """Layers that are named in the order in which they are made."""

    def __init__(self, scope):
        super().__init__()
        self.scope, self.counts = scope, Counter()

    def made(self, kind, layer, inner=None):
        k = self.counts[kind]
        self.counts[kind] += 1
        name = f"{kind}_{k}" if k else kind
        self.add_module(f"{self.scope}/{name}/{inner or name}", layer)
        return layer

    def conv(self, *sizes):
        return self.made("custom_conv2d", Kernel(*sizes))

    def norm(self, channels, kind="conv_batch_norm"):
        return self.made(kind, Scaled(channels))

    def dense(self, *sizes):
        return self.made("custom_fully_connected", Matrix(*sizes), "Linear")

    def conv_norm(self, inputs, outputs, *geometry):
        return [self.conv(inputs, outputs, *geometry), self.norm(outputs)]

    def bottleneck(self, channels, middle, act):
        branch = (self.conv_norm(channels, middle, 1) + [act] + self.conv_norm(middle, middle) + [act]
                  + self.conv_norm(middle, channels))
        return [lambda x: act(x + run(branch, x))]


def run(layers, x):
    for layer in layers:
        x = layer(x)
    return x


class Painter(Scope):
    """A scope that begins with a conditioning."""

    def __init__(self, scope, text, condition):
        super().__init__(scope)
        self.read = [self.dense(text, 2 * condition), leaky]

    def augmented(self, text, epsilon):
        mu, log_sigma = run(self.read, text).chunk(2, 1)
        return mu + log_sigma.exp() * epsilon, mu, log_sigma


class First(Painter):
    def __init__(self, g, z, condition, text):
        super().__init__("g_net", text, condition)
        self.grown = [self.dense(condition + z, 128 * g), self.norm(128 * g, "fc_batch_norm")]
        self.layers = self.bottleneck(8 * g, 2 * g, F.relu)
        self.layers += [twice] + self.conv_norm(8 * g, 4 * g)
        self.layers += self.bottleneck(4 * g, g, F.relu)
        self.layers += [twice] + self.conv_norm(4 * g, 2 * g) + [F.relu]
        self.layers += [twice] + self.conv_norm(2 * g, g) + [F.relu]
        self.last = [self.conv(g, 3)]  # in a list: it has its name already
        self.layers += [twice, *self.last, torch.tanh]
        self.g = g

    def paint(self, code, z):
        h = run(self.grown, torch.cat([code, z], 1))  # the code first
        return run(self.layers, h.view(-1, 4, 4, 8 * self.g).permute(0, 3, 1, 2))


class Second(Painter):
    def __init__(self, g, condition, text):
        super().__init__("hr_g_net", text, condition)
        self.encoder = [self.conv(3, g), F.relu]
        for width in (g, 2 * g):
            self.encoder += self.conv_norm(width, 2 * width, 4, 2) + [F.relu]
        self.layers = self.conv_norm(4 * g + condition, 4 * g) + [F.relu]
        self.branches = []
        for _ in range(4):
            branch = self.conv_norm(4 * g, 4 * g) + [F.relu] + self.conv_norm(4 * g, 4 * g)
            self.branches.append(branch)
            self.layers.append(lambda x, branch=branch: F.relu(x + run(branch, x)))
        for k in range(4):
            width = 4 * g >> k
            self.layers += [twice] + self.conv_norm(width, width // 2) + [F.relu]
        self.last = [self.conv(g // 4, 3)]
        self.layers += [*self.last, torch.tanh]

    def refined(self, image, code):
        e = run(self.encoder, image)
        return run(self.layers, torch.cat([e, everywhere(code, e)], 1))


class Generator(nn.Module):
    """Stage-I, or both. The scopes are in the names of the layers already."""

    def __init__(self, g=128, z=100, condition=128, text=1024, stages=2):
        super().__init__()
        self.stages = [First(g, z, condition, text)]
        self.stages += [Second(g, condition, text)] if stages == 2 else []
        for stage in self.stages:
            for name, layer in stage.named_children():
                self.add_module(name, layer)

    def codes(self, text, *epsilons):
        return [stage.augmented(text, e)[0] for stage, e in zip(self.stages, epsilons)]

    def forward(self, text, z, *epsilons):
        code, mu, log_sigma = self.stages[0].augmented(text, epsilons[0])
        pictures = [self.stages[0].paint(code, z)]
        if len(self.stages) == 2:
            code, mu, log_sigma = self.stages[1].augmented(text, epsilons[1])
            pictures.append(self.stages[1].refined(pictures[0], code))
        return *pictures, mu, log_sigma


class Discriminator(Scope):
    """Of Stage-I (64) or Stage-II (256): a number, not yet a probability. It reads the text itself."""

    def __init__(self, size=256, d=64, condition=128, text=1024):
        super().__init__("d_net" if size == 64 else "hr_d_net")
        self.read = [self.dense(text, condition), leaky]
        self.layers = [self.conv(3, d, 4, 2), leaky] + self.conv_norm(d, 2 * d, 4, 2) + [leaky]
        if size == 64:
            self.layers += self.conv_norm(2 * d, 4 * d, 4, 2) + self.conv_norm(4 * d, 8 * d, 4, 2)
        else:
            for width in (2 * d, 4 * d, 8 * d, 16 * d):
                self.layers += self.conv_norm(width, 2 * width, 4, 2) + [leaky]
            self.layers += self.conv_norm(32 * d, 16 * d, 1) + [leaky]
            self.layers += self.conv_norm(16 * d, 8 * d, 1)
        self.layers += self.bottleneck(8 * d, 2 * d, leaky)
        self.joint = self.conv_norm(8 * d + condition, 8 * d, 1) + [leaky]
        self.last = [self.conv(8 * d, 1, 4, 4)]

    def forward(self, image, text):
        x = run(self.layers, image)
        c = everywhere(run(self.read, text), x)
        logit = run(self.joint + self.last, torch.cat([x, c], 1)).flatten()
        return logit.sigmoid(), logit
