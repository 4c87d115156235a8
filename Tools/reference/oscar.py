"""Oscar (Li et al., ECCV 2020): words, names of objects and regions in one stream of BERT."""

import torch
from torch import nn

from bert import Embeddings, Guesses, Layer, Pooler, penalty_of


class Backbone(nn.Module):
    def __init__(self, entries=30522, size=768, heads=12, layers=12, seen=2054, norm=False):
        super().__init__()
        self.embeddings = Embeddings(entries, size)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(Layer(size, heads) for _ in range(layers))
        self.pooler = Pooler(size)
        self.img_embedding = nn.Linear(seen, size)
        if norm:
            self.LayerNorm = nn.LayerNorm(size, eps=1e-12)

    def forward(self, ids, types, features, mask):
        """mask N x (T + R), or N x (T + R) x (T + R) with a row for each query."""
        v = self.img_embedding(features)
        v = self.LayerNorm(v) if hasattr(self, "LayerNorm") else v
        x = torch.cat([self.embeddings(ids, types), v], 1)
        penalty = penalty_of(mask) if mask.ndim == 2 else ((1 - mask) * -10000.0)[:, None]
        for layer in self.encoder.layer:
            x = layer(x, penalty)
        return x, self.pooler(x)


def types_of(ids, lengths, separator):
    """1 behind the first separator, up to the length."""
    behind = (ids == separator).long().cumsum(1) - (ids == separator).long() > 0
    return (behind & (torch.arange(ids.shape[1])[None, :] < lengths[:, None])).long()


def classifier(inputs, inner, labels, norm=False):
    if not inner:
        return nn.Linear(inputs, labels)
    middle = [nn.LayerNorm(inner, eps=1e-12)] if norm else []
    return nn.Sequential(nn.Linear(inputs, inner), nn.ReLU(), *middle, nn.Linear(inner, labels))


class Oscar(nn.Module):
    """`task` is pretrained, classify, pair or caption."""

    def __init__(self, task="pretrained", separator=102, relations=2, labels=2, inner=0, norm=False,
                 **sizes):
        super().__init__()
        self.task, self.separator = task, separator
        self.bert = Backbone(norm=norm, **sizes)
        entries, size = self.bert.embeddings.word_embeddings.weight.shape
        if task in ("pretrained", "caption"):
            self.cls = Guesses(entries, size, relations)
        else:
            pictures = 2 if task == "pair" else 1
            self.classifier = classifier(pictures * size, inner, labels, norm and task == "pair")

    def read(self, ids, lengths, features, mask):
        if mask.ndim == 2:  # of the regions
            words = (torch.arange(ids.shape[1])[None, :] < lengths[:, None]).to(mask.dtype)
            mask = torch.cat([words, mask], 1)
        return self.bert(ids, types_of(ids, lengths, self.separator), features, mask)

    def guess(self, x):
        return self.cls.predictions(x, self.bert.embeddings.word_embeddings.weight)

    def forward(self, *inputs):
        if self.task == "pair":
            a, b, c, d, e, f, g, h = inputs
            pooled = [self.read(a, b, c, g)[1], self.read(d, e, f, h)[1]]
            return self.classifier(torch.cat(pooled, 1))
        ids = inputs[0]
        x, pooled = self.read(*inputs)
        if self.task == "classify":
            logits = self.classifier(pooled)
            return logits, logits.softmax(1)
        if self.task == "caption":
            return self.guess(x[:, : ids.shape[1]])
        return (x[:, : ids.shape[1]], x[:, ids.shape[1] :], pooled, self.guess(x),
                self.cls.seq_relationship(pooled))
