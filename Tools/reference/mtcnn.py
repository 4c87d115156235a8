"""MTCNN (Zhang, Zhang, Li, Qiao 2016) in the tensor names of facenet-pytorch, and the cascade that goes
from a picture to boxes and points through any three networks."""

import numpy
import torch
from torch import nn
from torch.nn import functional as F


class Sloped(nn.Module):
    """What the three networks share: convolutions without a border, slopes, flattening."""

    def __init__(self, narrow):
        super().__init__()
        self.n = lambda width: -(-width // narrow)
        self.inputs, self.count = 3, 0

    def conv(self, width, kernel=3):
        self.count, width = self.count + 1, self.n(width)
        self.add_module(f"conv{self.count}", nn.Conv2d(self.inputs, width, kernel))
        self.add_module(f"prelu{self.count}", nn.PReLU(width))
        self.inputs = width

    def passed(self, x, at):
        return self.get_submodule(f"prelu{at}")(self.get_submodule(f"conv{at}")(x))

    def draw_own(self, rng):
        """Slopes of both signs; `synthetic.fill` knows none for nn.PReLU."""
        slopes = {n: p.shape for n, p in self.named_parameters() if n.startswith("prelu")}
        return {n: rng.uniform(-0.3, 0.5, shape) for n, shape in slopes.items()}


def flat(x):
    """Column by column, the channels of a place together."""
    return x.permute(0, 3, 2, 1).flatten(1)


class PNet(Sloped):
    def __init__(self, narrow=1):
        super().__init__(narrow)
        for width in (10, 16, 32):
            self.conv(width)
        self.conv4_1, self.conv4_2 = nn.Conv2d(self.inputs, 2, 1), nn.Conv2d(self.inputs, 4, 1)

    def forward(self, x):
        x = F.max_pool2d(self.passed(x, 1), 2, 2, ceil_mode=True)
        x = self.passed(self.passed(x, 2), 3)
        return self.conv4_2(x), self.conv4_1(x).softmax(1)


class RNet(Sloped):
    def __init__(self, narrow=1):
        super().__init__(narrow)
        for width, kernel in ((28, 3), (48, 3), (64, 2)):
            self.conv(width, kernel)
        self.dense4 = nn.Linear(9 * self.inputs, self.n(128))
        self.prelu4 = nn.PReLU(self.n(128))
        self.dense5_1, self.dense5_2 = nn.Linear(self.n(128), 2), nn.Linear(self.n(128), 4)

    def forward(self, x):
        for at in (1, 2):
            x = F.max_pool2d(self.passed(x, at), 3, 2, ceil_mode=True)
        x = self.prelu4(self.dense4(flat(self.passed(x, 3))))
        return self.dense5_2(x), self.dense5_1(x).softmax(1)


class ONet(Sloped):
    def __init__(self, narrow=1):
        super().__init__(narrow)
        for width, kernel in ((32, 3), (64, 3), (64, 3), (128, 2)):
            self.conv(width, kernel)
        self.dense5 = nn.Linear(9 * self.inputs, self.n(256))
        self.prelu5 = nn.PReLU(self.n(256))
        self.dense6_1, self.dense6_2 = nn.Linear(self.n(256), 2), nn.Linear(self.n(256), 4)
        self.dense6_3 = nn.Linear(self.n(256), 10)

    def forward(self, x):
        for at, kernel in ((1, 3), (2, 3), (3, 2)):
            x = F.max_pool2d(self.passed(x, at), kernel, 2, ceil_mode=True)
        x = self.prelu5(self.dense5(flat(self.passed(x, 4))))
        return self.dense6_2(x), self.dense6_3(x), self.dense6_1(x).softmax(1)


class MTCNN(nn.Module):
    """All three, by the roots of the page."""

    def __init__(self, narrow=1):
        super().__init__()
        self.P, self.R, self.O = PNet(narrow), RNet(narrow), ONet(narrow)


# The cascade. Boxes are rows of x, y, x, y and the probability; pictures are H x W x 3 in 0 ... 255.

FACTOR, SMALLEST, THRESHOLDS = 0.709, 20, (0.6, 0.7, 0.7)


def shrunk(picture, height, width):
    """By means of areas, as the networks see it: 1 x 3 x height x width."""
    x = torch.from_numpy(picture.astype(numpy.float64)).permute(2, 0, 1)[None]
    return ((F.adaptive_avg_pool2d(x, (height, width)) - 127.5) / 128).numpy()


def overlaps(box, boxes, extra, least):
    """The share that boxes have in common with one: of both together, or of the smaller."""
    area = lambda b: (b[:, 2] - b[:, 0] + extra) * (b[:, 3] - b[:, 1] + extra)
    low = numpy.maximum(box[:2], boxes[:, :2])
    high = numpy.minimum(box[2:4], boxes[:, 2:4])
    common = numpy.maximum(0, high - low + extra).prod(1)
    own, others = area(box[None]), area(boxes)
    return common / (numpy.minimum(own, others) if least else own + others - common)


def kept(boxes, bound, extra=0, least=False):
    """Positions of boxes that no likelier one covers by more than the bound."""
    order, chosen = list(numpy.argsort(boxes[:, 4], kind="stable")[::-1]), []
    while order:
        first, *order = order
        chosen.append(first)
        if order:
            shares = overlaps(boxes[first], boxes[order], extra, least)
            order = [n for n, share in zip(order, shares) if share <= bound]
    return chosen


def corrected(boxes, by, extra):
    size = numpy.tile(boxes[:, 2:4] - boxes[:, :2] + extra, 2)
    return numpy.hstack([boxes[:, :4] + by * size, boxes[:, 4:]])


def squared(boxes):
    size = boxes[:, 2:4] - boxes[:, :2]
    side = size.max(1, keepdims=True)
    low = boxes[:, :2] + size / 2 - side / 2
    return numpy.hstack([low, low + side, boxes[:, 4:]])


def crops(picture, boxes, side):
    """The places of boxes, as far as they lie in the picture, at one size."""
    height, width = picture.shape[:2]
    x = numpy.trunc(boxes[:, :4]).astype(int)
    found = []
    for left, top, right, bottom in x:
        part = picture[max(top, 1) - 1 : min(bottom, height), max(left, 1) - 1 : min(right, width)]
        found.append(shrunk(part, side, side))
    return numpy.concatenate(found)


def proposals(picture, propose):
    height, width = picture.shape[:2]
    scale, found = 12 / SMALLEST, []
    while min(height, width) * scale >= 12:
        level = shrunk(picture, int(height * scale + 1), int(width * scale + 1))
        by, probability = propose(level)
        y, x = numpy.nonzero(probability[0, 1] >= THRESHOLDS[0])
        cell = numpy.stack([x, y], 1)
        boxes = numpy.hstack([
            numpy.floor((2 * cell + 1) / scale), numpy.floor((2 * cell + 12) / scale),
            probability[0, 1, y, x][:, None], by[0][:, y, x].T])
        found.append(boxes[kept(boxes, 0.5)])
        scale *= FACTOR
    boxes = numpy.concatenate(found)
    boxes = boxes[kept(boxes, 0.7)]
    return squared(corrected(boxes[:, :5], boxes[:, 5:], 0))


def faces(picture, propose, refine, decide):
    """Boxes with probabilities, likeliest first, and for each five points. The networks are functions
    of arrays, batch first, to boxes, (points,) probabilities."""
    boxes = proposals(picture, propose)
    by, probability = refine(crops(picture, boxes, 24))
    good = probability[:, 1] > THRESHOLDS[1]
    boxes, by = numpy.hstack([boxes[good, :4], probability[good, 1:]]), by[good]
    chosen = kept(boxes, 0.7)
    boxes = squared(corrected(boxes[chosen], by[chosen], 1))
    by, points, probability = decide(crops(picture, boxes, 48))
    good = probability[:, 1] > THRESHOLDS[2]
    boxes = numpy.hstack([boxes[good, :4], probability[good, 1:]])
    size = boxes[:, 2:4] - boxes[:, :2] + 1
    points = numpy.stack([
        size[:, :1] * points[good, :5] + boxes[:, :1] - 1,
        size[:, 1:] * points[good, 5:] + boxes[:, 1:2] - 1], 2)
    boxes = corrected(boxes, by[good], 1)
    chosen = kept(boxes, 0.7, 1, True)
    return boxes[chosen], points[chosen]
