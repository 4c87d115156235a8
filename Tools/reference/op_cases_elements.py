"""Cases of Tools/op-parity: element by element, reductions, shapes, losses, items of a batch."""

import math

import numpy
import torch
import torch.nn.functional as F

from op_case import Cases

CASES = Cases()
add = CASES.add

for name, function in {
    "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "gelu": F.gelu, "silu": F.silu,
    "softplus": F.softplus, "exp": torch.exp, "square": torch.square, "abs": torch.abs,
    "sin": torch.sin, "cos": torch.cos, "erf": torch.erf,
}.items():
    add(name, f"{name}(x)", lambda x, f=function: f(x), x=(4, 9), spread=2.5)
for name, function in {"log": torch.log, "sqrt": torch.sqrt}.items():
    add(name, f"{name}(x)", lambda x, f=function: f(x), x=(4, 9), low=0.01, high=9)
for name, function in {"floor": torch.floor, "sign": torch.sign}.items():
    add(name, f"{name}(x)", lambda x, f=function: f(x), x=(4, 9), spread=2.5, gradient=False)
# The same functions of numbers known at compile time.
for name, function in {
    "sigmoid": lambda v: 1 / (1 + math.exp(-v)), "tanh": math.tanh, "exp": math.exp, "log": math.log,
    "sqrt": math.sqrt, "square": lambda v: v * v, "abs": abs, "sin": math.sin, "cos": math.cos,
    "erf": math.erf, "floor": math.floor, "ceil": math.ceil, "log2": math.log2,
    "softplus": lambda v: math.log1p(math.exp(v)), "relu": lambda v: max(v, 0), "sign": lambda v: 1.0,
    "gelu": lambda v: v / 2 * (1 + math.erf(v / math.sqrt(2))),
}.items():
    add(name, f"x * {name}(1.7)", lambda x, f=function: x * f(1.7), x=(3,))
add("log2", "x * log2(1024)", lambda x: x * 10, x=(3,))
add("ceil", "x * ceil(-2.3)", lambda x: x * -2, x=(3,))

for slope in (0.2, 0.01, -0.3, 0):
    add("leakyRelu", f"leakyRelu(x, {slope})", lambda x, s=slope: F.leaky_relu(x, s), x=(4, 9))
add("leakyRelu", "leakyRelu(x, slope: 0.5)", lambda x: F.leaky_relu(x, 0.5), x=(4, 9))
add("elu", "elu(x)", F.elu, x=(4, 9), spread=2.0)
add("elu", "elu(x, alpha: 0.4)", lambda x: F.elu(x, 0.4), x=(4, 9), spread=2.0)
add("prelu", 'prelu(x) @ "w"', lambda x, w: F.prelu(x, w.weight), x=(3, 4, 2), weights={"w.weight": (1,)})
add("prelu", 'prelu(x, slopes: 3) @ "w"', lambda x, w: F.prelu(x, w.weight), x=(3, 4, 2), weights={"w.weight": (3,)})
add("prelu", 'prelu(x, weight: parameter("a", [3]) * 0.5)', lambda x, w: F.prelu(x, w.a / 2), x=(3, 4, 2), weights={"a": (3,)})
add("glu", "glu(x)", lambda x: F.glu(x, 1), x=(6, 3))
add("glu", "glu(x, axis: -1)", lambda x: F.glu(x, -1), x=(3, 4))
add("clamp", "clamp(x, -0.5, high: 1)", lambda x: x.clamp(-0.5, 1), x=(4, 9))
add("clamp", "clamp(x, low: 0, high: 6)", lambda x: x.clamp(0, 6), x=(4, 9), spread=5.0)

for name, function in {"min": torch.minimum, "max": torch.maximum}.items():
    add(name, f"{name}(x, y)", lambda x, y, f=function: f(x, y), x=(3, 4), y=(3, 4))
    add(name, f"{name}(a: x, b: 0.3)", lambda x, f=function: f(x, torch.tensor(0.3, dtype=torch.float64)), x=(3, 4))
    add(name, f"x * {name}(2, 3)", lambda x, n=name: x * (2 if n == "min" else 3), x=(3,))
add("pow", "pow(x, y)", torch.pow, x=(3, 4), y=(3, 4), low=0.2, high=3)
for power in (2, -1.5, 0.5):
    add("pow", f"pow(a: x, b: {power})", lambda x, p=power: x**p, x=(3, 4), low=0.2, high=3)
