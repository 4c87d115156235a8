"""Inception-v3's 17 x 17 block (Mixed_6b, 6c, 6d, 6e with c7 = 128, 160, 160, 192)."""

import torch
from torch import nn


class BasicConv(nn.Module):
    """Kernels and paddings are height x width."""

    def __init__(self, inputs, outputs, kernel=(1, 1)):
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2)
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return self.bn(self.conv(x)).relu()


class Mixed6(nn.Module):
    def __init__(self, c7=128, inputs=768, outputs=192):
        super().__init__()
        tall, wide = (7, 1), (1, 7)
        self.branch1x1 = BasicConv(inputs, outputs)
        self.branch7x7_1 = BasicConv(inputs, c7)
        self.branch7x7_2 = BasicConv(c7, c7, wide)
        self.branch7x7_3 = BasicConv(c7, outputs, tall)
        self.branch7x7dbl_1 = BasicConv(inputs, c7)
        self.branch7x7dbl_2 = BasicConv(c7, c7, tall)
        self.branch7x7dbl_3 = BasicConv(c7, c7, wide)
        self.branch7x7dbl_4 = BasicConv(c7, c7, tall)
        self.branch7x7dbl_5 = BasicConv(c7, outputs, wide)
        self.branch_pool = BasicConv(inputs, outputs)

    def forward(self, x):
        seven = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        pool = nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=True)
        return torch.cat([self.branch1x1(x), seven, double, self.branch_pool(pool)], 1)
