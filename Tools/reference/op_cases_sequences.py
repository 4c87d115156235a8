"""Cases of Tools/op-parity: matrices, tables, recurrences, normalizations."""

import re

import numpy
import torch
import torch.nn.functional as F
from torch import nn

from harness import REPOSITORY
from op_case import Cases

CASES = Cases()
add = CASES.add

for size in [(7,), (3, 7), (2, 3, 5, 7)]:
    add("linear", 'linear(x, 5) @ "w"', lambda x, w: F.linear(x, w.weight, w.bias), x=size,
        weights={"w.weight": (5, 7), "w.bias": (5,)})
add("linear", 'linear(x, out: 33, bias: none) @ "w"', lambda x, w: F.linear(x, w.weight), x=(4, 19),
    weights={"w.weight": (33, 19)})
add("linear", 'linear(x, weight: transpose(parameter("k", [6, 4])), bias: parameter("b", [4]) + 1)',
    lambda x, w: x @ w.k + w.b + 1, x=(3, 6), weights={"k": (6, 4), "b": (4,)})


def ids(*rows):
    return numpy.array(rows)


add("embedding", 'embedding(ids, 9, 4) @ "w"', lambda ids, w: F.embedding(ids.long(), w.weight),
    ids=ids([3, 8, 0, 3], [1, 1, 7, 2]), weights={"w.weight": (9, 4)})
add("embedding", 'embedding(ids, rows: 5, width: 3) @ "w"',
    lambda ids, w: F.embedding(ids.long(), w.weight), ids=ids(4, 0), weights={"w.weight": (5, 3)})
add("embedding", 'embedding(ids, weight: transpose(parameter("t", [3, 6])))',
    lambda ids, w: F.embedding(ids.long(), w.t.T), ids=ids([[5, 0], [2, 2]], [[1, 3], [4, 4]]),
    weights={"t": (3, 6)})
add("oneHot", "oneHot(ids, 5)", lambda ids: F.one_hot(ids.long(), 5).double(), gradient=False,
    ids=ids([3, 0, 4], [1, 1, 2]))
add("oneHot", "oneHot(ids, count: 3)", lambda ids: F.one_hot(ids.long(), 3).double(), gradient=False,
    ids=ids(2, 0))

for a, b in [((3, 4), (4, 5)), ((4,), (4, 3)), ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4, 2)),
             ((2, 1, 3, 4), (3, 4, 2)), ((17, 33), (33, 18))]:
    def product(x, y, a=a, b=b):
        x, y = (x[:, None, :] if len(a) == 1 else x), (y[:, :, None] if len(b) == 1 else y)
        lead = max(x.ndim, y.ndim)
        x, y = (t.reshape(t.shape[0], *[1] * (lead - t.ndim), *t.shape[1:]) for t in (x, y))
        z = x @ y
        z = z.squeeze(-1) if len(b) == 1 else z
        return z.squeeze(-2 if len(b) > 1 else -1) if len(a) == 1 else z

    add("matmul", "matmul(x, y)", product, x=a, y=b)
add("matmul", 'matmul(x, parameter("m", [4, 3]))', lambda x, w: x @ w.m, x=(2, 4), weights={"m": (4, 3)})

# Recurrences against torch.nn, packed where there are lengths.
T, D, H = 5, 4, 3


def module(kind, w, bias, suffix=""):
    """A module whose tensors are those of a case, so that gradients reach them."""
    cell = kind(w.weight_ih.shape[1], w.weight_hh.shape[1], batch_first=True, bias=bias).double()
    names = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if bias else [])
    tensors = {f"{name}_l0": getattr(w, name) for name in names}
    return lambda x: torch.func.functional_call(cell, tensors, (x,))


