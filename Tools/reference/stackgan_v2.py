"""StackGAN-v2 (Zhang et al., TPAMI 2018): a generator of three pictures, and its discriminators.

Text N x 1024, z N x Z and epsilon N x C (the noise of the conditioning) are arguments. The files were
saved through DataParallel: `Wrapped` puts its `module.` before every name.
"""

import torch
from torch import nn

from attngan import Conditioning, FirstStage, ResBlock, ToImage, GLU, conv3, up_block


def everywhere(c, maps):
    """A vector at every place of maps."""
    return c[:, :, None, None].expand(-1, -1, *maps.shape[2:])


class NextStage(nn.Module):
    def __init__(self, g, condition):
        super().__init__()
        self.jointConv = nn.Sequential(conv3(condition + g, 2 * g), nn.BatchNorm2d(2 * g), GLU())
        self.residual = nn.Sequential(*[ResBlock(g) for _ in range(2)])
        self.upsample = up_block(g, g // 2)

    def forward(self, h, c):
        return self.upsample(self.residual(self.jointConv(torch.cat([everywhere(c, h), h], 1))))


class Generator(nn.Module):
    def __init__(self, g=64, z=100, condition=128, text=1024, conditional=True):
        super().__init__()
        if conditional:
            self.ca_net = Conditioning(text, condition)
        c = condition if conditional else z
        self.h_net1 = FirstStage(g, c + z if conditional else z)
        self.img_net1 = ToImage(g)
        self.h_net2 = NextStage(g, c)
        self.img_net2 = ToImage(g // 2)
        self.h_net3 = NextStage(g // 2, c)
        self.img_net3 = ToImage(g // 4)

    def pictures(self, c, *inputs):
        h1 = self.h_net1(*inputs)
        h2 = self.h_net2(h1, c)
        h3 = self.h_net3(h2, c)
        return self.img_net1(h1), self.img_net2(h2), self.img_net3(h3)

    def paint(self, c, z):
        return self.pictures(c, c, z)

    def forward(self, *inputs):
        """(text, z, epsilon), or z alone, to the pictures by size, and mean and log-variance."""
        if len(inputs) == 1:
            return self.pictures(inputs[0], *inputs)
        text, z, epsilon = inputs
        c, mu, logvar = self.ca_net(text, epsilon)
        return *self.paint(c, z), mu, logvar


def down(inputs, outputs):
    return (nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs),
            nn.LeakyReLU(0.2))


def same(inputs, outputs):
    return conv3(inputs, outputs), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)


def code16(d):
    """A sixteenth of the size: only the first convolution has no norm."""
    return nn.Sequential(
        nn.Conv2d(3, d, 4, 2, 1, bias=False), nn.LeakyReLU(0.2),
        *down(d, 2 * d), *down(2 * d, 4 * d), *down(4 * d, 8 * d))


class Trunk(nn.Module):
    """A picture of 64, 128, 256 … to 8d x 4 x 4: halved as often as need be, then narrowed."""

    def __init__(self, size, d):
        super().__init__()
        self.img_code_s16 = code16(d)
        times = size.bit_length() - 7
        self.parts = ["img_code_s16"]
        for k in range(1, times + 1):
            self.add(f"img_code_s{16 << k}", down((8 << (k - 1)) * d, (8 << k) * d))
        for k in range(1, times + 1):
            width = (8 << (times - k)) * d
            self.add(f"img_code_s{16 << times}_{k}", same(2 * width, width))

    def add(self, name, layers):
        self.add_module(name, nn.Sequential(*layers))
        self.parts.append(name)

    def seen(self, image):
        for name in self.parts:
            image = getattr(self, name)(image)
        return image


def logit(d):
    return nn.Sequential(nn.Conv2d(8 * d, 1, 4, 4), nn.Sigmoid(), nn.Flatten(0))


class Discriminator(Trunk):
    """Does a picture fit a condition, and is it of the data? Without a condition only the latter."""

    def __init__(self, size=256, d=64, condition=128, conditional=True):
        super().__init__(size, d)
        self.logits = logit(d)
        if conditional:
            self.jointConv = nn.Sequential(*same(8 * d + condition, 8 * d))
            self.uncond_logits = logit(d)

    def forward(self, image, *condition):
        x = self.seen(image)
        if not condition:
            return self.logits(x)
        joint = self.jointConv(torch.cat([everywhere(condition[0], x), x], 1))
        return self.logits(joint), self.uncond_logits(x)


class Wrapped(nn.Module):
    """A network as DataParallel saves it."""

    def __init__(self, network):
        super().__init__()
        self.module = network

    def forward(self, *inputs):
        return self.module(*inputs)
