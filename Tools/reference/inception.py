"""Inception-v3 (Szegedy et al., CVPR 2016) in the tensor names of torchvision, in three forms: the
classifier of torchvision, the picture encoder of DAMSM, and the network of the Frechet distance.

`narrow` divides all widths, rounded up. Widths of blocks stand in the order of their branches.
"""

import torch
from torch import nn
from torch.nn import functional as F


class BasicConv(nn.Module):
    """Kernels and paddings are height x width."""

    def __init__(self, inputs, outputs, kernel=(1, 1), stride=1, padding=None):
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2) if padding is None else padding
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return self.bn(self.conv(x)).relu()


def average(x, counted):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=counted)


SQUARE, WIDE, TALL = (3, 3), (1, 7), (7, 1)


class Mixed5(nn.Module):
    def __init__(self, inputs, widths, counted=True):
        super().__init__()
        one, five0, five, three0, three, pool = widths
        self.counted = counted
        self.branch1x1 = BasicConv(inputs, one)
        self.branch5x5_1 = BasicConv(inputs, five0)
        self.branch5x5_2 = BasicConv(five0, five, (5, 5))
        self.branch3x3dbl_1 = BasicConv(inputs, three0)
        self.branch3x3dbl_2 = BasicConv(three0, three, SQUARE)
        self.branch3x3dbl_3 = BasicConv(three, three, SQUARE)
        self.branch_pool = BasicConv(inputs, pool)

    def forward(self, x):
        five = self.branch5x5_2(self.branch5x5_1(x))
        three = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        pool = self.branch_pool(average(x, self.counted))
        return torch.cat([self.branch1x1(x), five, three, pool], 1)


class Mixed6a(nn.Module):
    def __init__(self, inputs, widths):
        super().__init__()
        three, double0, double = widths
        self.branch3x3 = BasicConv(inputs, three, SQUARE, 2, 0)
        self.branch3x3dbl_1 = BasicConv(inputs, double0)
        self.branch3x3dbl_2 = BasicConv(double0, double, SQUARE)
        self.branch3x3dbl_3 = BasicConv(double, double, SQUARE, 2, 0)

    def forward(self, x):
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), double, F.max_pool2d(x, 3, 2)], 1)


class Mixed6(nn.Module):
    def __init__(self, c7=128, inputs=768, outputs=192, counted=True):
        super().__init__()
        self.counted = counted
        self.branch1x1 = BasicConv(inputs, outputs)
        self.branch7x7_1 = BasicConv(inputs, c7)
        self.branch7x7_2 = BasicConv(c7, c7, WIDE)
        self.branch7x7_3 = BasicConv(c7, outputs, TALL)
        self.branch7x7dbl_1 = BasicConv(inputs, c7)
        self.branch7x7dbl_2 = BasicConv(c7, c7, TALL)
        self.branch7x7dbl_3 = BasicConv(c7, c7, WIDE)
        self.branch7x7dbl_4 = BasicConv(c7, c7, TALL)
        self.branch7x7dbl_5 = BasicConv(c7, outputs, WIDE)
        self.branch_pool = BasicConv(inputs, outputs)

    def forward(self, x):
        seven = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        pool = self.branch_pool(average(x, self.counted))
        return torch.cat([self.branch1x1(x), seven, double, pool], 1)


class Mixed7a(nn.Module):
    def __init__(self, inputs, widths):
        super().__init__()
        reduced, three = widths
        self.branch3x3_1 = BasicConv(inputs, reduced)
        self.branch3x3_2 = BasicConv(reduced, three, SQUARE, 2, 0)
        self.branch7x7x3_1 = BasicConv(inputs, reduced)
        self.branch7x7x3_2 = BasicConv(reduced, reduced, WIDE)
        self.branch7x7x3_3 = BasicConv(reduced, reduced, TALL)
        self.branch7x7x3_4 = BasicConv(reduced, reduced, SQUARE, 2, 0)

    def forward(self, x):
        three = self.branch3x3_2(self.branch3x3_1(x))
        seven = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))
        return torch.cat([three, self.branch7x7x3_4(seven), F.max_pool2d(x, 3, 2)], 1)


class Mixed7(nn.Module):
    """`pool` is what stands before branch_pool: "counted", "uncounted" or "largest"."""

    def __init__(self, inputs, widths, pool="counted"):
        super().__init__()
        one, three, double0, last = widths
        self.pool = pool
        self.branch1x1 = BasicConv(inputs, one)
        self.branch3x3_1 = BasicConv(inputs, three)
        self.branch3x3_2a = BasicConv(three, three, (1, 3))
        self.branch3x3_2b = BasicConv(three, three, (3, 1))
        self.branch3x3dbl_1 = BasicConv(inputs, double0)
        self.branch3x3dbl_2 = BasicConv(double0, three, SQUARE)
        self.branch3x3dbl_3a = BasicConv(three, three, (1, 3))
        self.branch3x3dbl_3b = BasicConv(three, three, (3, 1))
        self.branch_pool = BasicConv(inputs, last)

    def forward(self, x):
        three = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        if self.pool == "largest":
            pool = F.max_pool2d(x, 3, 1, 1)
        else:
            pool = average(x, self.pool == "counted")
        return torch.cat([
            self.branch1x1(x), self.branch3x3_2a(three), self.branch3x3_2b(three),
            self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double),
            self.branch_pool(pool)], 1)