def recurrent(kind, result, reverse, bias, lengths=None):
    def run(x, *length, w):
        cell = module(kind, w, bias)
        if not length:
            outputs, final = cell(x.flip(1) if reverse else x)
            final = final[0] if kind is nn.LSTM else final
            outputs = outputs.flip(1) if reverse else outputs
            return outputs if result == "outputs" else final[0]
        rows = []
        for item, count in zip(x, length[0].long().tolist()):
            words = item[None, :count]
            outputs, final = cell(words.flip(1) if reverse else words)
            final = final[0] if kind is nn.LSTM else final
            outputs = outputs.flip(1) if reverse else outputs
            rows.append(F.pad(outputs[0], (0, 0, 0, x.shape[1] - count)) if result == "outputs" else final[0, 0])
        return torch.stack(rows)

    return run


for name, kind, gates in [("lstm", nn.LSTM, 4), ("gru", nn.GRU, 3)]:
    full = {"w.weight_ih": (gates * H, D), "w.weight_hh": (gates * H, H), "w.bias_ih": (gates * H,),
            "w.bias_hh": (gates * H,)}
    bare = {n: s for n, s in full.items() if "weight" in n}
    for result in ("outputs", "final"):
        for reverse in (False, True):
            more = ", reversed: true" if reverse else ""
            add(name, f'({name}(x, {H}{more}) @ "w").{result}', recurrent(kind, result, reverse, True),
                x=(T, D), weights=full)
            add(name, f'({name}(x, hidden: {H}, length: n{more}) @ "w").{result}',
                recurrent(kind, result, reverse, True), x=(T, D), n=ids(3, 5), weights=full)
            add(name, f'({name}(x, {H}, bias: none{more}) @ "w").{result}',
                recurrent(kind, result, reverse, False), x=(2, D), weights=bare)
            add(name, f'({name}(x, {H}{more}) @ "w").{result}', recurrent(kind, result, reverse, True),
                x=(1, D), weights=full)
    # Tensors as arguments: gates the other way round, matrices turned, biases by expressions.
    def rows(matrix):
        return torch.cat(list(matrix.T.split(H))[::-1])

    def turned(key, width):
        matrix = f'transpose(parameter("{key}", [{width}, {gates * H}]))'
        return f"reshape(reverse(reshape({matrix}, [{gates}, {H}, {width}]), 0), [{gates * H}, {width}])"

    call = (f"{name}(x, weightInput: {turned('k', D)}, weightHidden: {turned('r', H)}, "
            f'biasInput: parameter("a", [{gates * H}]) * 2, biasHidden: none)')

    def arranged(x, w, kind=kind, gates=gates):
        tensors = {"weight_ih_l0": rows(w.k), "weight_hh_l0": rows(w.r), "bias_ih_l0": 2 * w.a,
                   "bias_hh_l0": torch.zeros(gates * H, dtype=torch.float64)}
        cell = kind(D, H, batch_first=True).double()
        return torch.func.functional_call(cell, tensors, (x,))[0]
    add(name, f"({call}).outputs", arranged, x=(T, D),
        weights={"k": (D, gates * H), "r": (H, gates * H), "a": (gates * H,)})

# Other orders and layouts, as spec/tgraph.md writes them; the equations are those of ONNX and Keras.


def written(*names):
    """Functions and blocks of the page's examples."""
    page = (REPOSITORY / "spec/tgraph.md").read_text()
    found = [re.search(rf"^(func|block) {name}\(.*?^}}\n", page, re.M | re.S) for name in names]
    return "\n".join(match[0] for match in found) + "\n"


def unrolled(x, step, *state):
    outputs = []
    for word in x.unbind(1):
        state = step(word, *state)
        outputs.append(state[0])
    return torch.stack(outputs, 1)


