"""Cases of Tools/op-parity: what works on pictures."""

import sys
from itertools import product
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F

from op_case import Cases

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fixtures"))
import resample_tables  # noqa: E402

CASES = Cases()
add = CASES.add


def bordered(x, padding, value=0.0):
    """`padding` as the language has it: a number, [rows, columns] or [top, bottom, left, right]."""
    top, bottom, left, right = sides(padding)
    return F.pad(x, (left, right, top, bottom), value=value)


def sides(padding):
    if isinstance(padding, int):
        return [padding] * 4
    return [padding[0], padding[0], padding[1], padding[1]] if len(padding) == 2 else padding


def pair(number):
    return [number, number] if isinstance(number, int) else number


# Convolutions. Kernels 1 to 5, also even; strides beyond the kernel; every kind of padding.
for out, kernel, options in [
    (5, 3, {}),
    (4, 1, dict(padding=0)),
    (3, 2, dict(padding=0)),
    (4, [3, 2], dict(stride=[2, 1], padding=[1, 0])),
    (4, 3, dict(stride=2, padding=1)),
    (4, [1, 5], dict(stride=[1, 3], padding=[0, 0, 2, 1])),
    (2, 3, dict(stride=4, padding=0)),
    (4, 3, dict(dilation=2)),
    (4, [3, 2], dict(dilation=[1, 3], padding=[2, 1, 0, 3])),
    (4, 3, dict(stride=2, dilation=2, padding=2)),
    (6, 3, dict(groups=2)),
    (4, 3, dict(groups=4)),
    (12, [3, 1], dict(groups=4, stride=2, padding=[1, 0])),
    (20, 3, {}),
]:
    text = ", ".join(f"{n}: {v}" for n, v in options.items())
    groups, channels = options.get("groups", 1), 4
    size = (out, channels // groups, *pair(kernel))

    def convolution(x, w, kernel=kernel, o=options):
        padding = o.get("padding", [(k - 1) // 2 * d for k, d in zip(pair(kernel), pair(o.get("dilation", 1)))])
        return F.conv2d(
            bordered(x, padding), w.weight, w.bias, stride=tuple(pair(o.get("stride", 1))),
            dilation=tuple(pair(o.get("dilation", 1))), groups=o.get("groups", 1))

    add("conv", f'conv(x, {out}, kernel: {kernel}{", " + text if text else ""}) @ "w"', convolution,
        x=(channels, 9, 7), weights={"w.weight": size, "w.bias": (out,)})
add("conv", 'conv(x, 5, 3, bias: none) @ "w"', lambda x, w: F.conv2d(x, w.weight, padding=1),
    x=(17, 5, 6), weights={"w.weight": (5, 17, 3, 3)})
add("conv", 'conv(x, weight: permute(parameter("k", [3, 2, 4, 6]), [3, 2, 0, 1]), padding: 0, '
    'bias: parameter("b", [6]) * 2)',
    lambda x, w: F.conv2d(x, w.k.permute(3, 2, 0, 1), 2 * w.b),
    x=(4, 5, 6), weights={"k": (3, 2, 4, 6), "b": (6,)})


def same(x, weight, stride, dilation=1):
    """TensorFlow's rule: ⌈size / stride⌉ places, the odd zero below and on the right."""
    borders = []
    for size, kernel in zip(x.shape[:1:-1], weight.shape[:1:-1]):
        total = max(0, (-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size)
        borders += [total // 2, total - total // 2]
    return F.conv2d(F.pad(x, borders), weight, stride=stride, dilation=dilation)


for kernel, stride, size in [(3, 2, (8, 7)), (4, 1, (5, 6)), (2, 3, (7, 8)), (5, 2, (6, 9))]:
    add("conv", f'conv(x, 3, kernel: {kernel}, stride: {stride}, padding: "same", bias: none) @ "w"',
        lambda x, w, s=stride: same(x, w.weight, s), x=(2, *size),
        weights={"w.weight": (3, 2, kernel, kernel)})
add("conv", 'conv(x, 3, kernel: 3, dilation: 2, padding: "same", bias: none) @ "w"',
    lambda x, w: same(x, w.weight, 1, 2), x=(2, 6, 7), weights={"w.weight": (3, 2, 3, 3)})

# Transposed convolutions: the full result, extended on the far side, cut on all.
for kernel, options in [
    (4, dict(stride=2, padding=1)),
    (3, dict(stride=2, padding=1, outputPadding=1)),
    (3, dict(stride=[3, 2], padding=[1, 0], outputPadding=[2, 1])),
    (2, dict(stride=2, padding=0)),
    (3, dict(stride=2, padding=[0, 1, 0, 1])),
    (3, dict(padding=1)),
    ([2, 5], dict(stride=[1, 3], padding=[0, 1, 2, 0])),
    (3, dict(stride=2, dilation=2, padding=2)),
    (3, dict(stride=2, dilation=3, padding=[1, 2], outputPadding=2)),
    ([3, 2], dict(stride=4, padding=0)),
    (4, dict(stride=2, padding=1, groups=2)),
    (3, dict(stride=2, padding=0, groups=4)),
]:
    text = ", ".join(f"{n}: {v}" for n, v in options.items())
    groups = options.get("groups", 1)

    def transposed(x, w, o=options):
        full = F.conv_transpose2d(
            x, w.weight, stride=tuple(pair(o.get("stride", 1))),
            dilation=tuple(pair(o.get("dilation", 1))), groups=o.get("groups", 1))
        down, across = pair(o.get("outputPadding", 0))
        full = F.pad(full, (0, across, 0, down))
        top, bottom, left, right = sides(o["padding"])
        return full[:, :, top : full.shape[2] - bottom, left : full.shape[3] - right] + w.bias[:, None, None]

    out = 2 * groups + 4
    add("convTranspose", f'convTranspose(x, {out}, kernel: {kernel}, {text}) @ "w"', transposed,
        x=(4, 4, 5), weights={"w.weight": (4, out // groups, *pair(kernel)), "w.bias": (out,)})
add("convTranspose", 'convTranspose(x, 3, 3, stride: 2, padding: 1, bias: none) @ "w"',
    lambda x, w: F.conv_transpose2d(x, w.weight, stride=2, padding=1), x=(2, 4, 5),
    weights={"w.weight": (2, 3, 3, 3)})
for options in [dict(stride=2, padding=1, output_padding=1), dict(stride=3, padding=2, output_padding=2)]:
    text = ", ".join(f"{n}: {v}" for n, v in options.items()).replace("output_padding", "outputPadding")
    add("convTranspose", f'convTranspose(x, weight: parameter("k", [3, 2, 4, 4]), {text}, '
        'bias: parameter("b", [2]))', lambda x, w, o=options: F.conv_transpose2d(x, w.k, w.b, **o),
        x=(3, 5, 4), weights={"k": (3, 2, 4, 4), "b": (2,)})

# Pools: PyTorch's own call where it has the padding, otherwise its definition over a padded picture.
for kernel, stride, padding, ceiling in product(
        [2, 3, [3, 2]], [None, 1, 2, [2, 3]], [0, 1, [1, 0]], [False, True]):
    if isinstance(kernel, list) and padding == 1 and stride is None:
        continue
    options = dict(kernel_size=tuple(pair(kernel)), stride=tuple(pair(stride or kernel)),
                   padding=tuple(pair(padding)), ceil_mode=ceiling)
    if any(2 * p > k for p, k in zip(options["padding"], options["kernel_size"])):
        continue
    text = f"kernel: {kernel}" + (f", stride: {stride}" if stride else "")
    text += f", padding: {padding}" if padding else ""
    text += ", ceiling: true" if ceiling else ""
    size = dict(x=(2, 7, 8))
    add("maxPool", f"maxPool(x, {text})", lambda x, o=options: F.max_pool2d(x, **o), **size)
    for counts in (True, False) if padding else (None,):
        more = f", countPadding: {str(counts).lower()}" if padding else ""
        add("avgPool", f"avgPool(x, {text}{more})",
            lambda x, o=options, c=counts: F.avg_pool2d(x, **o, count_include_pad=bool(c)), **size)
for kernel, stride, padding in [(3, 2, [0, 1, 1, 2]), ([2, 4], [2, 3], [1, 0, 0, 1])]:
    options = dict(kernel_size=tuple(pair(kernel)), stride=tuple(pair(stride)), ceil_mode=True)
    text = f"kernel: {kernel}, stride: {stride}, padding: {padding}, ceiling: true"
    add("maxPool", f"maxPool(x, {text})",
        lambda x, o=options, p=padding: F.max_pool2d(bordered(x, p, -torch.inf), **o), x=(2, 9 if kernel == 3 else 8, 8))
    add("avgPool", f"avgPool(x, {text}, countPadding: true)",
        lambda x, o=options, p=padding: F.avg_pool2d(bordered(x, p), **o), x=(2, 9 if kernel == 3 else 8, 8))
    add("avgPool", f"avgPool(x, {text}, countPadding: false)",
        lambda x, o=options, p=padding: F.avg_pool2d(bordered(x, p), divisor_override=1, **o)
        / F.avg_pool2d(bordered(torch.ones_like(x), p), divisor_override=1, **o), x=(2, 9 if kernel == 3 else 8, 8))
add("maxPool", 'maxPool(x, 3, stride: 2, padding: "same")',
    lambda x: F.max_pool2d(F.pad(x, (1, 1, 0, 1), value=-torch.inf), 3, 2), x=(17, 6, 7))
add("avgPool", 'avgPool(x, 3, stride: 2, padding: [1, 1], ceiling: true, countPadding: true)',
    lambda x: F.avg_pool2d(x, 3, 2, 1, True), x=(67, 6, 4))

for by in (1, 2, 3):
    add("pixelShuffle", f"pixelShuffle(x, {by})", lambda x, b=by: F.pixel_shuffle(x, b), x=(2 * by * by, 3, 2))
for by in (2, [1, 3]):
    add("upsample", f"upsample(x, {by})", lambda x, b=by: x.repeat_interleave(pair(b)[0], 2)
        .repeat_interleave(pair(b)[1], 3), x=(3, 4, 3))

# Resizing: smaller, larger, mixed, to one and from one; scales that do not follow from the sizes.
SIZES = [((5, 6), (8, 11)), ((9, 8), (4, 3)), ((6, 5), (3, 10)), ((4, 4), (4, 4)), ((3, 1), (1, 5))]
for filter, options in resample_tables.TORCH.items():
    for (size, target) in SIZES:
        add("resize", f'resize(x, {list(target)}, filter: "{filter}")',
            lambda x, t=target, o=options: F.interpolate(x, size=t, **o), x=(2, *size))


def through(rows, columns):
    """A resizing by two matrices."""
    rows, columns = torch.tensor(rows), torch.tensor(columns)
    return lambda x: rows @ x @ columns.T


for filter in resample_tables.PILLOW:
    def matrix(size, target, f=filter):
        return resample_tables.with_pillow(resample_tables.PILLOW[f], size, target)
    for (size, target) in SIZES:
        # Pillow's own arithmetic on float pictures is float32.
        add("resize", f'resize(x, {list(target)}, filter: "{filter}")',
            through(matrix(size[0], target[0]), matrix(size[1], target[1])), x=(1, *size),
            tolerance=1e-6)
for (size, target) in SIZES:
    add("resize", f'resize(x, {list(target)}, filter: "bicubic-matlab")',
        through(*(resample_tables.with_matlab(s, t, None) for s, t in zip(size, target))), x=(1, *size))
    add("resize", f'resize(x, {list(target)}, filter: "bilinear-legacy")',
        through(*(resample_tables.with_corners(s, t) for s, t in zip(size, target))), x=(1, *size))
for filter in ("nearest", "nearest-exact", "bilinear", "bicubic"):
    options = resample_tables.TORCH[filter]
    for scale, size in [(1.6, (7, 8)), (0.55, (9, 11))]:
        target = tuple(int(scale * s) for s in size)
        add("resize", f'resize(x, {list(target)}, filter: "{filter}", scale: {scale})',
            lambda x, s=scale, o=options: F.interpolate(
                x, scale_factor=s, recompute_scale_factor=False, **o), x=(1, *size))
add("resize", 'resize(x, [9, 7], filter: "bicubic-matlab", scale: 0.790473)',
    through(*(resample_tables.with_matlab(s, t, 0.790473) for s, t in ((11, 9), (8, 7)))), x=(1, 11, 8))

for taps, padding in [([1, 2, 1], None), ([1, 3, 3, 1], [2, 1, 1, 2]), ([1, 3, 3, 1], [1, 1, 1, 1]),
                      ([0.5, -1, 2.5, 1, 1], [0, 4, 2, 1])]:
    line = numpy.array(taps) / sum(taps)
    kernel = torch.tensor(numpy.outer(line, line))
    more = f", padding: {padding}" if padding else ""
    add("fir", f"fir(x, {taps}{more})",
        lambda x, k=kernel, p=padding: F.conv2d(
            bordered(x, p or len(k) // 2), k.expand(x.shape[1], 1, *k.shape), groups=x.shape[1]),
        x=(3, 6, 5))

PADS = [([0, 1, 2], [(0, 0), (1, 1), (2, 2)]), ([[1, 0], [0, 2], [3, 1]], [(1, 0), (0, 2), (3, 1)])]
for sizes, borders in PADS:
    flat = [n for border in reversed(borders) for n in border]
    add("pad", f"pad(x, {sizes})", lambda x, f=flat: F.pad(x, f), x=(2, 5, 4))
    add("pad", f"pad(x, {sizes}, value: -1.5)", lambda x, f=flat: F.pad(x, f, value=-1.5), x=(2, 5, 4))
for sizes, flat in [([0, 1, 2], [2, 2, 1, 1]), ([0, [2, 0], [0, 3]], [0, 3, 2, 0])]:
    for mode, name in [("reflect", "reflect"), ("edge", "replicate"), ("constant", "constant")]:
        add("pad", f'pad(x, {sizes}, mode: "{mode}")',
            lambda x, f=flat, m=name: F.pad(x, f, mode=m), x=(2, 5, 4))

add("rescale", "rescale(x, 0 ... 255, from: -1 ... 1)", lambda x: (x + 1) * 127.5, x=(3, 2, 2))
add("rescale", "rescale(x, to: -2 ... 1)", lambda x: x * 3 - 2, x=(3, 3, 2), low=0, high=1,
    kinds={"x": "Image[3, 3, 2](0 ... 1)"})
