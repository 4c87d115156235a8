"""TIRG (Vo et al., CVPR 2019) with a small picture encoder that keeps the places of a 3 x 3 grid apart."""

from torch import nn

import tirg


class Looker(nn.Module):
    """Pictures N x 3 x side x side in [-1,1] to vectors N x size: four convolutions, each to half the
    size, and a linear layer that sees every place of the last maps."""

    def __init__(self, width=16, size=128, side=64):
        super().__init__()
        b = width
        half = lambda i, o: [nn.Conv2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU()]
        self.seen = nn.Sequential(*half(3, b), *half(b, 2 * b), *half(2 * b, 3 * b),
                                  *half(3 * b, 3 * b))
        self.fc = nn.Sequential(nn.Linear((side // 16) ** 2 * 3 * b, size))

    def maps(self, image):
        return self.seen(image)

    def pooled(self, maps):
        return self.fc(maps.flatten(1))


def network(composition="tirg", entries=28, width=16, size=128, side=64):
    return tirg.TIRG(composition, entries, size, image_model=Looker(width, size, side))