def onnx_lstm(x, w):
    """ONNX LSTM: rows i, o, f, c of W and R; B holds Wb and Rb."""
    wi, wo, wf, wc = w.W[0].chunk(4)
    ri, ro, rf, rc = w.R[0].chunk(4)
    bi, bo, bf, bc, ci, co, cf, cc = w.B[0].chunk(8)

    def step(x, h, c):
        i = torch.sigmoid(x @ wi.T + h @ ri.T + bi + ci)
        o = torch.sigmoid(x @ wo.T + h @ ro.T + bo + co)
        f = torch.sigmoid(x @ wf.T + h @ rf.T + bf + cf)
        c = f * c + i * torch.tanh(x @ wc.T + h @ rc.T + bc + cc)
        return o * torch.tanh(c), c

    return unrolled(x, step, x.new_zeros(len(x), H), x.new_zeros(len(x), H))


def keras_lstm(x, w):
    """Keras LSTM: columns i, f, c, o."""
    def step(x, h, c):
        i, f, g, o = (x @ w.kernel + h @ w.recurrent_kernel + w.bias).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    return unrolled(x, step, x.new_zeros(len(x), H), x.new_zeros(len(x), H))


def keras_gru(x, w):
    """Keras GRU with reset_after: columns z, r, h."""
    def step(x, h):
        xz, xr, xh = (x @ w.kernel + w.bias[0]).chunk(3, -1)
        hz, hr, hh = (h @ w.recurrent_kernel + w.bias[1]).chunk(3, -1)
        z, r = (xz + hz).sigmoid(), (xr + hr).sigmoid()
        return (z * h + (1 - z) * (xh + r * hh).tanh(),)

    return unrolled(x, step, x.new_zeros(len(x), H))


for operation, block, function, tensors in [
    ("lstm", "ONNXLSTM", onnx_lstm, {"W": (1, 4 * H, D), "R": (1, 4 * H, H), "B": (1, 8 * H)}),
    ("lstm", "KerasLSTM", keras_lstm,
     {"kernel": (D, 4 * H), "recurrent_kernel": (H, 4 * H), "bias": (4 * H,)}),
    ("gru", "KerasGRU", keras_gru,
     {"kernel": (D, 3 * H), "recurrent_kernel": (H, 3 * H), "bias": (2, 3 * H)}),
]:
    for words in (T, 1):
        add(operation, f'({block}(x, {H}) @ "w").outputs', function, x=(words, D),
            weights={f"w.{n}": s for n, s in tensors.items()}, prelude=written("reordered", block))

# Normalizations; epsilons large enough to be seen in every digit.
def batch_norm(x, mean, variance, weight=None, bias=None, eps=1e-5):
    """What F.batch_norm computes, with gradients of the statistics as well."""
    def along(v):
        return v.reshape(-1, *[1] * (x.ndim - 2))

    y = (x - along(mean)) / along(variance + eps).sqrt()
    y = y if weight is None else y * along(weight)
    y = y if bias is None else y + along(bias)
    stated = [v if v is None else v.detach() for v in (mean, variance, weight, bias)]
    assert torch.allclose(y, F.batch_norm(x, *stated, eps=eps), rtol=1e-12, atol=1e-12)
    return y


for size in [(5,), (5, 3), (5, 4, 3)]:
    def normed(x, w, eps=1e-5):
        return batch_norm(x, w.running_mean, w.running_var, w.weight, w.bias, eps)

    stored = {"w.weight": (5,), "w.bias": (5,), "w.running_mean": (5,), "w.running_var": (5,)}
    add("batchNorm", 'batchNorm(x) @ "w"', normed, x=size, weights=stored)
    add("batchNorm", 'batchNorm(x, epsilon: 0.7) @ "w"', lambda x, w: normed(x, w, 0.7), x=size, weights=stored)
    add("batchNorm", 'batchNorm(x, weight: none, bias: none) @ "w"',
        lambda x, w: batch_norm(x, w.running_mean, w.running_var), x=size,
        weights={n: s for n, s in stored.items() if "running" in n})
add("batchNorm", 'batchNorm(x, weight: parameter("g", [5]) + 1, bias: parameter("b", [5]), '
    'mean: parameter("m", [5]), variance: square(parameter("s", [5])))',
    lambda x, w: batch_norm(x, w.m, w.s**2, w.g + 1, w.b), x=(5, 2, 2),
    weights={"g": (5,), "b": (5,), "m": (5,), "s": numpy.linspace(0.5, 2, 5)})

