"""ResNet (He et al., CVPR 2016) in the tensor names of torchvision."""

from torch import nn
from torch.nn import functional as F

from vgg import normalized

STAGES = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3),
          152: (3, 8, 36, 3)}


def projection(inputs, outputs, stride):
    if inputs == outputs and stride == 1:
        return None
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    """`convolutions` are (width, kernel, stride); all but the last are rectified."""

    def __init__(self, inputs, convolutions):
        super().__init__()
        self.count, width, stride = len(convolutions), inputs, 1
        for k, (outputs, kernel, step) in enumerate(convolutions, 1):
            self.add_module(
                f"conv{k}", nn.Conv2d(width, outputs, kernel, step, kernel // 2, bias=False))
            self.add_module(f"bn{k}", nn.BatchNorm2d(outputs))
            width, stride = outputs, stride * step
        self.downsample = projection(inputs, width, stride)

    def forward(self, x):
        y = x
        for k in range(1, self.count + 1):
            y = self.get_submodule(f"bn{k}")(self.get_submodule(f"conv{k}")(y))
            y = y.relu() if k < self.count else y
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


class ResNet(nn.Module):
    """Pictures in 0 to 1 to logits and the means before them."""

    def __init__(self, depth=50, width=64, classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for s, count in enumerate(STAGES[depth]):
            blocks = []
            for i in range(count):
                w, stride = width * 2**s, 2 if i == 0 and s > 0 else 1
                if depth < 50:
                    plan = [(w, 3, stride), (w, 3, 1)]
                else:
                    plan = [(w, 1, 1), (w, 3, stride), (4 * w, 1, 1)]
                blocks.append(Residual(inputs, plan))
                inputs = plan[-1][0]
            self.add_module(f"layer{s + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, image):
        x = self.bn1(self.conv1(normalized(image))).relu()
        x = F.max_pool2d(x, 3, 2, 1)
        for s in range(1, 5):
            x = self.get_submodule(f"layer{s}")(x)
        pooled = x.mean((2, 3))
        return self.fc(pooled), pooled
