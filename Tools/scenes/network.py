"""A TAGAN of any width: generator, text encoder and discriminator (Nam et al., NeurIPS 2018).

The structure and the names in the state_dict are those of the original (woozzu/tagan); only the
sizes are parameters. The words come from an embedding table that is trained with the rest.
"""

import torch
from torch import nn
from torch.nn import functional as F


def _half(inputs, outputs):
    """A convolution that halves the picture, then norm."""
    return [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs)]


def _same(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)]


class WordRecurrence(nn.Module):
    """Two GRU cells over padded words; mixed into generator and discriminator."""

    def read(self, ids, lengths, tint=None):
        """Words N x T to features T x N x hidden (0 on padding) and their mean N x hidden.

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
        forward, backward = torch.stack(states, 2)                # each N x T x hidden
        backward = backward.gather(1, turned[:, :, None].expand_as(backward))
        inside = (place < lengths[:, None]).to(words.dtype)[:, :, None]
        features = ((forward + backward) / 2 * inside).transpose(0, 1)
        return features, features.sum(0) / lengths[:, None].to(words.dtype)


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.encoder = nn.Sequential(*_same(channels, channels), nn.ReLU(inplace=True),
                                     *_same(channels, channels))

    def forward(self, x):
        return x + self.encoder(x)


class Generator(WordRecurrence):
    """Picture N x 3 x S x S in [-1,1], word ids, lengths and noise to the edited picture."""

    def __init__(self, entries, base=16, hidden=128, word=64, condition=64):
        super().__init__()
        b, relu = base, lambda: nn.ReLU(inplace=True)
        self.encoder = nn.Sequential(
            nn.Conv2d(3, b, 3, padding=1), relu(), *_half(b, 2 * b), relu(),
            *_half(2 * b, 4 * b), relu(), *_half(4 * b, 8 * b), relu())
        self.residual_blocks = nn.Sequential(
            *_same(8 * b + condition, 8 * b), relu(), *[ResidualBlock(8 * b) for _ in range(4)])
        double = lambda: nn.Upsample(scale_factor=2, mode="nearest")
        self.decoder = nn.Sequential(
            double(), *_same(8 * b, 4 * b), relu(), double(), *_same(4 * b, 2 * b), relu(),
            double(), *_same(2 * b, b), relu(), nn.Conv2d(b, 3, 3, padding=1), nn.Tanh())
        self.mu = nn.Sequential(nn.Linear(hidden, condition), nn.LeakyReLU(0.2))
        self.log_sigma = nn.Sequential(nn.Linear(hidden, condition), nn.LeakyReLU(0.2))
        nn.init.constant_(self.log_sigma[0].bias, -15.0)  # noise starts at e^-3, below the words
        self.txt_encoder_f = nn.GRUCell(word, hidden)
        self.txt_encoder_b = nn.GRUCell(word, hidden)
        self.word_embedding = nn.Embedding(entries, word, padding_idx=0)

    def forward(self, picture, ids, lengths, noise):
        return self.draw(picture, self.read(ids, lengths)[1], noise)

    def draw(self, picture, meaning, noise):
        """The picture edited by what a caption means; also mu and log_sigma."""
        mu, log_sigma = self.mu(meaning), self.log_sigma(meaning)
        c = mu + torch.exp(log_sigma) * noise
        e = self.encoder(picture)
        tiled = c[:, :, None, None].expand(-1, -1, e.shape[2], e.shape[3])
        merged = self.residual_blocks(torch.cat([e, tiled], 1))
        return self.decoder(e + merged), mu, log_sigma


class Discriminator(WordRecurrence):
    """Real or drawn (logit), and whether every word fits the picture (probability)."""

    def __init__(self, entries, base=12, hidden=96, word=48):
        super().__init__()
        b, leak = base, lambda: nn.LeakyReLU(0.2, inplace=True)
        self.encoder_1 = nn.Sequential(nn.Conv2d(3, b, 4, 2, 1), leak(), *_half(b, 2 * b), leak(),
                                       *_half(2 * b, 4 * b), leak())
        self.encoder_2 = nn.Sequential(*_half(4 * b, 8 * b), leak())
        self.encoder_3 = nn.Sequential(*_half(8 * b, 8 * b), leak())
        widths = [4 * b, 8 * b, 8 * b]
        for scale, width in enumerate(widths, 1):
            setattr(self, f"GAP_{scale}", nn.Sequential(*_same(width, width), leak()))
        self.classifier = nn.Conv2d(8 * b, 1, 4)
        self.txt_encoder_f = nn.GRUCell(word, hidden)
        self.txt_encoder_b = nn.GRUCell(word, hidden)
        self.gen_filter = nn.ModuleList([nn.Linear(hidden, width + 1) for width in widths])
        self.gen_weight = nn.Sequential(nn.Linear(hidden, 3), nn.Softmax(-1))
        self.word_embedding = nn.Embedding(entries, word, padding_idx=0)

    def scales(self, picture):
        f1 = self.encoder_1(picture)
        f2 = self.encoder_2(f1)
        f3 = self.encoder_3(f2)
        pooled = [gap(f).mean((2, 3)) for gap, f in ((self.GAP_1, f1), (self.GAP_2, f2),
                                                     (self.GAP_3, f3))]
        return self.classifier(f3).mean((1, 2, 3)), pooled

    def fits(self, pooled, ids, lengths, tint=None):
        """The product over words of the word classifiers, weighted by attention, N in (0,1]."""
        features, meaning = self.read(ids, lengths, tint)
        outside = torch.arange(features.shape[0])[:, None] >= lengths[None, :]
        attention = (features * meaning).sum(2).masked_fill(outside, -1e9).softmax(0)
        weights = self.gen_weight(features)
        score = 0
        for scale, v in enumerate(pooled):
            word_filter = self.gen_filter[scale](features)
            logit = (word_filter[..., :-1] * v).sum(2) + word_filter[..., -1]
            score = score + weights[..., scale] * torch.sigmoid(logit)
        return torch.clamp(score + 1e-7, max=1.0).pow(attention).prod(0)


def divergence(mu, log_sigma):
    """KL of the conditioning distribution from N(0,1), mean over its elements."""
    return (-log_sigma + 0.5 * (torch.exp(2 * log_sigma) + mu ** 2 - 1)).mean()
