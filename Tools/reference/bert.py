"""BERT (Devlin et al., NAACL 2019): its embeddings, layers and heads, which LXMERT and Oscar share, and
a sentence encoder. Post-norm, exact GELU, LayerNorm eps 1e-12; a mask adds -10000 to scores."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def penalty_of(mask):
    """mask N x T (1 on what is there) to what is added to scores N x heads x queries x T."""
    return ((1 - mask) * -10000.0)[:, None, None, :]


class Project(nn.Module):
    """Dense, sum with the residual, layer norm."""

    def __init__(self, inputs, size):
        super().__init__()
        self.dense = nn.Linear(inputs, size)
        self.LayerNorm = nn.LayerNorm(size, eps=1e-12)

    def forward(self, x, residual):
        return self.LayerNorm(self.dense(x) + residual)


class Attention(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(size, size) for _ in range(3))
        self.heads = heads

    def forward(self, x, context, penalty):
        split = lambda y: y.view(y.shape[0], y.shape[1], self.heads, -1).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(context)), split(self.value(context))
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])
        if penalty is not None:
            scores = scores + penalty
        return (scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)


class SelfAttention(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.self = Attention(size, heads)
        self.output = Project(size, size)

    def forward(self, x, penalty=None):
        return self.output(self.self(x, x, penalty), x)


class Intermediate(nn.Module):
    def __init__(self, size, inner):
        super().__init__()
        self.dense = nn.Linear(size, inner)

    def forward(self, x):
        return nn.functional.gelu(self.dense(x))


class Layer(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.attention = SelfAttention(size, heads)
        self.intermediate = Intermediate(size, 4 * size)
        self.output = Project(4 * size, size)

    def forward(self, x, penalty=None):
        x = self.attention(x, penalty)
        return self.output(self.intermediate(x), x)


class Embeddings(nn.Module):
    def __init__(self, entries, size, positions=512):
        super().__init__()
        self.word_embeddings = nn.Embedding(entries, size)
        self.position_embeddings = nn.Embedding(positions, size)
        self.token_type_embeddings = nn.Embedding(2, size)
        self.LayerNorm = nn.LayerNorm(size, eps=1e-12)

    def forward(self, ids, types=None):
        types = 0 * ids if types is None else types
        positions = self.position_embeddings.weight[: ids.shape[1]]
        return self.LayerNorm(
            self.word_embeddings(ids) + positions + self.token_type_embeddings(types))


class Pooler(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.dense = nn.Linear(size, size)

    def forward(self, x):
        return self.dense(x[:, 0]).tanh()


class Transform(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.dense = nn.Linear(size, size)
        self.LayerNorm = nn.LayerNorm(size, eps=1e-12)

    def forward(self, x):
        return self.LayerNorm(F.gelu(self.dense(x)))


class Predictions(nn.Module):
    """Guesses words; `decoder.weight` of a file is the table of words, stored again."""

    def __init__(self, entries, size):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(entries))
        self.transform = Transform(size)

    def draw_own(self, rng):
        return {"bias": rng.uniform(-0.1, 0.1, self.bias.shape)}

    def forward(self, x, table):
        return F.linear(self.transform(x), table, self.bias)


class Guesses(nn.Module):
    """`cls` of a file: words, and whether both halves belong together."""

    def __init__(self, entries, size, relations=2):
        super().__init__()
        self.predictions = Predictions(entries, size)
        self.seq_relationship = nn.Linear(size, relations)


class SentenceEncoder(nn.Module):
    """The form of all-MiniLM-L6-v2: words and mask to vectors, their mean, and that at length 1."""

    def __init__(self, entries=30522, size=384, layers=6, heads=12, pooler=True):
        super().__init__()
        self.embeddings = Embeddings(entries, size)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(Layer(size, heads) for _ in range(layers))
        if pooler:  # in files, not read
            self.pooler = Pooler(size)

    def forward(self, ids, lengths):
        mask = (torch.arange(ids.shape[1])[None, :] < lengths[:, None]).double()
        x = self.embeddings(ids)
        for layer in self.encoder.layer:
            x = layer(x, penalty_of(mask))
        mean = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1e-9)
        return x, mean, F.normalize(mean, dim=1, eps=1e-12)