add("instanceNorm", "instanceNorm(x)", lambda x: F.instance_norm(x), x=(3, 4, 5))
add("instanceNorm", 'instanceNorm(x, epsilon: 0.5, affine: true) @ "w"',
    lambda x, w: F.instance_norm(x, weight=w.weight, bias=w.bias, eps=0.5), x=(3, 4, 5),
    weights={"w.weight": (3,), "w.bias": (3,)})
add("instanceNorm", 'instanceNorm(x, affine: false)', lambda x: F.instance_norm(x), x=(17, 3, 3))
add("instanceNorm", 'instanceNorm(x, weight: parameter("g", [3]), bias: parameter("b", [3]) - 1)',
    lambda x, w: F.instance_norm(x, weight=w.g, bias=w.b - 1), x=(3, 4, 5),
    weights={"g": (3,), "b": (3,)})
for groups in (1, 2, 6):
    add("groupNorm", f'groupNorm(x, {groups}) @ "w"',
        lambda x, w, g=groups: F.group_norm(x, g, w.weight, w.bias), x=(6, 3, 4),
        weights={"w.weight": (6,), "w.bias": (6,)})
add("groupNorm", "groupNorm(x, groups: 3, epsilon: 0.3, affine: false)",
    lambda x: F.group_norm(x, 3, eps=0.3), x=(6, 3, 4))
add("groupNorm", 'groupNorm(x, 2, weight: parameter("g", [4]), bias: none)',
    lambda x, w: F.group_norm(x, 2, w.g), x=(4, 3, 3), weights={"g": (4,)})
for size in [(6,), (3, 6), (2, 3, 6)]:
    add("layerNorm", 'layerNorm(x) @ "w"', lambda x, w: F.layer_norm(x, (6,), w.weight, w.bias),
        x=size, weights={"w.weight": (6,), "w.bias": (6,)})
add("layerNorm", "layerNorm(x, epsilon: 0.4, affine: false)", lambda x: F.layer_norm(x, (6,), eps=0.4),
    x=(3, 6))
add("layerNorm", 'layerNorm(x, weight: parameter("g", [6]), bias: parameter("b", [6]))',
    lambda x, w: F.layer_norm(x, (6,), w.g, w.b), x=(3, 6), weights={"g": (6,), "b": (6,)})

for name, function in [("softmax", F.softmax), ("logSoftmax", F.log_softmax)]:
    add(name, f"{name}(x)", lambda x, f=function: f(x, 1), x=(7,), spread=3.0)
    for axis in (0, 1, -1):
        add(name, f"{name}(x, axis: {axis})",
            lambda x, f=function, a=axis: f(x, a if a < 0 else a + 1), x=(4, 3, 5), spread=3.0)
mask = numpy.array([[1, 1, 0, 1, 0], [1, 0, 0, 0, 0]])
add("softmax", "softmax(x, axis: -1, where: m)",
    lambda x, m: F.softmax(x.masked_fill(m[:, None] == 0, -torch.inf), -1), x=(3, 5), m=mask,
    kinds={"m": "Mask[5]"})
full = numpy.array([[[1, 0, 1], [1, 1, 1]], [[0, 0, 1], [0, 1, 1]]])
add("softmax", "softmax(x, axis: 1, where: m)",
    lambda x, m: F.softmax(x.masked_fill(m == 0, -torch.inf), 2), x=(2, 3), m=full)
add("logSoftmax", "logSoftmax(x, axis: 1, where: m) * m |> sum",
    lambda x, m: (F.log_softmax(x.masked_fill(m == 0, -1e30), 2) * m).sum((1, 2)), gradient=False,
    x=(2, 3), m=numpy.ones((2, 2, 3)))
