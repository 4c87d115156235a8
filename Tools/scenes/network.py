"""A narrow TAGAN: the generator and its text encoder (Nam et al., NeurIPS 2018).

Structure and names in the state_dict are those of the original (woozzu/tagan) where it is the same.
Maps of the encoder are added to the decoder's, the answer is one change of colour for each region
(see Painter), and a caption has one code, without noise.
"""

import torch
from torch import nn

from meaning import WIDTH


def _half(inputs, outputs):
    """A convolution that halves the picture, then norm."""
    return [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs)]


def _same(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)]


class TextEncoder(nn.Module):
    """Two GRU cells over padded words, averaged; their mean over the words to the code."""

    def __init__(self, entries, hidden=192, word=64, condition=WIDTH):
        super().__init__()
        self.word_embedding = nn.Embedding(entries, word, padding_idx=0)
        self.txt_encoder_f = nn.GRUCell(word, hidden)
        self.txt_encoder_b = nn.GRUCell(word, hidden)
        self.mu = nn.Sequential(nn.Linear(hidden, condition), nn.LeakyReLU(0.2))

    def forward(self, ids, lengths, tint=None):
        """Words N x T to codes N x condition.

        `tint` (training only): which words are colours, N x T x 1, and their vectors, N x T x word.

        The backward cell starts at the last word and leaves the padding out, so it is the same as
        a forward walk over each caption turned round; both walks then share their matrix products.
        """
        place = torch.arange(ids.shape[1])[None, :]
        turned = (lengths[:, None] - 1 - place).clamp(min=0)      # position of step t, N x T
        words = self.word_embedding(ids)
        if tint is not None:
            words = words + tint[0] * (tint[1] - words)
        words = torch.stack([words, words.gather(1, turned[:, :, None].expand_as(words))])
        cells = (self.txt_encoder_f, self.txt_encoder_b)

        def both(name):
            return torch.stack([getattr(cell, name) for cell in cells])

        inputs = torch.einsum("dntw,dgw->tdng", words, both("weight_ih"))
        inputs = inputs + both("bias_ih")[None, :, None]
        recurrent, bias = both("weight_hh").transpose(1, 2), both("bias_hh")[:, None]
        state = words.new_zeros(2, ids.shape[0], recurrent.shape[1])
        states = []
        for x in inputs:
            xr, xz, xn = x.chunk(3, 2)
            hr, hz, hn = torch.baddbmm(bias, state, recurrent).chunk(3, 2)
            z = torch.sigmoid(xz + hz)
            n = torch.tanh(xn + torch.sigmoid(xr + hr) * hn)
            state = n + z * (state - n)
            states.append(state)
        # The backward walk is a sum over the same places, in whatever order.
        inside = (place < lengths[:, None]).to(words.dtype).transpose(0, 1)[:, None, :, None]
        features = torch.stack(states) * inside                   # T x 2 x N x hidden
        mean = features.sum((0, 1)) / (2 * lengths.clamp(min=1)[:, None].to(words.dtype))
        return self.mu(mean)


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.encoder = nn.Sequential(*_same(channels, channels), nn.ReLU(inplace=True),
                                     *_same(channels, channels))

    def forward(self, x):
        return x + self.encoder(x)


def amount(picture, colour):
    """How much of a colour a pixel has: the least squares factor from colour to pixel, black 0.

    Inside a region it carries the finest shading, which no convolution need draw again.
    """
    pixel, colour = (picture + 1) / 2, (colour + 1) / 2
    return (pixel * colour).sum(1, keepdim=True) / ((colour ** 2).sum(1, keepdim=True) + 0.01)


class Painter(nn.Module):
    """Picture N x 3 x S x S in [-1,1] and code N x condition to the edited picture.

    The picture alone says which region every pixel belongs to (softmax over `regions` and a rest
    that nothing changes), how light the pixel is for its region's colour, and what that colour is;
    how light is partly guessed, partly measured (`amount`).
    The code alone says for each region how much of its colour goes and what comes instead; this is
    a filter over regions made from the text, as those of TAGAN's discriminator over features.
    So every region has one change of colour, and the picture's shading stays.
    """

    def __init__(self, base=16, condition=WIDTH, regions=10):
        super().__init__()
        b, relu = base, nn.ReLU
        self.regions = regions
        self.encoder = nn.Sequential(
            nn.Conv2d(3, b, 3, padding=1), relu(), *_half(b, 2 * b), relu(),
            *_half(2 * b, 4 * b), relu(), *_half(4 * b, 8 * b), relu())
        self.residual_blocks = nn.Sequential(
            *_same(8 * b, 8 * b), relu(), *[ResidualBlock(8 * b) for _ in range(4)])
        double = lambda: nn.Upsample(scale_factor=2, mode="nearest")
        self.decoder = nn.Sequential(
            double(), *_same(8 * b, 4 * b), relu(), double(), *_same(4 * b, 2 * b), relu(),
            double(), *_same(2 * b, b), relu(), nn.Conv2d(b + 3, b, 3, padding=1), relu(),
            nn.Conv2d(b, regions + 6, 3, padding=1))
        self.filters = nn.Linear(condition, 4 * regions)
        self.gates = nn.Linear(condition, regions)

    def look(self, picture):
        """Logits of regions + 1, lightness and three of colour: N x C x S x S each."""
        e1 = self.encoder[:2](picture)
        e2 = self.encoder[2:5](e1)
        e3 = self.encoder[5:8](e2)
        e4 = self.encoder[8:11](e3)
        x = e4 + self.residual_blocks(e4)
        x = torch.relu(self.decoder[0:3](x) + e3)
        x = torch.relu(self.decoder[4:7](x) + e2)
        x = torch.relu(self.decoder[8:11](x) + e1)
        x = self.decoder[12:15](torch.cat([x, picture.to(x.dtype)], 1)).float()
        logits, guess, trust, colour = x.split([self.regions + 1, 1, 1, 3], 1)
        return logits, guess + trust * amount(picture, colour), colour

    def ask(self, code):
        """For each region what comes and how much of the old goes, N x regions x 4."""
        gate = torch.sigmoid(self.gates(code))[:, :, None]
        return gate * self.filters(code).view(-1, self.regions, 4)

    def change(self, logits, light, colour, asked):
        """What an edit adds to the picture."""
        share = torch.softmax(logits, 1)[:, :self.regions]
        own = torch.einsum("nrhw,nchw->nrc", share, colour) / (share.sum((2, 3)) + 1)[:, :, None]
        new = asked[:, :, :3] - asked[:, :, 3:] * own
        return light * torch.einsum("nrhw,nrc->nchw", share, new)

    def forward(self, picture, code):
        return (picture + self.change(*self.look(picture), self.ask(code))).clamp(-1, 1)