add("pow", "pow(3, x)", lambda x: 3**x, x=(3, 4))
add("less", "less(x, y)", lambda x, y: (x < y).double(), x=(3, 4), y=(3, 4), gradient=False)
add("less", "less(a: x, b: 0.2)", lambda x: (x < 0.2).double(), x=(3, 4), gradient=False)
add("select", "select(less(x, 0), a: x * 2, b: y)", lambda x, y: torch.where(x < 0, 2 * x, y), x=(3, 4), y=(3, 4))
add("select", "select(condition: x, a: 1, b: y)", lambda x, y: torch.where(x != 0, 1.0, y),
    x=numpy.array([[0, 1, 0], [-2, 0, 3]]), y=(3,), gradient=False)
add("detach", "detach(x) * x", lambda x: x.detach() * x, x=(5,))

for sign, function in {"+": torch.add, "-": torch.sub, "*": torch.mul, "/": torch.div}.items():
    add("operators", f"x {sign} y", lambda x, y, f=function: f(x, y), x=(3, 4), y=(3, 4), low=0.5, high=2)
    add("operators", f"x {sign} 0.7", lambda x, f=function: f(x, 0.7), x=(3, 4))
    add("operators", f"2 {sign} x", lambda x, f=function: f(torch.tensor(2.0, dtype=torch.float64), x),
        x=(3, 4), low=0.5, high=2)
add("operators", "x * reshape(y, [1, 4])", lambda x, y: x * y[:, None], x=(3, 4), y=(4,))
add("operators", "-x", torch.neg, x=(3, 4))

FUNCTIONS = {
    "sum": lambda x, a, k: x.sum(a, k), "mean": lambda x, a, k: x.mean(a, k),
    "largest": lambda x, a, k: x.amax(a, k), "smallest": lambda x, a, k: x.amin(a, k),
}


def product(x, axes, keep):
    for axis in sorted(axes, reverse=True):
        x = x.prod(axis, keep)
    return x


for name, function in {**FUNCTIONS, "product": product}.items():
    for call, axes, keep in [
        ("x", (1, 2, 3), False), ("x, axis: 0", (1,), False), ("x, axis: 1, keep: true", (2,), True),
        ("x, axis: -1", (3,), False), ("x, axes: [0, 2]", (1, 3), False),
        ("x, axes: [1, 2], keep: true", (2, 3), True),
    ]:
        add(name, f"{name}({call})", lambda x, f=function, a=axes, k=keep: f(x, a, k), x=(3, 4, 5))
add("sum", "sum([x, x * y, y])", lambda x, y: x + x * y + y, x=(3, 4), y=(3, 4))

add("reshape", "reshape(x, [4, -1])", lambda x: x.reshape(2, 4, 6), x=(2, 3, 4))
add("reshape", "reshape(x, shape: [24])", lambda x: x.reshape(2, 24), x=(2, 3, 4))
add("reshape", "reshape(x, [])", lambda x: x.reshape(2), x=(1, 1))
add("transpose", "transpose(x)", lambda x: x.mT, x=(2, 3, 4))
for order in ([1, 0, 2], [2, 0, 1], [0, 2, 1]):
    add("permute", f"permute(x, {order})", lambda x, o=order: x.permute(0, *(a + 1 for a in o)), x=(2, 3, 4))
add("permute", "permute(x, order: [1, 0])", lambda x: x.mT, x=(3, 4))
add("expand", "expand(x, [4, 3, 2])", lambda x: x.expand(2, 4, 3, 2), x=(1, 3, 1))
add("expand", "expand(x, shape: [2, 3])", lambda x: x[:, None, None].expand(2, 2, 3), x=())
add("perChannel", "perChannel(x) * y", lambda x, y: x[:, :, None, None] * y, x=(3,), y=(3, 2, 2))
add("concat", "concat([x, y])", lambda x, y: torch.cat([x, y], 1), x=(2, 3), y=(4, 3))
add("concat", "concat(list: [x, y, x], axis: -1)", lambda x, y: torch.cat([x, y, x], -1), x=(2, 3), y=(2, 1))
add("concat", "concat([x, constant([[1, 2, 3]])])",
    lambda x: torch.cat([x, torch.tensor([[[1.0, 2, 3]]] * 2, dtype=torch.float64)], 1), x=(2, 3))
