"""Super-resolution: Real-ESRGAN (Wang et al. 2021) with the names of BasicSR, its small network, and
SRGAN (Ledig et al. 2017) in the form with five residual blocks."""

import torch
from torch import nn
from torch.nn import functional as F


def twice(x, by=2):
    return F.interpolate(x, scale_factor=by, mode="nearest")


class DenseBlock(nn.Module):
    def __init__(self, features, growth):
        super().__init__()
        for i in range(5):
            out = features if i == 4 else growth
            self.add_module(f"conv{i + 1}", nn.Conv2d(features + i * growth, out, 3, padding=1))

    def forward(self, x):
        seen = [x]
        for i in range(1, 5):
            y = self.get_submodule(f"conv{i}")(torch.cat(seen, 1))
            seen.append(F.leaky_relu(y, 0.2))
        return 0.2 * self.conv5(torch.cat(seen, 1)) + x


class RRDB(nn.Module):
    def __init__(self, features, growth):
        super().__init__()
        self.rdb1, self.rdb2, self.rdb3 = (DenseBlock(features, growth) for _ in range(3))

    def forward(self, x):
        return 0.2 * self.rdb3(self.rdb2(self.rdb1(x))) + x


class RealESRGAN(nn.Module):
    """Pictures in 0 ... 1 to four times their size."""

    def __init__(self, blocks=23, features=64, growth=32):
        super().__init__()
        conv = lambda i, o: nn.Conv2d(i, o, 3, padding=1)
        self.conv_first = conv(3, features)
        self.body = nn.ModuleList(RRDB(features, growth) for _ in range(blocks))
        self.conv_body = conv(features, features)
        self.conv_up1, self.conv_up2 = conv(features, features), conv(features, features)
        self.conv_hr, self.conv_last = conv(features, features), conv(features, 3)

    def forward(self, x):
        first = x = self.conv_first(x)
        for block in self.body:
            x = block(x)
        x = first + self.conv_body(x)
        x = F.leaky_relu(self.conv_up1(twice(x)), 0.2)
        x = F.leaky_relu(self.conv_up2(twice(x)), 0.2)
        return self.conv_last(F.leaky_relu(self.conv_hr(x), 0.2))


class SRVGG(nn.Module):
    """The network of animevideov3; scales 2 and 3 are a smaller copy of 4."""

    def __init__(self, scale=4, features=64, count=16):
        super().__init__()
        self.scale = scale
        layers = [nn.Conv2d(3, features, 3, padding=1), nn.PReLU(features)]
        for _ in range(count):
            layers += [nn.Conv2d(features, features, 3, padding=1), nn.PReLU(features)]
        self.body = nn.Sequential(*layers, nn.Conv2d(features, 48, 3, padding=1))

    def forward(self, x):
        y = F.pixel_shuffle(self.body(x), 4) + twice(x, 4)
        if self.scale == 4:
            return y
        size = [self.scale * n for n in x.shape[2:]]
        return F.interpolate(y, size=size, mode="bicubic", align_corners=False)

    def draw_own(self, rng):
        """Slopes of both signs; `fill` knows none for nn.PReLU."""
        slopes = {n: p.shape for n, p in self.named_parameters() if p.ndim == 1 and "weight" in n}
        return {n: rng.uniform(-0.3, 0.5, shape) for n, shape in slopes.items()}


class Residual(nn.Module):
    def __init__(self, features, norm):
        super().__init__()
        self.conv1 = nn.Conv2d(features, features, 3, padding=1)
        self.bn1, self.prelu = norm(features), nn.PReLU()
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)
        self.bn2 = norm(features)

    def forward(self, x):
        return x + self.bn2(self.conv2(self.prelu(self.bn1(self.conv1(x)))))


class Up(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.conv = nn.Conv2d(features, 4 * features, 3, padding=1)
        self.prelu = nn.PReLU()

    def forward(self, x):
        return self.prelu(F.pixel_shuffle(self.conv(x), 2))


class SRGAN(nn.Module):
    """Pictures in 0 ... 1 to 2^steps times their size; `folded` has no norms of its own."""

    def __init__(self, steps=1, features=64, folded=False):
        super().__init__()
        norm = (lambda n: nn.Identity()) if folded else nn.BatchNorm2d
        self.block1 = nn.Sequential(nn.Conv2d(3, features, 9, padding=4), nn.PReLU())
        for i in range(2, 7):
            self.add_module(f"block{i}", Residual(features, norm))
        self.block7 = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1), norm(features))
        self.block8 = nn.Sequential(
            *[Up(features) for _ in range(steps)], nn.Conv2d(features, 3, 9, padding=4))

    def forward(self, x):
        first = y = self.block1(x)
        for i in range(2, 7):
            y = self.get_submodule(f"block{i}")(y)
        return (self.block8(first + self.block7(y)).tanh() + 1) / 2

    draw_own = SRVGG.draw_own


# MultiStyle26 lies beside them because its files come the same way.


class Styled(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, styles):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(outputs, inputs, kernel, kernel))
        self.norm = nn.Module()
        self.norm.gamma = nn.Parameter(torch.zeros(styles, outputs))
        self.norm.beta = nn.Parameter(torch.zeros(styles, outputs))
        self.stride = stride

    def forward(self, x, shares):
        x = F.pad(x, [self.w.shape[-1] // 2] * 4, mode="reflect")
        x = F.instance_norm(F.conv2d(x, self.w, stride=self.stride), eps=1e-5)
        gamma, beta = shares @ self.norm.gamma, shares @ self.norm.beta
        return x * gamma[..., None, None] + beta[..., None, None]

    def draw_own(self, rng):
        shape = self.norm.gamma.shape
        return {
            "w": rng.standard_normal(self.w.shape) * (2 / self.w[0].numel()) ** 0.5,
            "norm.gamma": rng.uniform(0.5, 1.5, shape), "norm.beta": rng.uniform(-0.5, 0.5, shape)}


class MultiStyle(nn.Module):
    """Pictures in 0 ... 1 and shares of styles, N x styles, or numbers of styles."""

    def __init__(self, styles=26, features=32):
        super().__init__()
        layer = lambda i, o, kernel=3, stride=1: Styled(i, o, kernel, stride, styles)
        self.styles, n = styles, features
        self.contract = nn.ModuleList([layer(3, n, 9), layer(n, n, 3, 2), layer(n, n, 3, 2)])
        self.res = nn.ModuleList(nn.ModuleList([layer(n, n), layer(n, n)]) for _ in range(6))
        self.expand = nn.ModuleList([layer(n, n // 4), layer(n // 4, n // 8), layer(n // 8, 3, 9)])

    def forward(self, x, shares):
        if shares.ndim == 1:
            shares = F.one_hot(shares, self.styles).to(x.dtype)
        height, width = x.shape[2:]
        x = F.pad(x, (0, -width % 4, 0, -height % 4), mode="reflect")
        for layer in self.contract:
            x = layer(x, shares).relu()
        for first, second in self.res:
            x = x + second(first(x, shares).relu(), shares)
        for layer in self.expand[:2]:
            x = layer(twice(x), shares).relu()
        return self.expand[2](x, shares).sigmoid()[..., :height, :width]
