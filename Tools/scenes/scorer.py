"""The scorer: which parts a picture shows, in which named colours, and whether of a bird or a flower.

It is a small U-net of its own: no weights, data order or layers are shared with the generator's
discriminator. It learns from drawn scenes alone and judges what the generator draws.
"""

import os
import sys

import torch
from torch import nn
from torch.nn import functional as F

from meaning import ALL_PARTS
from vocabulary import COLOURS

PARTS = len(ALL_PARTS)
FEATURES = 64  # of each place of the 4 x 4 map by which pictures are compared


def _conv(inputs, outputs, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 4 if stride == 2 else 3, stride, 1, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU())


class Scorer(nn.Module):
    """Pictures N x 3 x 64 x 64 in [-1,1] to a `Reading`."""

    def __init__(self):
        super().__init__()
        self.one, self.two = _conv(3, 16), _conv(16, 24, 2)
        self.three, self.four, self.five = _conv(24, 48, 2), _conv(48, 64, 2), _conv(64, FEATURES, 2)
        self.back4 = _conv(FEATURES + 64, 64)
        self.back3, self.back2 = _conv(64 + 48, 48), _conv(48 + 24, 32)
        self.maps = nn.Conv2d(32, PARTS, 1)
        self.colour = nn.Sequential(nn.Linear(3 + 24 + 32, 64), nn.ReLU(),
                                    nn.Linear(64, len(COLOURS)))
        self.subject = nn.Linear(FEATURES, 1)
        self.size = nn.Parameter(torch.tensor([1.0, 0.0]))

    def forward(self, picture):
        a = self.two(self.one(picture))
        b = self.three(a)
        c = self.four(b)
        d = self.five(c)
        double = lambda x: F.interpolate(x, scale_factor=2.0)
        y = self.back4(torch.cat([double(d), c], 1))
        y = self.back3(torch.cat([double(y), b], 1))
        y = self.back2(torch.cat([double(y), a], 1))
        maps = self.maps(y).float()
        weights = maps.sigmoid().flatten(2)
        area = weights.sum(2)
        seen = torch.cat([F.avg_pool2d(picture, 2), a.float(), y.float()], 1).flatten(2)
        pooled = torch.einsum("npi,nci->npc", weights, seen) / (area + 1e-3)[:, :, None]
        return Reading(maps, torch.log(area + 1e-3), self.colour(pooled).float(),
                       self.subject(d.mean((2, 3))).flatten().float(), d.float().flatten(1))


class Reading:
    """`maps`: logit of each part on a 32 x 32 grid; `area`: logarithm of its places; `colours`:
    logits N x parts x palette; `flower`: logit; `features`: N x 1024, for comparing pictures."""

    def __init__(self, maps, area, colours, flower, features):
        self.maps, self.area, self.colours = maps, area, colours
        self.flower, self.features = flower, features


SMALLEST = 1.0  # places of the 32 x 32 grid from which on a part counts as shown


@torch.no_grad()
def read(scorer, pictures, batch=200):
    """Shown (bool N x parts), palette index (N x parts), flower (bool N), features (N x 1024)."""
    answers = []
    for k in range(0, len(pictures), batch):
        r = scorer(pictures[k:k + batch])
        answers.append((r.area.exp() > SMALLEST, r.colours.argmax(2), r.flower > 0, r.features))
    return [torch.cat(each) for each in zip(*answers)]


def folder():
    """Where layouts and the states of training lie."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "tgraph", "gan-scenes")


def default_path():
    return os.path.join(folder(), "scorer.pt")


def load(path=None):
    path = path or default_path()
    if not os.path.exists(path):
        sys.stderr.write(f"no scorer in {path}; to train it, five minutes on one core:\n"
                         "  Tools/scenes/train-scorer\n")
        sys.exit(66)
    scorer = Scorer()
    scorer.load_state_dict(torch.load(path))
    return scorer.eval()