for axis in (0, 1, 2):
    add("stack", f"stack([x, y], axis: {axis})", lambda x, y, a=axis: torch.stack([x, y], a + 1), x=(2, 3), y=(2, 3))
add("stack", "stack([x, y])", lambda x, y: torch.stack([x, y], 1), x=(3,), y=(3,))
for part in (0, 1, 2):
    add("split", f"split(x, [1, 2, 3])[{part}]", lambda x, p=part: x.split([1, 2, 3], 1)[p], x=(6, 2))
add("split", "split(x, sizes: [3, 2], axis: -1)[1]", lambda x: x[..., 3:], x=(2, 5))
add("items", "x[0]", lambda x: x[:, 0], x=(3, 4))
add("items", "x[-1, 1 ..< 3]", lambda x: x[:, -1, 1:3], x=(3, 4))
add("items", "x[1 ... 2, 0, 2 ..< 5]", lambda x: x[:, 1:3, 0, 2:5], x=(3, 4, 5))
for axis in (0, 1, -1):
    add("reverse", f"reverse(x, axis: {axis})", lambda x, a=axis: x.flip(a if a < 0 else a + 1), x=(3, 4, 5))
for by, axis in [(1, 0), (-2, 1), (7, -1), (5, 2)]:
    add("roll", f"roll(x, by: {by}, axis: {axis})",
        lambda x, b=by, a=axis: x.roll(b, a if a < 0 else a + 1), x=(3, 4, 5))
add("constant", "x + constant([[1, -2.5], [0, 3]])",
    lambda x: x + torch.tensor([[1, -2.5], [0, 3]], dtype=torch.float64), x=(2, 2))
add("constant", "x * constant(values: 1.5)", lambda x: x * 1.5, x=(2,))
add("parameter", 'x * parameter("p", [3, 2])', lambda x, w: x * w.p, x=(3, 2), weights={"p": (3, 2)})
add("parameter", 'x * parameter(name: "q", shape: [3], absent: 0.7)', lambda x: x * 0.7, x=(3,))
add("buffer", 'x + buffer("p", [3])', lambda x, w: x + w.p, x=(3,), weights={"p": (3,)})
add("buffer", 'x * buffer(name: "q", shape: [3], absent: -2)', lambda x: x * -2, x=(3,))

add("mse", "mse(x, y)", lambda x, y: ((x - y) ** 2).mean((1, 2)), x=(3, 4), y=(3, 4))
add("mse", "mse(a: x, b: 0.5)", lambda x: ((x - 0.5) ** 2).mean((1, 2)), x=(3, 4))
add("mae", "mae(a: x, b: y)", lambda x, y: (x - y).abs().mean((1, 2)), x=(3, 4), y=(3, 4))
add("bce", "bce(x, y)", lambda x, y: F.binary_cross_entropy(x, y, reduction="none").mean(1),
    x=(7,), y=(7,), low=0.02, high=0.98, gradient=False)
add("bce", "bce(p: x, target: 0.3)",
    lambda x: F.binary_cross_entropy(x, torch.full_like(x, 0.3), reduction="none").mean(1),
    x=(7,), low=0.02, high=0.98)
add("bce", "bce(x, y)", lambda x, y: F.binary_cross_entropy(x, y, reduction="none").mean(1), gradient=False,
    x=numpy.array([[0, 1, 0.5], [1, 0, 0]]), y=numpy.array([[0, 1, 1], [0, 1, 0]]))

for by in (1, -1, 3):
    add("batchRoll", f"batchRoll(x, by: {by})", lambda x, b=by: x.roll(b, 0), x=(3,), batch=4, mixes=True)
add("batchCycle", "batchCycle(x, count: 3)",
    lambda x: torch.stack([torch.stack([x[(3 * b + n) % 4] for n in range(3)]) for b in range(4)]),
    x=(2,), batch=4, mixes=True)
add("batchMean", "batchMean(x) + x", lambda x: x.mean(0, keepdim=True) + x, x=(3,), batch=4, mixes=True)


def deviation(x, group, epsilon):
    """Karras et al. 2018: the mean over a group's standard deviations; item n is of group n mod (N / group)."""
    count = len(x) // group
    y = x.reshape(group, count, -1)
    y = ((y - y.mean(0)) ** 2).mean(0).add(epsilon).sqrt().mean(1)
    return y.repeat(group)


