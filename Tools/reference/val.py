"""VAL (Chen et al., CVPR 2020) with the names and layouts of its TensorFlow variables: kernels are rows
x columns x in x out. Pictures are N x 3 x S x S in [-1, 1]."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Network(nn.Module):
    """Variables by name, and TensorFlow-slim's layers over them."""

    def __init__(self, epsilon, act):
        super().__init__()
        self.epsilon, self.act = epsilon, act

    def make(self, name, *shape):
        self.register_parameter(name, nn.Parameter(torch.zeros(shape)))

    def make_norm(self, name, c):
        self.make(f"{name}/gamma", c)
        self.make(f"{name}/beta", c)
        for tensor in ("moving_mean", "moving_variance"):
            self.register_buffer(f"{name}/{tensor}", torch.zeros(c))

    def make_normed(self, name, *shape):
        self.make(f"{name}/weights", *shape)
        self.make_norm(f"{name}/BatchNorm", shape[-1])

    def make_biased(self, name, *shape):
        self.make(f"{name}/weights", *shape)
        self.make(f"{name}/biases", shape[-1])

    def draw_own(self, rng):
        values = {}
        for name, tensor in self.state_dict().items():
            shape, leaf = tuple(tensor.shape), name.rpartition("/")[2]
            if leaf in ("gamma", "moving_variance"):
                values[name] = rng.uniform(0.5, 1.5, shape)
            elif leaf in ("r_weight", "weight"):
                values[name] = rng.uniform(0.5, 1.5, shape)
            elif leaf == "depthwise_weights":
                values[name] = rng.standard_normal(shape) * math.sqrt(2 / 9)
            elif leaf == "kernel":
                values[name] = rng.standard_normal(shape) / math.sqrt(shape[0])
            elif leaf == "token_embedding_weights":
                values[name] = rng.standard_normal(shape)
            elif leaf.startswith("init_state"):
                values[name] = rng.uniform(-0.5, 0.5, shape)
            elif len(shape) == 4:
                values[name] = rng.standard_normal(shape) * math.sqrt(2 / math.prod(shape[:3]))
            else:
                values[name] = rng.uniform(-0.1, 0.1, shape)
        return values

    def at(self, name):
        return dict(self.named_parameters())[name]

    def norm(self, x, name):
        p, b = self._parameters, self._buffers
        return F.batch_norm(
            x, b[f"{name}/moving_mean"], b[f"{name}/moving_variance"], p[f"{name}/gamma"],
            p[f"{name}/beta"], eps=self.epsilon)

    def conv(self, x, name, stride=1, bias=False):
        """SAME: the odd zero stands below and on the right."""
        w = self._parameters[f"{name}/weights"].permute(3, 2, 0, 1)
        return F.conv2d(
            same(x, w.shape[2:], stride), w, self._parameters[f"{name}/biases"] if bias else None,
            stride)

    def normed(self, x, name, stride=1):
        return self.norm(self.conv(x, name, stride), f"{name}/BatchNorm")



