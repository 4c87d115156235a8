"""char-CNN-RNN (Reed et al., CVPR 2016) with the tensor names of its port to PyTorch.

Ids are N x length, 1 to 70; 0 is a column of zeros. `sizes` are the outputs of the three
convolutions and of the projection.
"""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F


class Recurrence(nn.Module):
    """Rows N x T x D to their mean state N x D. The first state has neither gates nor a hidden part."""

    def __init__(self, size, gated):
        super().__init__()
        self.gated = gated
        names = ["i2h", "h2h"]
        if gated:
            names += ["i2h_update", "h2h_update", "i2h_reset", "h2h_reset"]
        for name in names:
            self.add_module(name, nn.Linear(size, size))

    def step(self, x, h):
        if not self.gated:
            return F.relu(self.i2h(x) + self.h2h(h))
        u = torch.sigmoid(self.i2h_update(x) + self.h2h_update(h))
        r = torch.sigmoid(self.i2h_reset(x) + self.h2h_reset(h))
        return u * torch.tanh(self.i2h(x) + self.h2h(r * h)) + (1 - u) * h

    def forward(self, rows):
        first = self.i2h(rows[:, 0])
        states = [torch.tanh(first) if self.gated else F.relu(first)]
        for t in range(1, rows.shape[1]):
            states.append(self.step(rows[:, t], states[-1]))
        return torch.stack(states).mean(0)


class Encoder(nn.Module):
    def __init__(self, sizes=(384, 512, 512, 1024), gated=True, pool=False):
        super().__init__()
        self.pool = pool
        self.conv1 = nn.Conv1d(70, sizes[0], 4)
        self.conv2 = nn.Conv1d(sizes[0], sizes[1], 4)
        self.conv3 = nn.Conv1d(sizes[1], sizes[2], 4)
        self.rnn = Recurrence(sizes[2], gated)
        self.emb_proj = nn.Linear(sizes[2], sizes[3])

    def forward(self, ids):
        letters = F.one_hot(ids, 71)[:, :, 1:].transpose(1, 2).to(self.conv1.weight.dtype)
        x = F.max_pool1d(F.threshold(self.conv1(letters), 1e-6, 0), 3, 3)
        x = F.max_pool1d(F.threshold(self.conv2(x), 1e-6, 0), 3, 3)
        x = F.threshold(self.conv3(x), 1e-6, 0)
        if self.pool:
            x = F.max_pool1d(x, 3, 2)
        return self.emb_proj(self.rnn(x.transpose(1, 2)))


PLACES = {
    "conv1": (1, 0), "conv2": (1, 3), "conv3": (1, 6),
    "rnn.i2h": (3, 1, 0), "rnn.h2h": (3, 14, 0),
    "rnn.i2h_update": (3, 4, 0), "rnn.h2h_update": (3, 5, 0),
    "rnn.i2h_reset": (3, 9, 0), "rnn.h2h_reset": (3, 10, 0),
    "emb_proj": (5,),
}
"""Where a layer lies in the tree of Torch7 modules, counted from 0, if it is gated."""


def torch7(state, gated, prefix=""):
    """A state under the names of Torch7, kernels with time outside."""
    places = PLACES | ({} if gated else {"rnn.h2h": (3, 5, 0)})
    result = OrderedDict()
    for name, tensor in state.items():
        layer, _, leaf = name.rpartition(".")
        path = ".".join(f"modules.{k + 1}" for k in places[layer])
        if tensor.ndim == 3:
            tensor = tensor.transpose(1, 2).reshape(len(tensor), -1)
        result[f"{prefix}{path}.{leaf}"] = tensor
    return result
