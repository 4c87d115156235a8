"""Visual-semantic embeddings: a picture and a sentence as vectors that lie close if they fit."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

import resnet
from vgg import VGG16, VGG19, normalized


def convolutions(stages, narrow):
    """The features of a VGG with all its pools; `narrow` divides the widths."""
    layers, inputs = [], 3
    for s, count in enumerate(stages):
        for _ in range(count):
            outputs = -(-64 * min(8, 2**s) // narrow)
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
            inputs = outputs
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


def classifier(side, hidden, narrow):
    """fc6 and fc7 of a VGG, without fc8."""
    inputs = -(-512 // narrow) * (side // 32) ** 2
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout(), nn.Linear(hidden, hidden), nn.ReLU(),
        nn.Dropout())


def unit(x):
    return x / x.square().sum(1, keepdim=True).sqrt()


def last_state(rnn, words, lengths):
    packed = pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)
    return rnn(packed)[1][0]


class Trunk(nn.Module):
    """VGG up to fc7."""

    def __init__(self, stages, side, hidden, narrow):
        super().__init__()
        self.features = convolutions(stages, narrow)
        self.classifier = classifier(side, hidden, narrow)

    def forward(self, image):
        return self.classifier(self.features(image).flatten(1))


class SISGANsVSE(nn.Module):
    """That of dong_iccv_2017: VGG-16 and a GRU over word vectors, neither made unit vectors."""

    def __init__(self, size=300, word_size=300, side=224, hidden=4096, narrow=1):
        super().__init__()
        self.img_encoder = Trunk(VGG16, side, hidden, narrow)
        self.W = nn.Linear(hidden, size, bias=False)
        self.txt_encoder = nn.GRU(word_size, size)

    def read(self, words, lengths):
        return last_state(self.txt_encoder, words, lengths)

    def look(self, image):
        return self.W(self.img_encoder(normalized(image)))

    def forward(self, image, words, lengths):
        return (unit(self.look(image)) * unit(self.read(words, lengths))).sum(1)


class UVS(nn.Module):
    """Kiros's arrays: matrices in x out, gates reset and update together, one bias."""

    def __init__(self, entries, size=1024, word_size=300, features=4096):
        super().__init__()
        shapes = {
            "Wemb": (entries, word_size),
            "encoder_W": (word_size, 2 * size), "encoder_b": (2 * size,),
            "encoder_U": (size, 2 * size),
            "encoder_Wx": (word_size, size), "encoder_bx": (size,), "encoder_Ux": (size, size),
            "ff_image_W": (features, size), "ff_image_b": (size,),
        }
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))

    def draw_own(self, rng):
        draw = lambda p: rng.standard_normal(p.shape) / (p.shape[0] ** 0.5 if p.ndim == 2 else 5)
        values = {name: draw(p) for name, p in self.named_parameters()}
        return values | {"Wemb": rng.standard_normal(self.Wemb.shape)}

    def read(self, ids, lengths):
        """The end, id 0, stands behind the words."""
        ids = torch.cat([ids, torch.zeros_like(ids[:, :1])], 1)
        h = self.Wemb.new_zeros(len(ids), self.encoder_Ux.shape[0])
        for t in range(ids.shape[1]):
            x = self.Wemb[ids[:, t]]
            r, u = torch.sigmoid(x @ self.encoder_W + self.encoder_b + h @ self.encoder_U).chunk(2, 1)
            new = torch.tanh(x @ self.encoder_Wx + self.encoder_bx + r * (h @ self.encoder_Ux))
            h = torch.where((t <= lengths)[:, None], u * h + (1 - u) * new, h)
        return unit(h)

    def look(self, features):
        return unit(features @ self.ff_image_W + self.ff_image_b)

    def forward(self, features, ids, lengths):
        return (self.look(features) * self.read(ids, lengths)).sum(1)


class ImageSide(nn.Module):
    """Features, or a picture through a network and made unit vectors, to unit vectors."""

    def __init__(self, size, features, trunk, depth, side, narrow, normalize, absolute):
        super().__init__()
        self.normalize, self.absolute = normalize, absolute
        self.fc = nn.Linear(features, size)
        if trunk == "vgg19":
            self.cnn = nn.Module()
            self.cnn.features = nn.Module()
            self.cnn.features.module = convolutions(VGG19, narrow)
            self.cnn.classifier = classifier(side, features, narrow)
        if trunk == "resnet":
            self.cnn = nn.Module()
            self.cnn.module = resnet.ResNet(depth, 64 // narrow)
            self.cnn.module.fc = nn.Sequential()

    def forward(self, x):
        if x.ndim == 4:
            if hasattr(self.cnn, "classifier"):
                x = self.cnn.classifier(self.cnn.features.module(normalized(x)).flatten(1))
            else:
                x = self.cnn.module(x)[1]
            x = unit(x)
        x = self.fc(x)
        x = unit(x) if self.normalize else x
        return x.abs() if self.absolute else x


class TextSide(nn.Module):
    def __init__(self, entries, size, word_size, absolute):
        super().__init__()
        self.absolute = absolute
        self.embed = nn.Embedding(entries, word_size)
        self.rnn = nn.GRU(word_size, size, batch_first=True)

    def forward(self, ids, lengths):
        x = unit(last_state(self.rnn, self.embed(ids), lengths))
        return x.abs() if self.absolute else x


class VSEPlusPlus(nn.ModuleList):
    """Names begin with 0 for the image side and 1 for the text side, as in the list of the file."""

    def __init__(self, entries, size=1024, word_size=300, features=4096, trunk="none", depth=152,
                 side=224, narrow=1, normalize=True, absolute=False, measure="cosine"):
        super().__init__([
            ImageSide(size, features, trunk, depth, side, narrow, normalize, absolute),
            TextSide(entries, size, word_size, absolute)])
        self.measure = measure

    def forward(self, image, ids, lengths):
        seen, text = self[0](image), self[1](ids, lengths)
        if self.measure == "order":
            return -(text - seen).clamp(min=0).square().sum(1).sqrt()
        return (seen * text).sum(1)
