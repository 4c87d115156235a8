"""DCGAN (Radford, Metz, Chintala, ICLR 2016) with the tensor names of PyTorch's examples, and how the
package gan-face-generate 1.1.1 keeps them."""

import torch
from torch import nn

from units import Layered


class Network(nn.Module):
    """A Sequential named `main`."""

    def __init__(self, *layers):
        super().__init__()
        self.main = nn.Sequential(*layers)

    def forward(self, x):
        return self.main(x)


class Generator(Layered):
    """Noise N x z to pictures N x channels x 64 x 64; taps are positions in `main`."""

    def __init__(self, z=100, g=64, channels=3):
        up = lambda i, o, *geometry: nn.ConvTranspose2d(i, o, 4, *geometry, bias=False)
        after = lambda n: (nn.BatchNorm2d(n), nn.ReLU())
        super().__init__()
        self.codes = z
        self.main = nn.Sequential(
            up(z, 8 * g, 1, 0), *after(8 * g), up(8 * g, 4 * g, 2, 1), *after(4 * g),
            up(4 * g, 2 * g, 2, 1), *after(2 * g), up(2 * g, g, 2, 1), *after(g),
            up(g, channels, 2, 1), nn.Tanh())

    def generate(self, z=None):
        z = torch.zeros(1, self.codes, dtype=torch.float64) if z is None else z
        x = z[:, :, None, None]
        for position, layer in enumerate(self.main):
            x = self.passed(position, layer(x))
        return x


class Discriminator(Network):
    """Pictures to the probability of each, and what the last layer sees."""

    def __init__(self, d=64, channels=3):
        down = lambda i, o: nn.Conv2d(i, o, 4, 2, 1, bias=False)
        act = lambda: nn.LeakyReLU(0.2)
        norm = lambda n: (nn.BatchNorm2d(n), act())
        super().__init__(
            down(channels, d), act(), down(d, 2 * d), *norm(2 * d), down(2 * d, 4 * d),
            *norm(4 * d), down(4 * d, 8 * d), *norm(8 * d), nn.Conv2d(8 * d, 1, 4, bias=False),
            nn.Sigmoid())

    def forward(self, image):
        features = self.main[:-2](image)
        return self.main[-2:](features).flatten(), features


def read(path):
    """The generator's state; nothing in the file is executed."""
    return torch.load(path, map_location="cpu", weights_only=True)["netG_state_dict"]
