"""The segmenter of drawn scenes: a small U-net (Ronneberger et al., 2015) at 64 x 64 pixels."""

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 11  # ten parts, then everything that is no part


def _layer(inputs, outputs, stride=1):
    """A convolution and batch norm; one that halves the picture has a kernel of 4 x 4."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 4 if stride == 2 else 3, stride, 1, bias=False),
        nn.BatchNorm2d(outputs), nn.ReLU())


class Segmenter(nn.Module):
    """Pictures N x 3 x S x S in [-1,1], S a multiple of 8, to logits N x classes x S x S."""

    def __init__(self, width=12, classes=CLASSES):
        super().__init__()
        w = width
        self.stem, self.down1 = _layer(3, w), _layer(w, 2 * w, 2)
        self.down2, self.same2 = _layer(2 * w, 4 * w, 2), _layer(4 * w, 4 * w)
        self.down3 = _layer(4 * w, 8 * w, 2)
        self.deep1, self.deep2 = _layer(8 * w, 8 * w), _layer(8 * w, 8 * w)
        self.up2 = _layer(12 * w, 4 * w)
        self.up1 = _layer(6 * w, 3 * w)
        self.up0 = _layer(4 * w, 2 * w)
        self.scores = nn.Conv2d(2 * w, classes, 1)

    def forward(self, picture):
        def joined(small, large):
            return torch.cat([F.interpolate(small, scale_factor=2.0), large], 1)

        a = self.stem(picture)
        b = self.down1(a)
        c = self.same2(self.down2(b))
        d = self.down3(c)
        d = d + self.deep1(d)
        d = d + self.deep2(d)
        y = self.up2(joined(d, c))
        y = self.up1(joined(y, b))
        return self.scores(self.up0(joined(y, a)))

class Parts(Segmenter):
    """The same as the page gives it: the logits of each class, N x S x S, one by one."""

    def forward(self, picture):
        return super().forward(picture).unbind(1)
