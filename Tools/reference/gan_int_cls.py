"""GAN-INT-CLS (Reed et al. 2016) with the names of the serialised Torch7 trees, and our style encoder.

A Lua container keeps its parts in `modules`, counted from 1; only parts with tensors are built here.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Table(nn.Module):
    """The parts of a Lua container by their place: tensors are named `modules.{place}.…`."""

    def __init__(self, parts):
        super().__init__()
        box = nn.Module()
        for place, part in parts.items():
            box.add_module(str(place), part)
        self._modules["modules"] = box  # the attribute of this name is a method of nn.Module

    def __getitem__(self, place):
        return self._modules["modules"]._modules[str(place)]


class Branch(Table):
    """conv 1x1, norm, act, conv 3x3, norm, act, conv 3x3, norm at places 1, 2, 4, 5, 7, 8."""

    def __init__(self, channels, middle):
        super().__init__({
            1: nn.Conv2d(channels, middle, 1), 2: nn.BatchNorm2d(middle),
            4: nn.Conv2d(middle, middle, 3, padding=1), 5: nn.BatchNorm2d(middle),
            7: nn.Conv2d(middle, channels, 3, padding=1), 8: nn.BatchNorm2d(channels)})

    def forward(self, x, slope=0.0, last=True):
        y = F.leaky_relu(self[2](self[1](x)), slope)
        y = F.leaky_relu(self[5](self[4](y)), slope)
        y = x + self[8](self[7](y))
        return F.leaky_relu(y, slope) if last else y


class Generator(Table):
    """`residuals` is 2 in the large form of main_cls.lua; only the last of them is rectified."""

    def __init__(self, g=128, text=1024, narrowed=128, z=100, residuals=1):
        up = lambda i, o, *geometry: nn.ConvTranspose2d(i, o, 4, *geometry)
        more = 2 * (residuals - 1)
        branches = lambda at, *sizes: {
            at + 2 * r: Table({2: Branch(*sizes)}) for r in range(residuals)}
        super().__init__({
            1: Table({2: Table({1: nn.Linear(text, narrowed)})}),
            3: up(z + narrowed, 8 * g), 4: nn.BatchNorm2d(8 * g),
            **branches(5, 8 * g, 2 * g),
            8 + more: up(8 * g, 4 * g, 2, 1), 9 + more: nn.BatchNorm2d(4 * g),
            **branches(10 + more, 4 * g, g),
            13 + 2 * more: up(4 * g, 2 * g, 2, 1), 14 + 2 * more: nn.BatchNorm2d(2 * g),
            16 + 2 * more: up(2 * g, g, 2, 1), 17 + 2 * more: nn.BatchNorm2d(g),
            19 + 2 * more: up(g, 3, 2, 1)})
        self.residuals, self.more = residuals, more

    def branched(self, x, at):
        for r in range(self.residuals):
            x = self[at + 2 * r][2](x, last=r == self.residuals - 1)
        return x

    def passed(self, place, x):
        """What goes on behind a place of the trunk; others look into it or change it here."""
        return x

    def maps(self, text, z):
        """The picture before tanh."""
        more = self.more
        t = F.leaky_relu(self[1][2][1](text), 0.2)
        x = torch.cat([z, t], 1)[:, :, None, None]  # noise first
        x = self.passed(5, self.branched(self[4](self[3](x)), 5))
        x = self.branched(self[9 + more](self[8 + more](x)), 10 + more)
        x = self.passed(10 + more, x)
        x = self.passed(15 + 2 * more, F.relu(self[14 + 2 * more](self[13 + 2 * more](x))))
        x = self.passed(18 + 2 * more, F.relu(self[17 + 2 * more](self[16 + 2 * more](x))))
        return self[19 + 2 * more](x)

    def forward(self, text, z):
        return self.maps(text, z).tanh()


class Discriminator(Table):
    """`coco` is the network of main_cls.lua: one activation more, one norm less. Its `branch` is made
    there and never added."""

    def __init__(self, d=64, text=1024, narrowed=128, coco=False, branch=True):
        conv = lambda i, o: nn.Conv2d(i, o, 4, 2, 1)
        at = 9 if coco else 8
        image = {
            1: conv(3, d), 3: conv(d, 2 * d), 4: nn.BatchNorm2d(2 * d),
            6: conv(2 * d, 4 * d), 7: nn.BatchNorm2d(4 * d),
            at: conv(4 * d, 8 * d), at + 1: nn.BatchNorm2d(8 * d)}
        if branch:
            image[at + 2] = Table({2: Branch(8 * d, 2 * d)})
        words = {1: nn.Linear(text, narrowed)} | ({} if coco else {2: nn.BatchNorm1d(narrowed)})
        super().__init__({
            1: Table({1: Table(image), 2: Table(words)}),
            3: nn.Conv2d(8 * d + narrowed, 8 * d, 1), 4: nn.BatchNorm2d(8 * d),
            6: nn.Conv2d(8 * d, 1, 4)})
        self.coco, self.at, self.branch = coco, at, branch

    def features(self, image):
        c, at = self[1][1], self.at
        x = F.leaky_relu(c[1](image), 0.2)
        x = F.leaky_relu(c[4](c[3](x)), 0.2)
        x = c[7](c[6](x))
        x = c[at + 1](c[at](F.leaky_relu(x, 0.2) if self.coco else x))
        return c[at + 2][2](x, 0.2) if self.branch else F.leaky_relu(x, 0.2)

    def forward(self, image, text):
        t = self[1][2][1](text)
        t = F.leaky_relu(t if self.coco else self[1][2][2](t), 0.2)
        t = t[:, :, None, None].expand(-1, -1, 4, 4)
        x = torch.cat([self.features(image), t], 1)
        return self[6](F.leaky_relu(self[4](self[3](x)), 0.2)).sigmoid().flatten()


def style_encoder(d=64, z=100):
    """Pictures 64 x 64 in -1 to 1 to N x z, the layers of a DCGAN discriminator; ours."""
    down = lambda i, o: (
        nn.Conv2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.LeakyReLU(0.2))
    return nn.Sequential(
        nn.Conv2d(3, d, 4, 2, 1), nn.LeakyReLU(0.2),
        *down(d, 2 * d), *down(2 * d, 4 * d), *down(4 * d, 8 * d),
        nn.Conv2d(8 * d, z, 4), nn.Flatten())


class StyleTransfer(nn.Module):
    """A picture and another text to the picture that the text asks for: G(S(picture), text)."""

    def __init__(self, generator, encoder):
        super().__init__()
        self.G, self.S = generator, encoder

    def forward(self, image, text):
        return self.G(text, self.S(image))
