"""AttnGAN's generator (Xu et al., CVPR 2018): three pictures, two of them painted word by word.

Ids N x T, lengths N, z N x Z and epsilon N x C (the noise of the conditioning) are arguments.
Birds: g 32, 2 residual blocks, 5450 words. COCO: g 48, 3 residual blocks, 27297 words.
"""

import torch
from torch import nn


class GLU(nn.Module):
    def forward(self, x):
        half = x.shape[1] // 2
        return x[:, :half] * x[:, half:].sigmoid()


def conv3(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)


def up_block(inputs, outputs):
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="nearest"),
        conv3(inputs, 2 * outputs),
        nn.BatchNorm2d(2 * outputs),
        GLU(),
    )


class ResBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.block = nn.Sequential(
            conv3(c, 2 * c), nn.BatchNorm2d(2 * c), GLU(), conv3(c, c), nn.BatchNorm2d(c))

    def forward(self, x):
        return x + self.block(x)


class Conditioning(nn.Module):
    def __init__(self, nef, condition):
        super().__init__()
        self.fc = nn.Linear(nef, 4 * condition)
        self.gate = GLU()

    def forward(self, sentence, epsilon):
        mu, logvar = self.gate(self.fc(sentence)).chunk(2, 1)
        return mu + (0.5 * logvar).exp() * epsilon, mu, logvar


class FirstStage(nn.Module):
    def __init__(self, g, inputs):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(inputs, 512 * g, bias=False), nn.BatchNorm1d(512 * g), GLU())
        self.upsample1 = up_block(16 * g, 8 * g)
        self.upsample2 = up_block(8 * g, 4 * g)
        self.upsample3 = up_block(4 * g, 2 * g)
        self.upsample4 = up_block(2 * g, g)
        self.g = g

    def forward(self, *inputs):
        h = self.fc(torch.cat(inputs, 1)).view(-1, 16 * self.g, 4, 4)
        return self.upsample4(self.upsample3(self.upsample2(self.upsample1(h))))


class WordAttention(nn.Module):
    """Every place of h asks the words; returns the context N x g x H x W and maps N x L x H x W.

    The published code tiles the mask by samples where its rows run by places, so that row
    r = b * places + n is masked by caption r mod N. `corrected` masks it by caption b.
    """

    def __init__(self, g, nef, corrected):
        super().__init__()
        self.conv_context = nn.Conv2d(nef, g, 1, bias=False)
        self.corrected = corrected

    def forward(self, h, words, mask):
        count, g, height, width = h.shape
        places, length = height * width, words.shape[2]
        keys = self.conv_context(words[..., None])[..., 0]
        scores = torch.bmm(h.view(count, g, places).transpose(1, 2), keys)
        rows = scores.reshape(count * places, length)
        hidden = mask.repeat_interleave(places, 0) if self.corrected else mask.repeat(places, 1)
        weights = rows.masked_fill(hidden, float("-inf")).softmax(1)
        maps = weights.view(count, places, length).transpose(1, 2)
        context = torch.bmm(keys, maps).view(count, g, height, width)
        return context, maps.reshape(count, length, height, width)


class NextStage(nn.Module):
    def __init__(self, g, nef, residuals, corrected):
        super().__init__()
        self.att = WordAttention(g, nef, corrected)
        self.residual = nn.Sequential(*[ResBlock(2 * g) for _ in range(residuals)])
        self.upsample = up_block(2 * g, g)

    def forward(self, h, words, mask):
        context, maps = self.att(h, words, mask)
        return self.upsample(self.residual(torch.cat([h, context], 1))), maps


class ToImage(nn.Module):
    def __init__(self, g):
        super().__init__()
        self.img = nn.Sequential(conv3(g, 3), nn.Tanh())

    def forward(self, h):
        return self.img(h)


class Generator(nn.Module):
    """`dcgan` is AttnDCGAN: only the last picture, its layer called `img_net`."""

    stage = NextStage

    def __init__(self, g=32, residuals=2, nef=256, z=100, condition=100, corrected=False,
                 dcgan=False):
        super().__init__()
        self.ca_net = Conditioning(nef, condition)
        self.h_net1 = FirstStage(g, condition + z)
        self.pictures = {"image": "img_net"} if dcgan else {
            "image64": "img_net1", "image128": "img_net2", "image": "img_net3"}
        for k in (1, 2, 3):
            if k > 1:
                self.add_module(f"h_net{k}", self.stage(g, nef, residuals, corrected))
            if not dcgan:
                self.add_module(f"img_net{k}", ToImage(g))
        if dcgan:
            self.img_net = ToImage(g)

    def forward(self, words, sentence, lengths, z, epsilon):
        """words N x nef x T. Returns the outputs by name; maps have T rows, zero past max(lengths).

        The original cuts words and mask to the longest caption of the batch.
        """
        steps = words.shape[2]
        longest = int(lengths.max())
        words = words[:, :, :longest]
        mask = torch.arange(longest)[None, :] >= lengths[:, None]
        c, mu, logvar = self.ca_net(sentence, epsilon)
        h1 = self.h_net1(c, z)
        h2, maps2 = self.h_net2(h1, words, mask)
        h3, maps3 = self.h_net3(h2, words, mask)
        pad = lambda maps: nn.functional.pad(maps, (0, 0, 0, 0, 0, steps - longest))
        stages = {"image": h3, "image128": h2, "image64": h1}
        return {
            **{n: getattr(self, net)(stages[n]) for n, net in self.pictures.items()},
            "maps256": pad(maps3),
            "maps128": pad(maps2),
            "mu": mu,
            "logvar": logvar,
        }
