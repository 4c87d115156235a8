"""SinGAN (Shaham et al. 2019) as trained on one picture of birds: seven stages, coarse to fine."""

import math

import numpy
import torch
from torch import nn

from arrays import Verdict, bound

SIZES = [(41, 60), (51, 76), (65, 96), (82, 121), (103, 153), (130, 193), (164, 244)]
FACTOR = (25 / 164) ** (1 / 8)


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return nn.functional.leaky_relu(self.norm(self.conv(x)), 0.2)


class Generator(nn.Module):
    """G(x, prev) = tanh(network(x)) + prev without its border of 5. Shrinks by 10."""

    def __init__(self, stage):
        super().__init__()
        n = 32 if stage < 4 else 64
        self.head = Block(3, n)
        self.body = nn.Sequential()
        for i in range(1, 4):
            self.body.add_module(f"block{i}", Block(n, n))
        self.tail = nn.Sequential(nn.Conv2d(n, 3, 3), nn.Tanh())

    def forward(self, x, prev):
        return self.tail(self.body(self.head(x))) + prev[:, :, 5:-5, 5:-5]


def to_bytes(x):
    """[-1, 1] to 0 ... 255 by truncation, clipped; keeps the type of x."""
    return (255 * ((x + 1) / 2).clamp(0, 1)).floor()


def _cubic(x):
    """Keys' kernel with a = -0.5."""
    x = numpy.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return numpy.where(x <= 1, near, numpy.where(x <= 2, far, 0.0))


def _resize_matrix(inputs, scale):
    """MATLAB's imresize on one axis, enlarging: outputs x inputs, borders mirrored."""
    outputs = math.ceil(inputs * scale)
    centres = (numpy.arange(1, outputs + 1) / scale + 0.5 * (1 - 1 / scale)) - 1
    first = numpy.floor(centres - 2).astype(int)
    taps = first[:, None] + numpy.arange(6)[None, :]
    weights = _cubic(centres[:, None] - taps)
    weights /= weights.sum(1, keepdims=True)
    mirrored = numpy.mod(taps, 2 * inputs)
    mirrored = numpy.where(mirrored < inputs, mirrored, 2 * inputs - 1 - mirrored)
    matrix = numpy.zeros((outputs, inputs))
    numpy.add.at(matrix, (numpy.arange(outputs)[:, None], mirrored), weights)
    return torch.tensor(matrix)


def enlarge(pixels, stage):
    """Bytes of stage - 1 to the `prev` of `stage`: resized, back to [-1, 1], cut to its size."""
    height, width = SIZES[stage]
    rows = _resize_matrix(pixels.shape[2], 1 / FACTOR)
    columns = _resize_matrix(pixels.shape[3], 1 / FACTOR)
    y = rows @ pixels.double() @ columns.T
    y = ((y / 255 - 0.5) * 2).clamp(-1, 1)
    return y[:, :, :height, :width]


def run_stage(generator, stage, x0, pixels):
    """One stage of the chain: z0 (padded) for stage 0, the bytes of the stage before else."""
    if stage == 0:
        return generator(x0, torch.zeros_like(x0))
    prev = nn.functional.pad(enlarge(pixels, stage), (5, 5, 5, 5))
    return generator(prev, prev)


def chain(generators, z0):
    """All stages on running statistics, each picture quantised to 8 bits on its way to the next."""
    images, pixels = [], None
    for stage, generator in enumerate(generators):
        images.append(run_stage(generator, stage, z0, pixels))
        pixels = to_bytes(images[-1])
    return images


STEP_MARGIN = 3e-5
"""How near, in 8-bit steps, a value may lie to a step for float32 to fall on its other side: the
three roundings of 255 * (x + 1) / 2 amount to at most 2.5e-5."""


def _near_step(x):
    v = 255 * (x + 1) / 2
    nearest = v.round()
    return ((v - nearest).abs() < STEP_MARGIN) & (nearest >= 1) & (nearest <= 255)


def _reached(pixels, stage):
    """Which outputs of `stage` the marked pixels of the stage before can change (11 x 11 field)."""
    rows = (_resize_matrix(pixels.shape[2], 1 / FACTOR) != 0).double()
    columns = (_resize_matrix(pixels.shape[3], 1 / FACTOR) != 0).double()
    height, width = SIZES[stage]
    prev = (rows @ pixels.double() @ columns.T)[:, :, :height, :width]
    padded = nn.functional.pad((prev > 0).double().amax(1, keepdim=True), (5, 5, 5, 5))
    return nn.functional.max_pool2d(padded, 11, 1) > 0


def judge_chain(data, produced):
    """Truncation to 8 bits is a cliff: a value within float32's error of a step may fall on either
    side, and the pictures after it then differ by more than any bound, both being right. So each
    stage is judged on its own: our float64 stage is fed with the produced picture of the stage
    before, and what a value near a step can reach is left out (the share is printed; more than a
    fifth is a failure). The freely running chains are compared too, as a remark.
    """
    z0 = torch.from_numpy(data.inputs["z0"]).double()
    verdicts, before = [], None
    for stage, network in enumerate(data.networks):
        name = f"image{stage}"
        free = data.outputs[name].array
        actual = produced[name]
        if actual.size != free.size:
            verdicts.append(Verdict(name, False, remark=f"{actual.shape}, expected {free.shape}"))
            return verdicts
        actual = torch.from_numpy(actual.astype(numpy.float64)).reshape(free.shape)
        left_out = torch.zeros(1, 1, *free.shape[2:], dtype=torch.bool)
        pixels = None
        if stage > 0:
            pixels = to_bytes(before)
            left_out = _reached(_near_step(before), stage)
        expected = run_stage(network, stage, z0, pixels)
        off = (actual - expected).abs().masked_fill(left_out, 0)
        difference = float(off.max()) if actual.isfinite().all() else float("inf")
        share = float(left_out.double().mean())
        flips = int((to_bytes(actual) != to_bytes(torch.from_numpy(free))).sum())
        remark = (
            f"{share:.1%} left out near 8-bit steps; free-running chain: max "
            f"{float((actual - torch.from_numpy(free)).abs().max()):.2e}, {flips} bytes of "
            f"{free.size} differ")
        largest = float(expected.abs().max())
        passed = difference <= bound(expected.numpy()) and share <= 0.2
        verdicts.append(
            Verdict(name, passed, difference, largest, float(expected.std()), None, remark))
        before = actual
    return verdicts
