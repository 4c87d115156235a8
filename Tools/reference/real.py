"""The small networks whose trained weights are public; facts in the data folder's README.

`load_file` reads a checkpoint without executing anything in it. Pictures are N x C x H x W.
"""

import math

import torch
from safetensors.torch import load_file as load_safetensors
from torch import nn
from torch.nn import functional as F

import damsm
from synthetic import load


def load_file(path):
    if str(path).endswith(".safetensors"):
        return load_safetensors(path)
    state = torch.load(path, map_location="cpu", weights_only=True)
    return state.get("state_dict", state) if isinstance(state, dict) else state


def loaded(module, path):
    return load(module, load_file(path))


# mnist-mlp-gan


def mlp_generator():
    return nn.Sequential(
        nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(),
        nn.Linear(256, 784), nn.Tanh())


def mlp_discriminator():
    return nn.Sequential(
        nn.Linear(784, 256), nn.LeakyReLU(0.2), nn.Linear(256, 256), nn.LeakyReLU(0.2),
        nn.Linear(256, 1), nn.Sigmoid())


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)

    def decode(self, z):
        return self.fc4(self.fc3(z).relu()).sigmoid()

    def encode(self, image):
        h = self.fc1(image).relu()
        return self.fc21(h), self.fc22(h)


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.convnet, self.fc = nn.Module(), nn.Module()
        self.convnet.c1 = nn.Conv2d(1, 6, 5)
        self.convnet.c3 = nn.Conv2d(6, 16, 5)
        self.convnet.c5 = nn.Conv2d(16, 120, 5)
        self.fc.f6, self.fc.f7 = nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(self.convnet.c1(x).relu(), 2)
        x = F.max_pool2d(self.convnet.c3(x).relu(), 2)
        x = self.convnet.c5(x).relu().flatten(1)
        return self.fc.f7(self.fc.f6(x).relu()).log_softmax(1)


class ConditionalGAN(nn.Module):
    def __init__(self):
        super().__init__()
        self.label_emb = nn.Embedding(10, 10)
        self.l1 = nn.Sequential(nn.Linear(20, 6272))
        up = lambda: nn.Upsample(scale_factor=2, mode="nearest")
        self.conv_blocks = nn.Sequential(
            nn.BatchNorm2d(128), up(), nn.Conv2d(128, 128, 3, padding=1),
            nn.BatchNorm2d(128, eps=0.8), nn.ReLU(), up(), nn.Conv2d(128, 64, 3, padding=1),
            nn.BatchNorm2d(64, eps=0.8), nn.ReLU(), nn.Conv2d(64, 1, 3, padding=1), nn.Tanh())

    def forward(self, z, label):
        x = self.l1(torch.cat([z, self.label_emb(label)], 1))
        return self.conv_blocks(x.view(-1, 128, 7, 7))


def dcgan_generator():
    up = lambda i, o, *k: nn.ConvTranspose2d(i, o, *k, bias=False)
    return nn.Sequential(
        up(100, 128, 7, 1, 0), nn.BatchNorm2d(128), nn.ReLU(),
        up(128, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.ReLU(),
        up(64, 1, 4, 2, 1), nn.Tanh())


def dcgan_discriminator():
    conv = lambda i, o, *k: nn.Conv2d(i, o, *k, bias=False)
    return nn.Sequential(
        conv(1, 28, 4, 2, 1), nn.BatchNorm2d(28), nn.LeakyReLU(0.2),
        conv(28, 56, 4, 2, 1), nn.BatchNorm2d(56), nn.LeakyReLU(0.2),
        conv(56, 112, 4, 2, 1), nn.BatchNorm2d(112), nn.LeakyReLU(0.2),
        conv(112, 1, 3, 1, 0), nn.Flatten(), nn.Sigmoid())


class Sketch2Photo(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 64, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(64, 128, 4, 2, 1), nn.BatchNorm2d(128), nn.LeakyReLU(0.2))
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.ReLU(),
            nn.ConvTranspose2d(64, 3, 4, 2, 1), nn.Tanh())

    def forward(self, sketch):
        return self.decoder(self.encoder(sketch))


def same_conv(x, hwio, stride=1):
    """TensorFlow's SAME padding: the odd pixel goes to the bottom and the right."""
    k = hwio.shape[0]
    for axis in (3, 2):
        size = x.shape[axis]
        total = max((math.ceil(size / stride) - 1) * stride + k - size, 0)
        sides = (total // 2, total - total // 2)
        x = F.pad(x, sides + (0, 0) if axis == 3 else (0, 0) + sides)
    return F.conv2d(x, hwio.permute(3, 2, 0, 1), stride=stride)


def style_wave(state, x):
    """Feed-forward style transfer; x and the result are RGB in 0 to 255 (result not clipped)."""
    groups = iter(range(16))

    def norm(y, group):
        shift, scale = (
            state[f"Variable_{3 * group + k}"].double()[None, :, None, None] for k in (1, 2))
        mean = y.mean((2, 3), keepdim=True)
        variance = (y - mean).square().mean((2, 3), keepdim=True)
        return (y - mean) / (variance + 1e-3).sqrt() * scale + shift

    def weight(group):
        return state["Variable" if group == 0 else f"Variable_{3 * group}"].double()

    def conv(y, stride=1):
        group = next(groups)
        return norm(same_conv(y, weight(group), stride), group)

    def up(y):
        group = next(groups)
        full = F.conv_transpose2d(y, weight(group).permute(3, 2, 0, 1), stride=2)
        return norm(full[:, :, : 2 * y.shape[2], : 2 * y.shape[3]], group)

    x = conv(conv(conv(x).relu(), 2).relu(), 2).relu()
    for _ in range(5):
        x = x + conv(conv(x).relu())
    x = up(up(x).relu()).relu()
    return 150 * conv(x).tanh() + 127.5


def tiny_darknet(state, x):
    """Returns the logits and the spatial means after activations 2, 6, 10 and 14."""
    state = {k: v.double() for k, v in state.items()}
    taps = {}
    for i in range(1, 16):
        x = same_conv(x, state[f"conv2d_{i}/kernel"])
        gamma, beta, mean, variance = (
            state[f"batch_normalization_{i}/{k}"][None, :, None, None]
            for k in ("gamma", "beta", "moving_mean", "moving_variance"))
        x = F.leaky_relu((x - mean) / (variance + 1e-3).sqrt() * gamma + beta, 0.1)
        if i in (2, 6, 10, 14):
            taps[f"leaky{i}"] = x.mean((2, 3))
        if i in (1, 2, 6, 10):
            x = F.max_pool2d(x, 2)
    x = same_conv(x, state["conv2d_16/kernel"]) + state["conv2d_16/bias"][None, :, None, None]
    return x.mean((2, 3)), taps


def fashion_text_encoder():
    return damsm.TextEncoder(entries=75)


class ShapesTextEncoder(nn.Module):
    """Post-norm transformer over 10 positions, padding included."""

    def __init__(self):
        super().__init__()
        self.token_emb, self.pos_emb = nn.Embedding(15, 128), nn.Embedding(10, 128)
        layer = nn.TransformerEncoderLayer(128, 4, 512, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.lm_head = nn.Linear(128, 15)

    def forward(self, ids):
        x = self.transformer_encoder(self.token_emb(ids) + self.pos_emb.weight[: ids.shape[1]])
        return x, x.mean(1), self.lm_head(x)


class MLPClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2 = nn.Linear(784, 128, bias=False), nn.Linear(128, 10, bias=False)

    def forward(self, x):
        return self.l2(F.leaky_relu(self.l1(x), 0.01))
