"""SISGAN (Dong et al., ICCV 2017): changes a picture of 64 x 64 to fit the vector of a sentence."""

import torch
from torch import nn
from torch.nn import functional as F

from tagan import conv_norm
from vgg import normalized


def vgg_encoder(base):
    """VGG-16 with batch norms up to relu4_3, without its third pool."""
    layers, inputs = [], 3
    for stage in ([base // 2] * 2, [base] * 2, [2 * base] * 3 + [4 * base] * 3):
        if layers:
            layers.append(nn.MaxPool2d(2))
        for outputs in stage:
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
    return nn.Sequential(*layers)


class Residual(nn.Module):
    """Rectified after the sum."""

    def __init__(self, channels):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return F.relu(x + self.encoder(x))


class Generator(nn.Module):
    def __init__(self, vgg=True, base=128, condition=128, text_size=300, normalize=False):
        super().__init__()
        self.normalize = normalize
        if vgg:
            self.encoder = vgg_encoder(base)
        else:
            self.encoder = nn.Sequential(
                nn.Conv2d(3, base, 3, padding=1),
                nn.ReLU(),
                *conv_norm(base, 2 * base, 4, 2, nn.ReLU()),
                *conv_norm(2 * base, 4 * base, 4, 2, nn.ReLU()),
            )
        self.residual_blocks = nn.Sequential(
            nn.Conv2d(4 * base + condition, 4 * base, 3, padding=1, bias=False),
            nn.BatchNorm2d(4 * base),
            *[Residual(4 * base) for _ in range(4)],
        )
        self.decoder = nn.Sequential(
            nn.Upsample(scale_factor=2),
            *conv_norm(4 * base, 2 * base, 3, 1, nn.ReLU()),
            nn.Upsample(scale_factor=2),
            *conv_norm(2 * base, base, 3, 1, nn.ReLU()),
            nn.Conv2d(base, 3, 3, padding=1),
            nn.Tanh(),
        )
        self.mu = nn.Sequential(nn.Linear(text_size, condition, bias=False), nn.LeakyReLU(0.2))
        self.log_sigma = nn.Sequential(
            nn.Linear(text_size, condition, bias=False), nn.LeakyReLU(0.2))

    def paint(self, image, code):
        seen = self.encoder(normalized(image) if self.normalize else image)
        tiled = code[:, :, None, None].expand(-1, -1, seen.shape[2], seen.shape[3])
        return self.decoder(self.residual_blocks(torch.cat([seen, tiled], 1)))

    def code(self, text, z):
        return self.mu(text) + self.log_sigma(text).exp() * z

    def forward(self, image, text, z):
        return self.paint(image, self.code(text, z)), self.mu(text), self.log_sigma(text)


class Discriminator(nn.Module):
    def __init__(self, base=64, narrowed=128, text_size=300, size=64):
        super().__init__()
        b, act = base, nn.LeakyReLU(0.2)
        self.encoder = nn.Sequential(
            nn.Conv2d(3, b, 4, 2, 1),
            act,
            *conv_norm(b, 2 * b, 4, 2, act),
            *conv_norm(2 * b, 4 * b, 4, 2, act),
            *conv_norm(4 * b, 8 * b, 4, 2, act)[:2],
        )
        self.residual_branch = nn.Sequential(
            nn.Conv2d(8 * b, 2 * b, 1, bias=False),
            nn.BatchNorm2d(2 * b),
            act,
            *conv_norm(2 * b, 2 * b, 3, 1, act),
            *conv_norm(2 * b, 8 * b, 3, 1, act)[:2],
        )
        self.classifier = nn.Sequential(
            nn.Conv2d(8 * b + narrowed, 8 * b, 1, bias=False),
            nn.BatchNorm2d(8 * b),
            act,
            nn.Conv2d(8 * b, 1, size // 16),
        )
        self.compression = nn.Sequential(nn.Linear(text_size, narrowed), act)

    def forward(self, image, text):
        x = self.encoder(image)
        x = F.leaky_relu(x + self.residual_branch(x), 0.2)
        tiled = self.compression(text)[:, :, None, None].expand(-1, -1, x.shape[2], x.shape[3])
        return self.classifier(torch.cat([x, tiled], 1)).reshape(-1)
