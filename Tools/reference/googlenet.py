"""GoogLeNet (Szegedy et al., CVPR 2015) with batch norm, in the tensor names of torchvision.

`narrow` divides all widths, rounded up.
"""

import torch
from torch import nn
from torch.nn import functional as F

from inception import BasicConv, DEVIATION, MEAN, SQUARE, column

BLOCKS = {
    "3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64), "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64), "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128), "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


class Inception(nn.Module):
    def __init__(self, inputs, widths):
        super().__init__()
        one, three0, three, five0, five, pool = widths
        self.branch1 = BasicConv(inputs, one)
        self.branch2 = nn.Sequential(BasicConv(inputs, three0), BasicConv(three0, three, SQUARE))
        self.branch3 = nn.Sequential(BasicConv(inputs, five0), BasicConv(five0, five, SQUARE))
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, 1, 1, ceil_mode=True), BasicConv(inputs, pool))

    def forward(self, x):
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([branch(x) for branch in branches], 1)


class Auxiliary(nn.Module):
    """For training only: in files, not read."""

    def __init__(self, inputs, classes):
        super().__init__()
        self.conv = BasicConv(inputs, 128)
        self.fc1, self.fc2 = nn.Linear(2048, 1024), nn.Linear(1024, classes)


class GoogLeNet(nn.Module):
    """Pictures in 0 to 1 to logits and the means before them."""

    def __init__(self, narrow=1, classes=1000, transform=True, auxiliary=False):
        super().__init__()
        n = lambda *widths: [-(-w // narrow) for w in widths]
        self.transform = transform
        w64, w192 = n(64, 192)
        self.conv1 = BasicConv(3, w64, (7, 7), 2)
        self.conv2, self.conv3 = BasicConv(w64, w64), BasicConv(w64, w192, SQUARE)
        inputs = w192
        for name, widths in BLOCKS.items():
            widths = n(*widths)
            self.add_module(f"inception{name}", Inception(inputs, widths))
            inputs = widths[0] + widths[2] + widths[4] + widths[5]
        self.fc = nn.Linear(inputs, classes)
        if auxiliary:
            self.aux1, self.aux2 = Auxiliary(512, classes), Auxiliary(528, classes)

    def forward(self, image):
        x = (image - column(MEAN, image)) / column(DEVIATION, image)
        if self.transform:
            x = x * (column(DEVIATION, x) / 0.5) + (column(MEAN, x) - 0.5) / 0.5
        pool = lambda y, size=3: F.max_pool2d(y, size, 2, ceil_mode=True)
        x = pool(self.conv3(self.conv2(pool(self.conv1(x)))))
        for name in BLOCKS:
            if name in ("4a", "5a"):
                x = pool(x, 3 if name == "4a" else 2)
            x = self.get_submodule(f"inception{name}")(x)
        pooled = x.mean((2, 3))
        return self.fc(pooled), pooled
