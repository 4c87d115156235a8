"""StackGAN (Zhang et al., ICCV 2017) as its authors wrote it in PyTorch: COCO.

Text N x 1024, z N x Z and the noise of each conditioning, N x C, are arguments. Stage-II holds
Stage-I as STAGE1_G.
"""

import torch
from torch import nn

from attngan import ToImage, conv3
from stackgan_v2 import down, everywhere, logit, same


class Conditioning(nn.Module):
    """Mean and log-variance are rectified."""

    def __init__(self, text, condition):
        super().__init__()
        self.fc = nn.Linear(text, 2 * condition)

    def forward(self, text):
        return self.fc(text).relu().chunk(2, 1)


def sampled(mu, logvar, epsilon):
    return mu + (0.5 * logvar).exp() * epsilon


def up_block(inputs, outputs):
    return nn.Sequential(
        nn.Upsample(scale_factor=2), conv3(inputs, outputs), nn.BatchNorm2d(outputs), nn.ReLU())


class Raised(nn.Module):
    """Four enlargements and a picture: the end of both stages."""

    def __init__(self, width):
        super().__init__()
        for i in range(4):
            self.add_module(f"upsample{i + 1}", up_block(width >> i, width >> (i + 1)))
        self.img = nn.Sequential(conv3(width >> 4, 3), nn.Tanh())

    def raised(self, h):
        return self.img(self.upsample4(self.upsample3(self.upsample2(self.upsample1(h)))))


class StageI(Raised):
    def __init__(self, g=192, z=100, condition=128, text=1024):
        super().__init__(8 * g)
        self.ca_net = Conditioning(text, condition)
        n = 8 * g
        self.fc = nn.Sequential(
            nn.Linear(z + condition, 16 * n, bias=False), nn.BatchNorm1d(16 * n), nn.ReLU())

    def paint(self, code, z):
        h = self.fc(torch.cat([z, code], 1))  # noise first
        return self.raised(h.view(len(h), -1, 4, 4))

    def forward(self, text, z, epsilon):
        mu, logvar = self.ca_net(text)
        return self.paint(sampled(mu, logvar, epsilon), z), mu, logvar


class ResBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.block = nn.Sequential(
            conv3(c, c), nn.BatchNorm2d(c), nn.ReLU(), conv3(c, c), nn.BatchNorm2d(c))

    def forward(self, x):
        return (x + self.block(x)).relu()


class StageII(Raised):
    def __init__(self, g=192, z=100, condition=128, residuals=2, text=1024):
        super().__init__(4 * g)
        self.STAGE1_G = StageI(g, z, condition, text)
        self.ca_net = Conditioning(text, condition)
        half = lambda i, o: (
            nn.Conv2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())
        self.encoder = nn.Sequential(
            conv3(3, g), nn.ReLU(), *half(g, 2 * g), *half(2 * g, 4 * g))
        self.hr_joint = nn.Sequential(
            conv3(4 * g + condition, 4 * g), nn.BatchNorm2d(4 * g), nn.ReLU())
        self.residual = nn.Sequential(*[ResBlock(4 * g) for _ in range(residuals)])

    def refined(self, image, code):
        e = self.encoder(image)
        return self.raised(self.residual(self.hr_joint(torch.cat([e, everywhere(code, e)], 1))))

    def paint(self, code1, code2, z):
        first = self.STAGE1_G.paint(code1, z)
        return first, self.refined(first, code2)

    def codes(self, text, epsilon1, epsilon2):
        return (sampled(*self.STAGE1_G.ca_net(text), epsilon1), sampled(*self.ca_net(text), epsilon2))

    def forward(self, text, z, epsilon1, epsilon2):
        first, _, _ = self.STAGE1_G(text, z, epsilon1)
        mu, logvar = self.ca_net(text)
        return first, self.refined(first, sampled(mu, logvar, epsilon2)), mu, logvar


class Head(nn.Module):
    """A probability of maps, and of a condition behind them if its size is not 0."""

    def __init__(self, d, condition):
        super().__init__()
        joint = same(8 * d + condition, 8 * d) if condition else ()
        self.outlogits = nn.Sequential(*joint, *logit(d))

    def forward(self, x, *condition):
        return self.outlogits(torch.cat([x, *(everywhere(c, x) for c in condition)], 1))


class Discriminator(nn.Module):
    """Of Stage-I (64), which has no unconditional head, or of Stage-II (256)."""

    def __init__(self, size=256, d=96, condition=128):
        super().__init__()
        layers = [nn.Conv2d(3, d, 4, 2, 1, bias=False), nn.LeakyReLU(0.2),
                  *down(d, 2 * d), *down(2 * d, 4 * d), *down(4 * d, 8 * d)]
        if size == 256:
            layers += [*down(8 * d, 16 * d), *down(16 * d, 32 * d), *same(32 * d, 16 * d),
                       *same(16 * d, 8 * d)]
        self.encode_img = nn.Sequential(*layers)
        self.get_cond_logits = Head(d, condition)
        if size == 256:
            self.get_uncond_logits = Head(d, 0)
        self.size = size

    def forward(self, image, condition):
        x = self.encode_img(image)
        match = self.get_cond_logits(x, condition)
        return match if self.size == 64 else (match, self.get_uncond_logits(x))
