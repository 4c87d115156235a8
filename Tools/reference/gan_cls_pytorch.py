"""A port of GAN-CLS (Reed et al., ICML 2016) to PyTorch, aelnouby/Text-to-Image-Synthesis: a plain DCGAN.

Saved through DataParallel, so files have `module.` before every name (stackgan_v2.Wrapped).
"""

import torch
from torch import nn

from stackgan_v2 import code16, everywhere


def narrowed(text, size):
    return nn.Sequential(nn.Linear(text, size), nn.BatchNorm1d(size), nn.LeakyReLU(0.2))


class Generator(nn.Module):
    def __init__(self, g=64, text=1024, size=128, z=100):
        super().__init__()
        self.projection = narrowed(text, size)
        layers, width = [], size + z
        for out, geometry in [(8 * g, (1, 0)), (4 * g, (2, 1)), (2 * g, (2, 1)), (g, (2, 1))]:
            layers += [nn.ConvTranspose2d(width, out, 4, *geometry, bias=False), nn.BatchNorm2d(out),
                       nn.ReLU()]
            width = out
        self.netG = nn.Sequential(*layers, nn.ConvTranspose2d(g, 3, 4, 2, 1, bias=False), nn.Tanh())

    def forward(self, text, z):
        return self.netG(torch.cat([self.projection(text), z], 1)[:, :, None, None])  # the text first


class Projector(nn.Module):
    def __init__(self, text, size):
        super().__init__()
        self.projection = narrowed(text, size)


class Discriminator(nn.Module):
    def __init__(self, d=64, text=1024, size=128):
        super().__init__()
        self.netD_1 = code16(d)
        self.projector = Projector(text, size)
        self.netD_2 = nn.Sequential(nn.Conv2d(8 * d + size, 1, 4, bias=False), nn.Sigmoid(),
                                    nn.Flatten(0))

    def forward(self, image, text):
        x = self.netD_1(image)
        t = everywhere(self.projector.projection(text), x)
        return self.netD_2(torch.cat([x, t], 1))
