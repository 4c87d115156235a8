"""What generators share that can be looked into: layers whose features are put out, given, or edited
(Bau et al. 2019: x' = x (1 - a) + value a)."""

from torch import nn


def edited(x, units, places, values):
    """`units` and `values` N x C, `places` N x H x W."""
    a = units[:, :, None, None] * places[:, None]
    return x * (1 - a) + values[:, :, None, None] * a


class Layered(nn.Module):
    """A generator that calls `passed(number, x)` after each layer, and the layers in `run(*inputs)`,
    which is its `generate` if it says nothing else.

    `role` is what `forward` does: generate, or another method; features, what layer `tap` gives;
    finish, a picture from such features, the first input; edit, a picture and the features before the
    edit, the last three inputs being units, places and values."""

    role, tap = "generate", None
    instead = staticmethod(lambda x: x)

    def at(self, role, tap):
        self.role, self.tap = role, tap
        return self

    def run(self, *inputs):
        return self.generate(*inputs)

    def passed(self, number, x):
        if number != self.tap:
            return x
        self.seen = x
        return self.instead(x)

    def forward(self, *inputs):
        if self.role == "finish":
            features, *inputs = inputs
            self.instead = lambda x: features
            return self.run(*inputs)
        if self.role == "edit":
            *inputs, units, places, values = inputs
            self.instead = lambda x: edited(x, units, places, values)
            return self.run(*inputs), self.seen
        if self.role == "features":
            self.run(*inputs)
            return self.seen
        return getattr(self, self.role)(*inputs)
