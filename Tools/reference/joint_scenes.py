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

    def __init__(self, entries=111, word=64, hidden=128, size=128):
        super().__init__(word, hidden)
        self.word_embedding = nn.Embedding(entries, word)
        self.mu = nn.Linear(hidden, size)

    def forward(self, ids, lengths):
        return unit(self.mu(self.encode(self.word_embedding(ids), lengths)[1]))


def seen(width):
    """A picture to maps of 4 `width` channels at an eighth of its size."""
    b = width
    half = lambda i, o: [nn.Conv2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU()]
    return nn.Sequential(
        *half(3, b), *half(b, 2 * b), *half(2 * b, 4 * b),
        nn.Conv2d(4 * b, 4 * b, 3, padding=1, bias=False), nn.BatchNorm2d(4 * b), nn.ReLU())


class Looker(nn.Module):
    """Pictures N x 3 x S x S in [-1,1] to unit vectors N x size.

    Each of `slots` weighs the places of the maps (a softmax) and has the mean of the maps there: what
    is seen at one part of the subject, wherever that is.
    """

    def __init__(self, width=32, slots=12, size=128):
        super().__init__()
        self.seen = seen(width)
        self.where = nn.Conv2d(4 * width, slots, 1)
        self.mu = nn.Linear(4 * width * slots, size)

    def forward(self, image):
        maps = self.seen(image)
        where = F.softmax(self.where(maps).flatten(2), 2)
        what = torch.einsum("nsp,ncp->nsc", where, maps.flatten(2))
        return unit(self.mu(what.flatten(1)))


class Joint(nn.Module):
    """Both, named as one file has them."""

    def __init__(self, entries=111, word=64, hidden=128, width=32, slots=12, size=128):
        super().__init__()
        self.text = Reader(entries, word, hidden, size)
        self.image = Looker(width, slots, size)