for call, group, epsilon in [("", 4, 1e-8), (", group: 2", 2, 1e-8), (", group: 4, epsilon: 0.5", 4, 0.5)]:
    add("batchDeviation", f"batchDeviation(x{call})", lambda x, g=group, e=epsilon: deviation(x, g, e),
        x=(3, 2, 2), batch=4, mixes=True)


def slope(value, *over):
    """Gradients of one number per item, to be differentiated again."""
    found = torch.autograd.grad(value.sum(), over, create_graph=True)
    return found[0] if len(over) == 1 else found


def wanted(*tensors):
    for tensor in tensors:
        tensor.requires_grad_(True)


def penalty(x, w):
    """Of WGAN-GP: how far the length of the slope of a small judge is from 1, beside the slope."""
    wanted(x)
    y = F.conv2d(F.leaky_relu(F.conv2d(x, w.at["a.weight"], w.at["a.bias"], padding=1), 0.2).square(), w.at["b.weight"], w.at["b.bias"])
    g = slope(y.tanh().flatten(1).sum(1), x)
    return (g.square().flatten(1).sum(1).sqrt() - 1).square()[:, None] + 0.1 * g.flatten(1)


def both(x, y):
    wanted(x, y)
    first, second = slope((x * x * y.sin()).flatten(1).sum(1), x, y)
    return torch.cat([first, second], 1)


def against(x, u):
    """The Jacobian of a function times a vector, by what is differentiated twice."""
    wanted(x)
    w = torch.ones_like(x, requires_grad=True)
    back = slope(((x.tanh() * x.roll(1, 1)) * w).flatten(1).sum(1), x)
    return slope((back * u).flatten(1).sum(1), w)


def path(x, n):
    """Path lengths of StyleGAN2: the Jacobian of a picture, transposed, times noise."""
    wanted(x)
    picture = F.interpolate(x, scale_factor=2, mode="nearest").sigmoid() * x.mean((2, 3), keepdim=True)
    return slope((picture * n).flatten(1).sum(1), x)


def thrice(x):
    wanted(x)
    first = slope(x.pow(4).sum(1), x)
    second = slope(first.sum(1), x)
    return slope((second * x).sum(1), x)


add("gradient", "gradient(sum(x * tanh(x)), over: x)",
    lambda x: (wanted(x), slope((x * x.tanh()).sum(1), x))[1], x=(6,))
add("gradient", "gradient(sum(square(x) * sin(y)), over: [x, y]) |> concat", both, x=(3, 2), y=(3, 2))
# Of one tensor for all items a picture's operation makes one for each; hence the kinds.
add("gradient", "Penalty(x)", penalty, x=(2, 5, 4), kinds={"x": "Latent[2, 5, 4]"},
    weights={"a.weight": (3, 2, 3, 3), "a.bias": (3,), "b.weight": (2, 3, 2, 2), "b.bias": (2,)},
    prelude="""block Judge(x) {
  let y = x |> conv(3, kernel: 3) @ "a" |> leakyRelu(0.2) |> square
    |> conv(2, kernel: 2, padding: 0) @ "b"
  return sum(tanh(y))
}

block Penalty(x) {
  let g = gradient(value: Judge(x), over: x)
  return square(sqrt(sum(square(g))) - 1) + 0.1 * reshape(g, [-1])
}

""")
add("gradient", "along(x, u)", against, x=(5,), u=(5,), prelude="""func along(x, u) {
  let w = 0 * u + 1
  let back = gradient(sum(tanh(x) * roll(x, 1, axis: 0) * w), over: x)
  return gradient(sum(back * u), over: w)
}

""")
add("gradient", "gradient(sum(sigmoid(upsample(x, 2)) * mean(x, axes: [1, 2], keep: true) * n), over: x)",
    path, x=(2, 3, 2), n=(2, 6, 4), kinds={"x": "Latent[2, 3, 2]"})
add("gradient", "thrice(x)", thrice, x=(4,), low=0.5, high=2, prelude="""func thrice(x) {
  let first = gradient(sum(pow(x, 4)), over: x)
  let second = gradient(sum(first), over: x)
  return gradient(sum(second * x), over: x)
}

""")
