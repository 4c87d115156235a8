"""The generator of drawn scenes: GAN-INT-CLS at narrow widths, with pictures mixed of part colours.

A code has six numbers for each of ten parts: named, red, green, blue, and two that are not read
here; four more numbers follow.
"""

import torch
from torch import nn
from torch.nn import functional as F

import gan_int_cls
import tagan
import units as editing

PARTS, EACH, CODE = 10, 6, 64


class Generator(gan_int_cls.Generator):
    """Code N x 64 and noise N x z to pictures N x 3 x 64 x 64 in [-1,1].

    Trunk and names are the published ones. The last layer gives each pixel a free colour, how light
    the parts are, and shares (a softmax) of the free colour and of ten parts. The colour of a part
    is the named one, or else one that the noise has for it. Of the first number of the noise little
    but its sign is seen: it says which way a bird looks.
    """

    def __init__(self, g=32, narrowed=64, z=64):
        super().__init__(g, CODE, narrowed, z)
        self._modules["modules"].add_module("19", nn.ConvTranspose2d(g, 5 + PARTS, 4, 2, 1))
        self.colours = nn.Linear(z, 3 * PARTS)

    def palette(self, code, z):
        """The colour of every part, N x parts x 3."""
        said = code[:, :EACH * PARTS].view(-1, PARTS, EACH)
        own = torch.tanh(self.colours(z).to(code.dtype)).view(-1, PARTS, 3)
        return said[:, :, 1:4] + (1 - said[:, :, :1]) * own

    def layers(self, code, z):
        """The picture, and before the softmax the shares of the free colour and of each part."""
        turn = 0.5 * torch.tanh(16 * z[:, :1])
        maps = self.maps(code, torch.cat([turn, z[:, 1:]], 1)).to(code.dtype)
        free, light, logits = maps.split([3, 1, 1 + PARTS], 1)
        rest, shares = logits.softmax(1).split([1, PARTS], 1)
        painted = torch.einsum("nphw,npc->nchw", shares, self.palette(code, z) + 1)
        return rest * (torch.tanh(free) + 1) + torch.sigmoid(light) * painted - 1, logits

    def forward(self, code, z):
        return self.layers(code, z)[0]


class Reader(tagan.SentenceEncoder):
    """Word ids N x T and lengths N to codes N x 64."""

    def __init__(self, entries=111, word=64, hidden=192):
        super().__init__(word, hidden)
        self.word_embedding = nn.Embedding(entries, word)
        self.mu = nn.Sequential(nn.Linear(hidden, CODE), nn.LeakyReLU(0.2))

    def forward(self, ids, lengths):
        return self.mu(self.encode(self.word_embedding(ids), lengths)[1])


class Scenes(nn.Module):
    """Text encoder, generator and style encoder, named as one file has them."""

    def __init__(self, entries=111, word=64, hidden=192, g=32, narrowed=64, z=64, d=32):
        super().__init__()
        self.text, self.G = Reader(entries, word, hidden), Generator(g, narrowed, z)
        self.S = gan_int_cls.style_encoder(d, z)

    def forward(self, ids, lengths, z):
        """A caption to a picture."""
        return self.G(self.text(ids, lengths), z)

    def transfer(self, image, ids, lengths):
        """A caption in the style of a picture."""
        return self.G(self.text(ids, lengths), self.S(image))

    def edit(self, tap, ids, lengths, z, units, places, values):
        """A picture with units of place `tap` of the trunk set, and what they were before."""
        seen = []

        def passed(place, x):
            if place != tap:
                return x
            seen.append(x)
            return editing.edited(x, units, places, values)

        self.G.passed = passed
        image = self(ids, lengths, z)
        del self.G.passed
        return image, seen[0]
