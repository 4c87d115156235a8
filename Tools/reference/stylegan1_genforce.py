"""StyleGAN v1 (Karras et al. 2019), tensor names and layouts of genforce's generator (form F)."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from pggan import Named, pixel_norm
from stylegan1 import Mean, blur, drawn_labels, with_label
from units import Layered


class Dense(Named):
    """Weights are stored unmultiplied by the rate."""

    def __init__(self, inputs, outputs, gain, rate=1.0):
        super().__init__({"weight": ((outputs, inputs), 1 / rate), "bias": ((outputs,), 0.1 / rate)})
        self.scale, self.rate = gain / math.sqrt(inputs) * rate, rate

    def forward(self, x):
        return F.linear(x, self.weight * self.scale, self.bias * self.rate)


class Noise(Named):
    def __init__(self, channels, side):
        super().__init__({"weight": ((channels,), 0.2)})
        self.register_buffer("noise", torch.zeros(1, 1, side, side))

    def draw_own(self, rng):
        return super().draw_own(rng) | {"noise": rng.standard_normal(self.noise.shape)}


class Layer(Named):
    """kind: const, conv, up (nearest x2, conv, blur) or fused (transposed conv, blur)."""

    def __init__(self, latent, inputs, outputs, side, kind):
        own = {"const": (1, outputs, 4, 4)} if kind == "const" else {"weight": (outputs, inputs, 3, 3)}
        super().__init__({n: (s, 1.0) for n, s in own.items()} | {"bias": ((outputs,), 0.1)})
        self.kind, self.scale = kind, math.sqrt(2 / (9 * inputs))
        self.apply_noise = Noise(outputs, side)
        self.style = Dense(latent, 2 * outputs, 1.0)

    def forward(self, x, w):
        if self.kind == "const":
            x = self.const.expand(len(w), -1, -1, -1)
        else:
            weight = self.weight * self.scale
            if self.kind == "fused":
                k = F.pad(weight, (1, 1, 1, 1)).transpose(0, 1)
                k = k[..., 1:, 1:] + k[..., :-1, 1:] + k[..., 1:, :-1] + k[..., :-1, :-1]
                x = F.conv_transpose2d(x, k, stride=2, padding=1)
            else:
                x = F.interpolate(x, scale_factor=2, mode="nearest") if self.kind == "up" else x
                x = F.conv2d(x, weight, padding=1)
            x = x if self.kind == "conv" else blur(x)
        wide = lambda v: v[..., None, None]
        x = x + self.apply_noise.noise * wide(self.apply_noise.weight) + wide(self.bias)
        x = F.leaky_relu(x, 0.2)
        x = x - x.mean((2, 3), keepdim=True)
        x = x / (x.square().mean((2, 3), keepdim=True) + 1e-8).sqrt()
        scale, shift = wide(self.style(w)).chunk(2, 1)
        return x * (scale + 1) + shift


class ToRGB(Named):
    def __init__(self, inputs):
        super().__init__({"weight": ((3, inputs, 1, 1), 1.0), "bias": ((3,), 0.1)})

    def forward(self, x):
        return F.conv2d(x, self.weight / math.sqrt(x.shape[1]), self.bias)


class Generator(Layered):
    """z N x latent to W+ to pictures; the heads of all sizes are there, the last is used."""

    def __init__(self, resolution=1024, latent=512, widest=512, depth=8, psi=1.0, truncated=8,
                 per_layer=False, final_tanh=False, labels=0):
        super().__init__()
        self.layers = 2 * int(math.log2(resolution)) - 2
        self.latent, self.final_tanh = latent, final_tanh
        rows = self.layers if per_layer else 1
        self.mapping, self.synthesis = nn.Module(), nn.Module()
        if labels:
            self.mapping.label_weight = nn.Parameter(torch.zeros(labels, latent))
        self.truncation = Mean(rows * latent)
        keep = [psi if l < truncated else 1.0 for l in range(self.layers)]
        self.keep = torch.tensor(keep, dtype=torch.float64)[None, :, None]
        for i in range(depth):
            out = latent * (rows if i == depth - 1 else 1)
            first = latent * (2 if labels and i == 0 else 1)
            self.mapping.add_module(f"dense{i}", Dense(first, out, math.sqrt(2), 0.01))
        self.synthesis.register_buffer("lod", torch.zeros(()))
        inputs = widest
        for l in range(self.layers):
            side = 4 * 2 ** (l // 2)
            kind = "const" if l == 0 else "conv" if l % 2 else "up" if side < 128 else "fused"
            outputs = min(16384 // side, widest)
            self.synthesis.add_module(f"layer{l}", Layer(latent, inputs, outputs, side, kind))
            if l % 2:
                self.synthesis.add_module(f"output{l // 2}", ToRGB(outputs))
            inputs = outputs

    def draw_own(self, rng):
        return {"synthesis.lod": 0.0} | drawn_labels(self.mapping, rng)

    def map(self, z, label=None):
        x = pixel_norm(with_label(self.mapping, z, label))
        for dense in self.mapping.children():
            x = F.leaky_relu(dense(x), 0.2)
        return x.view(len(z), -1, self.latent).expand(-1, self.layers, -1)

    def run(self, w, *noise):
        """With noise maps from outside instead of the stored ones."""
        for l, maps in enumerate(noise):
            self.synthesis.get_submodule(f"layer{l}.apply_noise").noise = maps
        x = None
        for l in range(self.layers):
            x = self.passed(l, self.synthesis.get_submodule(f"layer{l}")(x, w[:, l]))
        y = self.synthesis.get_submodule(f"output{self.layers // 2 - 1}")(x)
        return y.tanh() if self.final_tanh else y

    def generate(self, z, label=None):
        mean = self.truncation.w_avg.view(1, -1, self.latent)
        return self.run(mean + (self.map(z, label) - mean) * self.keep)
