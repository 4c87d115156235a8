"""TIRG (Vo et al., CVPR 2019) and its baselines: a picture and a text to a vector by which pictures
are found."""

import torch
from torch import nn
from torch.nn import functional as F

import resnet


class TextModel(nn.Module):
    """What an LSTM gives at the last word. The steps after it are run and not read."""

    def __init__(self, entries, size):
        super().__init__()
        self.embedding_layer = nn.Embedding(entries, size)
        self.lstm = nn.LSTM(size, size)
        self.fc_output = nn.Sequential(nn.Dropout(0.1), nn.Linear(size, size))

    def forward(self, ids, lengths):
        states, _ = self.lstm(self.embedding_layer(ids.T))
        return self.fc_output(states[lengths - 1, torch.arange(len(ids))])


class ImageModel(resnet.ResNet):
    def __init__(self, depth, width, size):
        super().__init__(depth, width)
        self.fc = nn.Sequential(nn.Linear(self.fc.in_features, size))

    def maps(self, image):
        x = F.max_pool2d(self.bn1(self.conv1(resnet.normalized(image))).relu(), 3, 2, 1)
        for s in range(1, 5):
            x = self.get_submodule(f"layer{s}")(x)
        return x

    def pooled(self, maps):
        return self.fc(maps.mean((2, 3)))


class Join(nn.Module):
    def forward(self, pair):
        return torch.cat(pair, 1)


def over_maps(channels, out):
    return nn.Sequential(
        nn.BatchNorm2d(channels), nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(),
        nn.Conv2d(channels, out, 3, padding=1))


class TIRG(nn.Module):
    """`image_model` replaces the ResNet; it has `maps` and `pooled`."""

    def __init__(self, composition="tirg", entries=10000, size=512, depth=18, width=64,
                 image_model=None):
        super().__init__()
        self.composition, both = composition, 2 * size
        self.img_model = image_model or ImageModel(depth, width, size)
        self.text_model = TextModel(entries, size)
        self.normalization_layer = nn.Module()
        self.normalization_layer.norm_s = nn.Parameter(torch.ones(1))
        if composition in ("tirg", "lastconv"):
            self.a = nn.Parameter(torch.ones(4))
        if composition == "tirg":
            self.gated_feature_composer = nn.Sequential(
                Join(), nn.BatchNorm1d(both), nn.ReLU(), nn.Linear(both, size))
            self.res_info_composer = nn.Sequential(
                Join(), nn.BatchNorm1d(both), nn.ReLU(), nn.Linear(both, both), nn.ReLU(),
                nn.Linear(both, size))
        if composition == "lastconv":
            out = self.img_model.fc[0].in_features
            self.mod2d = over_maps(out + size, out)
            self.mod2d_gate = over_maps(out + size, out)
        if composition == "concat":
            self.composer = nn.Module()
            self.composer.m = nn.Sequential(
                nn.BatchNorm1d(both), nn.ReLU(), nn.Linear(both, both), nn.BatchNorm1d(both),
                nn.ReLU(), nn.Dropout(0.1), nn.Linear(both, size))

    def draw_own(self, rng):
        values = {"normalization_layer.norm_s": rng.uniform(3, 5, 1)}
        return values | ({"a": rng.uniform(0.5, 2, 4)} if hasattr(self, "a") else {})

    def look(self, image):
        return self.img_model.pooled(self.img_model.maps(image))

    def forward(self, image, ids, lengths):
        text = self.text_model(ids, lengths)
        if self.composition == "textonly":
            return text
        if self.composition == "lastconv":
            x = self.img_model.maps(image)
            tiled = text[:, :, None, None].expand(-1, -1, *x.shape[2:])
            z = torch.cat([x, tiled], 1)
            mixed = self.a[0] * self.mod2d_gate(z).sigmoid() * x + self.a[1] * self.mod2d(z)
            return self.img_model.pooled(mixed)
        x = self.look(image)
        if self.composition == "imgonly":
            return x
        if self.composition == "concat":
            return self.composer.m(torch.cat([x, text], 1))
        gate = self.gated_feature_composer([x, text]).sigmoid()
        return self.a[0] * gate * x + self.a[1] * self.res_info_composer([x, text])
