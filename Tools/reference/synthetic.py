"""Seeded weights that keep the numbers of a network near unit variance.

He scale for convolutions and linear layers; batch norm with mean +-0.3, variance 0.5 to 2, scale
0.5 to 1.5; small biases; orthodox scales for recurrences. A module with tensors of its own draws
them in `draw_own(rng)`. `gains` multiplies the weight of a named layer, which is how last layers
are kept out of saturation.
"""

import math
from collections import OrderedDict

import numpy
import torch
from torch import nn

import drawn


def _draw(module, rng):
    """Values for the tensors that `module` itself owns, by local name."""
    small = lambda n: rng.uniform(-0.1, 0.1, n)
    if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Linear)):
        fan = module.weight[0].numel()
        values = {"weight": rng.standard_normal(module.weight.shape) * math.sqrt(2 / fan)}
        if module.bias is not None:
            values["bias"] = small(module.bias.shape)
        return values
    if isinstance(module, nn.ConvTranspose2d):
        rows, columns = module.weight.shape[2:]
        fan = module.weight.shape[0] * rows * columns / (module.stride[0] * module.stride[1])
        values = {"weight": rng.standard_normal(module.weight.shape) * math.sqrt(2 / fan)}
        if module.bias is not None:
            values["bias"] = small(module.bias.shape)
        return values
    if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
        n = module.num_features
        return {
            "weight": rng.uniform(0.5, 1.5, n),
            "bias": small(n),
            "running_mean": rng.uniform(-0.3, 0.3, n),
            "running_var": rng.uniform(0.5, 2.0, n),
            "num_batches_tracked": 1000,
        }
    if isinstance(module, nn.LayerNorm):
        n = module.normalized_shape
        return {"weight": rng.uniform(0.5, 1.5, n), "bias": small(n)}
    if isinstance(module, nn.Embedding):
        return {"weight": rng.standard_normal(module.weight.shape)}
    if isinstance(module, (nn.LSTM, nn.GRU, nn.GRUCell)):
        values = {}
        for name, tensor in module.named_parameters():
            scale = 1 / math.sqrt(tensor.shape[-1])
            shape = tensor.shape
            values[name] = small(shape) if "bias" in name else rng.standard_normal(shape) * scale
        return values
    return {}


register = None
"""With a `drawn.Register` tensors are drawn as the tests can draw them."""


def _values(part, rng):
    """The tensors that a part of a module draws, by local name."""
    values = _draw(part, rng)
    if hasattr(part, "draw_own"):
        values.update(part.draw_own(rng))
    return values


def fill(module, seed, gains=None):
    """Draws every tensor of `module` (float32, then float64) and puts it into evaluation mode.

    Returns the state as float32 tensors, in the order of the module's state_dict.
    """
    rng = numpy.random.default_rng(seed)
    gains = dict(gains or {})
    state = OrderedDict((k, None) for k in module.state_dict())
    for prefix, part in module.named_modules():
        values = _values(part, rng)
        ends = [_values(part, drawn.Bounds(end)) for end in (-1, 1)] if register else None
        gain = gains.pop(prefix, 1.0)
        for name, value in values.items():
            key = f"{prefix}.{name}" if prefix else name
            if key not in state or state[key] is not None:  # an owner's draw comes first
                continue
            if isinstance(value, int):
                state[key] = torch.tensor(value)
                continue
            factor = gain if "weight" in name else 1.0
            found = register and register.draw(
                1000 * seed + len(register.recipes), *[end[name] for end in ends], factor)
            state[key] = torch.tensor(value * factor if found is None else found, dtype=torch.float32)
    missing = [k for k, v in state.items() if v is None]
    if missing or gains:
        raise ValueError(f"no values for {missing}, no layers for gains {sorted(gains)}")
    load(module, state)
    return state


def load(module, state):
    """Loads a float32 state strictly and turns the module to float64 evaluation."""
    module.load_state_dict(state, strict=True)
    module.double().eval()
    for p in module.parameters():
        p.requires_grad_(False)
    return module
