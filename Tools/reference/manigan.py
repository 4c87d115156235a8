"""ManiGAN (Li et al., CVPR 2020): a picture, as DAMSM's image encoder sees it, changed by a caption, and
its detail correction (DCM). Norms of maps are instance norms without tensors.

Regions N x nef x 17 x 17, `seen` N x nef, ids, lengths, z and epsilon are arguments.
"""

import torch
from torch import nn
from torch.nn import functional as F

from attngan import GLU, Conditioning, ToImage, WordAttention, conv3
from controlgan import ChannelAttention, by_map


def gated(inputs, outputs):
    return conv3(inputs, 2 * outputs), nn.InstanceNorm2d(2 * outputs), GLU()


def up_block(inputs, outputs, scale=2):
    return nn.Sequential(nn.Upsample(scale_factor=scale, mode="nearest"), *gated(inputs, outputs))


class ResBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.block = nn.Sequential(*gated(c, c), conv3(c, c), nn.InstanceNorm2d(c))

    def forward(self, x):
        return x + self.block(x)


class Combined(nn.Module):
    """The affine combination of maps with a picture, called SAIN in the code."""

    def __init__(self, channels, g):
        super().__init__()
        self.conv = conv3(g, 128)
        self.conv_weight = conv3(128, channels)
        self.conv_bias = conv3(128, channels)

    def forward(self, x, picture):
        q = self.conv(picture)
        return x * self.conv_weight(q) + self.conv_bias(q)


class FirstStage(nn.Module):
    def __init__(self, g, inputs):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(inputs, 512 * g, bias=False), nn.BatchNorm1d(512 * g), GLU())
        for i in range(4):
            self.add_module(f"upsample{i + 1}", up_block(16 * g >> i, 8 * g >> i))
        self.g = g

    def forward(self, *inputs):
        h = self.fc(torch.cat(inputs, 1)).view(-1, 16 * self.g, 4, 4)
        return self.upsample4(self.upsample3(self.upsample2(self.upsample1(h))))


class ColourAttention(nn.Module):
    def __init__(self, nef, corrected):
        super().__init__()
        self.conv_context = nn.Conv2d(nef, 65536, 1, bias=False)
        self.corrected = corrected

    def forward(self, h, words, mask):
        return by_map(h, words, self.conv_context, mask if self.corrected else None)


class Told(nn.Module):
    """Words by place and by map, the picture, residuals: what a stage and the correction share."""

    def __init__(self, g, nef, residuals, corrected, name, attention):
        super().__init__()
        self.att = WordAttention(g, nef, corrected)
        self.add_module(name, attention(nef, corrected))
        self.name = name
        self.SAIN = Combined(3 * g, g)
        self.residual = nn.Sequential(*[ResBlock(3 * g) for _ in range(residuals)])

    def told(self, h, words, mask, picture):
        context, maps = self.att(h, words, mask)
        by_channel = getattr(self, self.name)(context, words, mask)
        x = self.SAIN(torch.cat([h, context, by_channel], 1), picture)
        return self.residual(x), maps


class NextStage(Told):
    def __init__(self, g, nef, residuals, corrected):
        super().__init__(g, nef, residuals, corrected, "channel_att", ChannelAttention)
        self.upsample = up_block(3 * g, g)

    def forward(self, *inputs):
        x, maps = self.told(*inputs)
        return self.upsample(x), maps


class Generator(nn.Module):
    def __init__(self, g=32, residuals=2, nef=256, z=100, condition=100, corrected=False,
                 old_resize=False):
        super().__init__()
        self.ca_net = Conditioning(nef, condition)
        self.imgUpSample = up_block(nef, g, 3.8)
        self.imgUpSample2 = up_block(g, g)
        self.imgUpSample3 = up_block(g, g)
        self.h_net1 = FirstStage(g, condition + z + nef)
        for k in (2, 3):
            self.add_module(f"h_net{k}", NextStage(g, nef, residuals, corrected))
        for k in (1, 2, 3):
            self.add_module(f"SAIN{k}", Combined(g, g))
            self.add_module(f"img_net{k}", ToImage(g))
        self.old_resize = old_resize

    def enlarged(self, regions):
        if not self.old_resize:
            return self.imgUpSample(regions)
        index = torch.arange(64) * 17 // 64
        return self.imgUpSample[1:](regions[:, :, index][..., index])

    def forward(self, regions, seen, words, sentence, lengths, z, epsilon):
        """The outputs by name, and the last maps as `h`. Words and mask are cut to the longest caption."""
        steps, longest = words.shape[2], int(lengths.max())
        words = words[:, :, :longest]
        mask = torch.arange(longest)[None, :] >= lengths[:, None]
        c, mu, logvar = self.ca_net(sentence, epsilon)
        i64 = self.enlarged(regions)
        i128 = self.imgUpSample2(i64)
        i256 = self.imgUpSample3(i128)
        h1 = self.h_net1(c, z, seen)
        h2, maps2 = self.h_net2(h1, words, mask, i64)
        h3, maps3 = self.h_net3(h2, words, mask, i128)
        pad = lambda maps: F.pad(maps, (0, 0, 0, 0, 0, steps - longest))
        return {
            "image64": self.img_net1(self.SAIN1(h1, i64)),
            "image128": self.img_net2(self.SAIN2(h2, i128)),
            "image": self.img_net3(self.SAIN3(h3, i256)),
            "maps256": pad(maps3), "maps128": pad(maps2), "mu": mu, "logvar": logvar, "h": h3}


class DetailStage(Told):
    def __init__(self, g, nef, residuals, corrected):
        super().__init__(g, nef, residuals, corrected, "color_channel_att", ColourAttention)
        self.block = nn.Sequential(*gated(3 * g, g))

    def forward(self, *inputs):
        return self.block(self.told(*inputs)[0])


class DetailCorrection(nn.Module):
    """Last maps, words and relu2_2 of a picture's VGG-16 to a picture."""

    def __init__(self, g=32, residuals=2, nef=256, corrected=False):
        super().__init__()
        self.upsample = up_block(128, g)
        self.h_net = DetailStage(g, nef, residuals, corrected)
        self.SAIN = Combined(g, g)
        self.img_net = ToImage(g)

    def forward(self, h, words, lengths, features):
        longest = int(lengths.max())
        mask = torch.arange(longest)[None, :] >= lengths[:, None]
        r = self.upsample(features)
        return self.img_net(self.SAIN(self.h_net(h, words[:, :, :longest], mask, r), r))
