"""One cross-modality layer of LXMERT (Tan, Bansal, EMNLP 2019). Post-norm, LayerNorm eps 1e-12.

Both directions use the same layer inputs and the same cross-attention weights.
"""

import math

from torch import nn


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


class CrossAttention(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.att = Attention(size, heads)
        self.output = Project(size, size)

    def forward(self, x, context, penalty=None):
        return self.output(self.att(x, context, penalty), x)


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


class CrossLayer(nn.Module):
    def __init__(self, size=768, heads=12, inner=3072):
        super().__init__()
        self.visual_attention = CrossAttention(size, heads)
        self.lang_self_att = SelfAttention(size, heads)
        self.visn_self_att = SelfAttention(size, heads)
        self.lang_inter = Intermediate(size, inner)
        self.lang_output = Project(inner, size)
        self.visn_inter = Intermediate(size, inner)
        self.visn_output = Project(inner, size)

    def forward(self, words, regions, mask):
        """words N x T x D, regions N x R x D, mask N x T (1 on words)."""
        penalty = ((1 - mask) * -10000.0)[:, None, None, :]
        l, v = self.visual_attention(words, regions), self.visual_attention(regions, words, penalty)
        l, v = self.lang_self_att(l, penalty), self.visn_self_att(v)
        return self.lang_output(self.lang_inter(l), l), self.visn_output(self.visn_inter(v), v)
