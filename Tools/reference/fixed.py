"""Networks of real.py whose checkpoints have names that no module gives, as modules for synthetic weights."""

import torch
from torch import nn

import real


class Named(nn.Module):
    """Tensors under the names of a file, and a function of them. `shapes` are by name; the last axis of
    a kernel is that of its outputs, unless it is in `turned`."""

    def __init__(self, shapes, run, turned=()):
        super().__init__()
        self.run, self.turned = run, turned
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))

    def forward(self, *inputs):
        return self.run(self.state_dict(), *inputs)

    def draw_own(self, rng):
        values = {}
        for name, tensor in self.named_parameters():
            shape = tensor.shape
            if len(shape) > 1:
                fan = tensor.numel() / shape[-2 if name in self.turned else -1]
                values[name] = rng.standard_normal(shape) * (2 / fan) ** 0.5
            elif name.endswith("variance"):
                values[name] = rng.uniform(0.5, 2.0, shape)
            elif name.endswith("gamma") or self.scales(name):
                values[name] = rng.uniform(0.5, 1.5, shape)
            else:
                values[name] = rng.uniform(-0.3, 0.3, shape)
        return values

    @staticmethod
    def scales(name):
        """Of the three tensors of a layer of style-wave the last is a scale."""
        head, _, number = name.partition("_")
        return head == "Variable" and int(number or 0) % 3 == 2


def tiny_darknet(part):
    """The logits, or the means of four taps."""
    widths = [3, 16, 32, 16, 128, 16, 128, 32, 256, 32, 256, 64, 512, 64, 512, 128, 1000]
    shapes = {}
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:]), 1):
        kernel = 3 if i in (1, 2, 4, 6, 8, 10, 12, 14) else 1
        shapes[f"conv2d_{i}/kernel"] = (kernel, kernel, inputs, outputs)
        for name in ("gamma", "beta", "moving_mean", "moving_variance") if i < 16 else ():
            shapes[f"batch_normalization_{i}/{name}"] = (outputs,)
    shapes["conv2d_16/bias"] = (1000,)

    def run(state, x):
        logits, taps = real.tiny_darknet(state, x)
        return (logits,) if part == "classify" else tuple(taps.values())

    return Named(shapes, run)


def style_wave():
    sizes = [(9, 3, 32), (3, 32, 64), (3, 64, 128)] + 10 * [(3, 128, 128)]
    sizes += [(3, 64, 128), (3, 32, 64), (9, 32, 3)]  # the first two of these are turned: out x in
    shapes = {}
    for layer, (kernel, first, second) in enumerate(sizes):
        outputs = first if layer in (13, 14) else second
        for k, shape in enumerate([(kernel, kernel, first, second), (outputs,), (outputs,)]):
            shapes[f"Variable_{3 * layer + k}" if layer + k else "Variable"] = shape
    return Named(shapes, real.style_wave, ("Variable_39", "Variable_42"))


class Shapes(nn.Module):
    """The text encoder of drawn shapes in any size."""

    def __init__(self, entries=15, length=10, width=128, layers=2):
        super().__init__()
        self.token_emb, self.pos_emb = nn.Embedding(entries, width), nn.Embedding(length, width)
        layer = nn.TransformerEncoderLayer(width, 4, 4 * width, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.lm_head = nn.Linear(width, entries)

    def forward(self, ids):
        x = self.transformer_encoder(self.token_emb(ids) + self.pos_emb.weight)
        return x, x.mean(1), self.lm_head(x)

    def draw_own(self, rng):
        values = {}
        for name, tensor in self.named_parameters():
            if name.endswith("in_proj_weight"):
                values[name] = rng.standard_normal(tensor.shape) * (2 / tensor.shape[1]) ** 0.5
            elif name.endswith("in_proj_bias"):
                values[name] = rng.uniform(-0.1, 0.1, tensor.shape)
        return values