def same(x, kernel, stride, value=0.0):
    pads = []
    for size, k in zip(reversed(x.shape[2:]), reversed(kernel)):
        total = max((-(-size // stride) - 1) * stride + k - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def unit(x):
    return x * x.square().sum(1, keepdim=True).clamp(min=1e-10).rsqrt()


class VAL(Network):
    def __init__(self, net="resnet", entries=10000, wordSize=512, hidden=1024, textSize=512, width=64,
                 side=256):
        resnet = net == "resnet"
        super().__init__(1e-5 if resnet else 1e-3, F.relu if resnet else F.relu6)
        self.net, self.width = net, width
        size = -(-side // 2)
        if resnet:
            self.make_resnet(width)
            halved = lambda n: -(-n // 2)
            sizes = [halved(halved(halved(size))), 0, 0]
            sizes[1] = sizes[2] = halved(sizes[0])
            channels = [8 * width, 16 * width, 32 * width]
        else:
            self.make_mobilenet(width)
            for _ in range(3):
                size = -(-size // 2)
            sizes = [size, size, -(-size // 2)]
            channels = [16 * width, 16 * width, 32 * width]
        self.make("RNN/token_embedding_weights", entries, wordSize)
        for k in (0, 1):
            self.make(f"RNN/bidirectional_lstm/forward/init_state_{k}", hidden)
        self.make("RNN/bidirectional_lstm/rnn/basic_lstm_cell/kernel", wordSize + hidden, 4 * hidden)
        self.make("RNN/bidirectional_lstm/rnn/basic_lstm_cell/bias", 4 * hidden)
        self.make_normed("projection/text", 1, 1, hidden, textSize)
        for k, (c, s) in enumerate(zip(channels, sizes)):
            self.make_normed(f"attention{k}/Conv", 1, 1, c + textSize, c)
            self.make_normed(f"attention{k}/Conv_1", 1, 1, c, c)
            self.make_normed(f"attention{k}/Conv_2", s, s, 1, 1)
            self.make_normed(f"attention{k}/Conv_3", 1, 1, c, c)
            for n in range(6):
                self.make(f"attention{k}/dense{f'_{n}' if n else ''}/kernel", c // 2, c // 2)
            self.make(f"attention{k}/r_weight")
            self.make(f"attention{k}/weight")

    # ResNet-50 v2

    def make_resnet(self, width):
        top = "resnet_v2_50"
        self.make_biased(f"{top}/conv1", 7, 7, 3, width)
        inputs = width
        for b, count in enumerate((3, 4, 6, 3), 1):
            inner = width * 2 ** (b - 1)
            for u in range(1, count + 1):
                name = f"{top}/block{b}/unit_{u}/bottleneck_v2"
                self.make_norm(f"{name}/preact", inputs)
                if inputs != 4 * inner:
                    self.make_biased(f"{name}/shortcut", 1, 1, inputs, 4 * inner)
                self.make_normed(f"{name}/conv1", 1, 1, inputs, inner)
                self.make_normed(f"{name}/conv2", 3, 3, inner, inner)
                self.make_biased(f"{name}/conv3", 1, 1, inner, 4 * inner)
                inputs = 4 * inner
            if b > 1:
                self.make_norm(f"{top}/{'postnorm' if b == 4 else f'block{b}_postnorm'}", inputs)

    def unit_v2(self, x, name, stride):
        p = F.relu(self.norm(x, f"{name}/preact"))
        if f"{name}/shortcut/weights" in self._parameters:
            shortcut = self.conv(p, f"{name}/shortcut", bias=True)
        else:
            shortcut = x[:, :, ::stride, ::stride]
        y = F.relu(self.normed(p, f"{name}/conv1"))
        w = self._parameters[f"{name}/conv2/weights"].permute(3, 2, 0, 1)
        y = F.conv2d(y, w, None, stride, 1)
        y = F.relu(self.norm(y, f"{name}/conv2/BatchNorm"))
        return shortcut + self.conv(y, f"{name}/conv3", bias=True)

    def resnet(self, x):
        top, levels = "resnet_v2_50", []
        w = self._parameters[f"{top}/conv1/weights"].permute(3, 2, 0, 1)
        x = F.conv2d(x, w, self._parameters[f"{top}/conv1/biases"], 2, 3)
        x = F.max_pool2d(same(x, (3, 3), 2, -math.inf), 3, 2)
        for b, count in enumerate((3, 4, 6, 3), 1):
            for u in range(1, count + 1):
                stride = 2 if u == count and b < 4 else 1
                x = self.unit_v2(x, f"{top}/block{b}/unit_{u}/bottleneck_v2", stride)
            if b > 1:
                name = "postnorm" if b == 4 else f"block{b}_postnorm"
                levels.append(F.relu(self.norm(x, f"{top}/{name}")))
        return levels

    # MobileNet v1

    WIDTHS = (2, 4, 4, 8, 8, 16, 16, 16, 16, 16, 16, 32, 32)

    def make_mobilenet(self, width):
        self.make_normed("MobilenetV1/Conv2d_0", 3, 3, 3, width)
        inputs = width
        for i, factor in enumerate(self.WIDTHS, 1):
            name = f"MobilenetV1/Conv2d_{i}"
            self.make(f"{name}_depthwise/depthwise_weights", 3, 3, inputs, 1)
            self.make_norm(f"{name}_depthwise/BatchNorm", inputs)
            self.make_normed(f"{name}_pointwise", 1, 1, inputs, factor * width)
            inputs = factor * width

    def mobilenet(self, x):
        x, levels = F.relu6(self.normed(x, "MobilenetV1/Conv2d_0", 2)), []
        for i in range(1, 14):
            name, stride = f"MobilenetV1/Conv2d_{i}", 2 if i in (2, 4, 6, 12) else 1
            w = self._parameters[f"{name}_depthwise/depthwise_weights"].permute(2, 3, 0, 1)
            x = F.conv2d(same(x, (3, 3), stride), w, None, stride, groups=x.shape[1])
            x = F.relu6(self.norm(x, f"{name}_depthwise/BatchNorm"))
            x = F.relu6(self.normed(x, f"{name}_pointwise"))
            if i in (6, 10, 13):
                levels.append(x)
        return levels

    # Text

    def outputs(self, ids):
        """The outputs of the LSTM at every place of ids N x T."""
        p = self._parameters
        top = "RNN/bidirectional_lstm"
        words = p["RNN/token_embedding_weights"][ids]
        c, h = (p[f"{top}/forward/init_state_{k}"].expand(len(ids), -1) for k in (0, 1))
        results = []
        for t in range(ids.shape[1]):
            gates = torch.cat([words[:, t], h], 1) @ p[f"{top}/rnn/basic_lstm_cell/kernel"]
            i, j, f, o = (gates + p[f"{top}/rnn/basic_lstm_cell/bias"]).chunk(4, 1)
            c = (f + 1).sigmoid() * c + i.sigmoid() * j.tanh()
            h = o.sigmoid() * c.tanh()
            results.append(h)
        return torch.stack(results, 1)

    def read(self, ids, lengths, padded):
        """Each text alone, or all with zeros behind the shorter ones."""
        if padded:
            inside = torch.arange(ids.shape[1])[None, :, None] < lengths[:, None, None]
            most = (self.outputs(ids) * inside).amax(1)
        else:
            most = torch.cat([
                self.outputs(ids[n : n + 1, : lengths[n]]).amax(1) for n in range(len(ids))])
        return self.normed(most[:, :, None, None], "projection/text")

    # Both

    def composed(self, image, text, name):
        p, act = self._parameters, self.act
        n, c, h, w = image.shape
        vl = torch.cat([image, text.expand(-1, -1, h, w)], 1)
        vl = act(self.normed(vl, f"{name}/Conv"))
        channels = act(self.normed(vl.mean((2, 3), keepdim=True), f"{name}/Conv_1")).sigmoid()
        places = act(self.normed(vl.mean(1, keepdim=True), f"{name}/Conv_2")).sigmoid()
        heads = []
        for k, half in enumerate(vl.permute(0, 2, 3, 1).reshape(n, h * w, c).chunk(2, 2)):
            key, value, query = (
                half @ p[f"{name}/dense{f'_{m}' if m else ''}/kernel"]
                for m in range(3 * k, 3 * k + 3))
            shares = torch.softmax(key @ value.transpose(1, 2) / math.sqrt(c / 2), -1)
            heads.append(shares @ query)
        seen = torch.cat(heads, 2).reshape(n, h, w, c).permute(0, 3, 1, 2)
        seen = act(self.normed(seen, f"{name}/Conv_3"))
        return p[f"{name}/r_weight"] * channels * places * image + p[f"{name}/weight"] * seen

    def levels(self, image):
        return self.resnet(image) if self.net == "resnet" else self.mobilenet(image)

    def look(self, image):
        return torch.cat([unit(x.mean((2, 3))) for x in self.levels(image)], 1)

    def forward(self, image, ids, lengths, padded=False):
        text = self.read(ids, lengths, padded)
        composed = [
            self.composed(x, text, f"attention{k}") for k, x in enumerate(self.levels(image))]
        return torch.cat([unit(x.mean((2, 3))) for x in composed], 1)
