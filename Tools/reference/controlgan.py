"""ControlGAN's generator (Li et al., NeurIPS 2019): AttnGAN's, with attention of maps to words.

Arguments and outputs are those of attngan.Generator.
"""

import torch
from torch import nn

import attngan


class SpatialAttention(attngan.WordAttention):
    """AttnGAN's, with two convolutions that are not used."""

    def __init__(self, g, nef, corrected):
        super().__init__(g, nef, corrected)
        for name, places in (("conv_context2", 4096), ("conv_context3", 16384)):
            self.add_module(name, nn.Conv2d(nef, places, 1, bias=False))


def by_map(h, words, keys, hidden=None):
    """Maps ask the words: `keys` makes a picture of each word. `hidden` N x T marks words not to see;
    as published there is none, and words past the end of a caption, which are 0, count."""
    count, g, height, width = h.shape
    pictures = keys(words[..., None])[..., 0]
    scores = torch.bmm(h.reshape(count, g, height * width), pictures)
    if hidden is not None:
        scores = scores.masked_fill(hidden[:, None], float("-inf"))
    return torch.bmm(scores.softmax(2), pictures.transpose(1, 2)).view(h.shape)


class ChannelAttention(nn.Module):
    """Has the convolutions of both stages and uses the one of its places."""

    def __init__(self, nef, corrected):
        super().__init__()
        self.conv_context2 = nn.Conv2d(nef, 4096, 1, bias=False)
        self.conv_context3 = nn.Conv2d(nef, 16384, 1, bias=False)
        self.corrected = corrected

    def forward(self, h, words, mask):
        keys = self.conv_context2 if h.shape[2] == 64 else self.conv_context3
        return by_map(h, words, keys, mask if self.corrected else None)


class NextStage(nn.Module):
    def __init__(self, g, nef, residuals, corrected):
        super().__init__()
        self.att = SpatialAttention(g, nef, corrected)
        self.channel_att = ChannelAttention(nef, corrected)
        self.residual = nn.Sequential(*[attngan.ResBlock(3 * g) for _ in range(residuals)])
        self.upsample = attngan.up_block(3 * g, g)

    def forward(self, h, words, mask):
        context, maps = self.att(h, words, mask)
        x = torch.cat([h, context, self.channel_att(context, words, mask)], 1)
        return self.upsample(self.residual(x)), maps


class Generator(attngan.Generator):
    stage = NextStage