class Trunk(nn.Module):
    """Pictures in the range of the network to its maps. `fid`: the network of the Frechet distance."""

    def __init__(self, narrow=1, fid=False):
        super().__init__()
        n = lambda *widths: [-(-w // narrow) for w in widths]
        counted = not fid
        w32, w64, w80, w192 = n(32, 64, 80, 192)
        self.Conv2d_1a_3x3 = BasicConv(3, w32, SQUARE, 2, 0)
        self.Conv2d_2a_3x3 = BasicConv(w32, w32, SQUARE, 1, 0)
        self.Conv2d_2b_3x3 = BasicConv(w32, w64, SQUARE)
        self.Conv2d_3b_1x1 = BasicConv(w64, w80)
        self.Conv2d_4a_3x3 = BasicConv(w80, w192, SQUARE, 1, 0)
        five = lambda inputs, pool: Mixed5(inputs, n(64, 48, 64, 64, 96, pool), counted)
        out5 = lambda pool: sum(n(64, 64, 96, pool))
        self.Mixed_5b, self.Mixed_5c = five(w192, 32), five(out5(32), 64)
        self.Mixed_5d = five(out5(64), 64)
        self.Mixed_6a = Mixed6a(out5(64), n(384, 64, 96))
        six = sum(n(384, 96)) + out5(64)
        for name, c7 in zip("bcde", (128, 160, 160, 192)):
            setattr(self, f"Mixed_6{name}", Mixed6(n(c7)[0], six, w192, counted))
            six = 4 * w192
        self.Mixed_7a = Mixed7a(six, n(192, 320))
        seven = sum(n(320, 192)) + six
        widths = n(320, 384, 448, 192)
        self.out = sum(n(320, 192)) + 4 * n(384)[0]
        self.Mixed_7b = Mixed7(seven, widths, "counted" if counted else "uncounted")
        self.Mixed_7c = Mixed7(self.out, widths, "counted" if counted else "largest")
        self.six = six

    def maps(self, x):
        """After the two pools, Mixed_6e and Mixed_7c."""
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        first = F.max_pool2d(x, 3, 2)
        second = F.max_pool2d(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(first)), 3, 2)
        x = second
        for name in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e"):
            x = self.get_submodule(f"Mixed_{name}")(x)
        return first, second, x, self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))


MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def column(values, like):
    return torch.tensor(values, dtype=like.dtype)[:, None, None]


class Classifier(Trunk):
    """torchvision's. Pictures in 0 to 1, normalised as ImageNet's; `transform` undoes that again."""

    def __init__(self, narrow=1, classes=1000, transform=True, auxiliary=False):
        super().__init__(narrow)
        self.transform = transform
        self.fc = nn.Linear(self.out, classes)
        if auxiliary:  # for training only: in files, not read
            self.AuxLogits = nn.Module()
            self.AuxLogits.conv0 = BasicConv(self.six, 128)
            self.AuxLogits.conv1 = BasicConv(128, 768, (5, 5))
            self.AuxLogits.fc = nn.Linear(768, classes)

    def forward(self, image):
        x = (image - column(MEAN, image)) / column(DEVIATION, image)
        if self.transform:
            x = x * (column(DEVIATION, x) / 0.5) + (column(MEAN, x) - 0.5) / 0.5
        pooled = self.maps(x)[3].mean((2, 3))
        return self.fc(pooled), pooled


class PictureEncoder(Trunk):
    """DAMSM's CNN_ENCODER: pictures in -1 to 1 to features of regions and one of the picture."""

    def __init__(self, narrow=1, nef=256, side=299, aligned=True):
        super().__init__(narrow)
        self.side, self.aligned = side, aligned
        self.emb_features = nn.Conv2d(self.six, nef, 1, bias=False)
        self.emb_cnn_code = nn.Linear(self.out, nef)

    def forward(self, image):
        x = F.interpolate(
            image, (self.side, self.side), mode="bilinear", align_corners=self.aligned)
        _, _, regions, last = self.maps(x)
        pooled = F.avg_pool2d(last, last.shape[-1]).flatten(1)
        return self.emb_features(regions), self.emb_cnn_code(pooled)


def resized_legacy(x, side):
    """TensorFlow 1's bilinear: places i * in / out, without half pixels."""
    for axis in (2, 3):
        size = x.shape[axis]
        at = torch.arange(side, dtype=x.dtype) * (size / side)
        low = at.floor().long()
        shape = [1, 1, 1, 1]
        shape[axis] = side
        share = (at - low).reshape(shape)
        high = (low + 1).clamp(max=size - 1)
        x = x.index_select(axis, low) * (1 - share) + x.index_select(axis, high) * share
    return x


class Frechet(Trunk):
    """The network of the Frechet distance: pictures in 0 to 255 to logits without and with bias, and
    the means of the four maps. `resize` is the program that is followed."""

    def __init__(self, narrow=1, resize="pytorch-fid", side=299, classes=1008):
        super().__init__(narrow, fid=True)
        self.resize, self.side = resize, side
        self.fc = nn.Linear(self.out, classes)

    def prepared(self, image):
        size = (self.side, self.side)
        if self.resize == "pytorch-fid":
            return 2 * F.interpolate(image / 255, size, mode="bilinear") - 1
        if self.resize == "tensorflow":
            return (resized_legacy(image, self.side) - 128) / 128
        x = F.interpolate(image, size, mode="bicubic", antialias=True)
        return (x.clamp(0, 255) - 128) / 128

    def forward(self, image):
        means = [x.mean((2, 3)) for x in self.maps(self.prepared(image))]
        logits = F.linear(means[3], self.fc.weight)
        return (means[3], logits, logits + self.fc.bias, *means[:3])
