"""Captions and pictures of drawn scenes as unit vectors of one space, trained by the symmetric structured
joint embedding (Reed, Akata, Lee, Schiele, CVPR 2016, equations 2 to 4)."""

import torch
from torch import nn
from torch.nn import functional as F

import tagan


def unit(x):
    """Rows at length 1."""
    return x / (x ** 2).sum(1, keepdim=True).sqrt()


class Reader(tagan.SentenceEncoder):
    """Word ids N x T and lengths N to unit vectors N x size."""

    def __init__(self, entries=111, word=64, hidden=192, size=128):
        super().__init__(word, hidden)
        self.word_embedding = nn.Embedding(entries, word)
        self.mu = nn.Linear(hidden, size)

    def forward(self, ids, lengths):
        return unit(self.mu(self.encode(self.word_embedding(ids), lengths)[1]))


def conv_norm(inputs, outputs, kernel=3, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=False),
                         nn.BatchNorm2d(outputs))


class Looker(nn.Module):
    """Pictures N x 3 x S x S in [-1,1] to unit vectors N x size.

    Each of `slots` weighs the places of the maps, a quarter as large as the picture (a softmax), and has
    the mean of the maps there: what is seen at one part of the subject, wherever that is.
    """

    def __init__(self, width=24, slots=12, size=128):
        super().__init__()
        b = width
        self.one, self.two = conv_norm(3, b, 4, 2), conv_norm(b, 2 * b, 4, 2)
        self.three, self.four = conv_norm(2 * b, 4 * b, 4, 2), conv_norm(4 * b, 4 * b)
        self.back = conv_norm(6 * b, 3 * b)
        self.where = nn.Conv2d(3 * b, slots, 1)
        self.mu = nn.Linear(3 * b * slots, size)

    def maps(self, image):
        near = self.two(self.one(image).relu()).relu()
        wide = self.four(self.three(near).relu()).relu()
        wide = F.interpolate(wide, scale_factor=2.0)
        return self.back(torch.cat([wide, near], 1)).relu()

    def looked(self, image):
        """The vectors, and the logits of the places, N x slots x S/4 x S/4."""
        maps = self.maps(image)
        where = self.where(maps)
        shares = F.softmax(where.flatten(2), 2)
        what = torch.einsum("nsp,ncp->nsc", shares, maps.flatten(2))
        return unit(self.mu(what.flatten(1))), where

    def forward(self, image):
        return self.looked(image)[0]


class Joint(nn.Module):
    """Both, named as one file has them."""

    def __init__(self, entries=111, word=64, hidden=192, width=24, slots=12, size=128):
        super().__init__()
        self.text = Reader(entries, word, hidden, size)
        self.image = Looker(width, slots, size)
