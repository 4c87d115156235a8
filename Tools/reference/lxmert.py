"""LXMERT (Tan, Bansal, EMNLP 2019): language, regions, and both across; its heads.

Both directions of a cross layer use the same inputs and the same weights.
"""

import torch
from torch import nn

from bert import (
    Attention, Embeddings, Guesses, Intermediate, Layer, Pooler, Project, SelfAttention, Transform,
    penalty_of)


class CrossAttention(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.att = Attention(size, heads)
        self.output = Project(size, size)

    def forward(self, x, context, penalty=None):
        return self.output(self.att(x, context, penalty), x)


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

    def forward(self, words, regions, mask, present=None):
        """words N x T x D, regions N x R x D, mask N x T and present N x R (1 on what is there)."""
        penalty = penalty_of(mask)
        beside = None if present is None else penalty_of(present)
        l = self.visual_attention(words, regions, beside)
        v = self.visual_attention(regions, words, penalty)
        l, v = self.lang_self_att(l, penalty), self.visn_self_att(v, beside)
        return self.lang_output(self.lang_inter(l), l), self.visn_output(self.visn_inter(v), v)


class RegionEmbedding(nn.Module):
    def __init__(self, seen, size):
        super().__init__()
        self.visn_fc, self.visn_layer_norm = nn.Linear(seen, size), nn.LayerNorm(size, eps=1e-12)
        self.box_fc, self.box_layer_norm = nn.Linear(4, size), nn.LayerNorm(size, eps=1e-12)

    def forward(self, features, boxes):
        seen = self.visn_layer_norm(self.visn_fc(features))
        return (seen + self.box_layer_norm(self.box_fc(boxes))) / 2


class Backbone(nn.Module):
    def __init__(self, entries=30522, size=768, heads=12, layers=(9, 5, 5), seen=2048):
        super().__init__()
        self.embeddings = Embeddings(entries, size)
        self.encoder = nn.Module()
        self.encoder.visn_fc = RegionEmbedding(seen, size)
        self.encoder.layer = nn.ModuleList(Layer(size, heads) for _ in range(layers[0]))
        self.encoder.r_layers = nn.ModuleList(Layer(size, heads) for _ in range(layers[1]))
        self.encoder.x_layers = nn.ModuleList(
            CrossLayer(size, heads, 4 * size) for _ in range(layers[2]))
        self.pooler = Pooler(size)

    def forward(self, ids, lengths, features, boxes, present=None):
        mask = (torch.arange(ids.shape[1])[None, :] < lengths[:, None]).to(features.dtype)
        beside = None if present is None else penalty_of(present)
        l, v = self.embeddings(ids), self.encoder.visn_fc(features, boxes)
        for layer in self.encoder.layer:
            l = layer(l, penalty_of(mask))
        for layer in self.encoder.r_layers:
            v = layer(v, beside)
        for layer in self.encoder.x_layers:
            l, v = layer(l, v, mask, present)
        return l, v, self.pooler(l)


def answer(inputs, inner, answers):
    return nn.Sequential(
        nn.Linear(inputs, inner), nn.GELU(), nn.LayerNorm(inner, eps=1e-12),
        nn.Linear(inner, answers))


class Pretrained(nn.Module):
    def __init__(self, objects=1600, attributes=400, answers=9500, **sizes):
        super().__init__()
        self.bert = Backbone(**sizes)
        size, entries = self.bert.pooler.dense.out_features, sizes.get("entries", 30522)
        seen = sizes.get("seen", 2048)
        self.cls = Guesses(entries, size)
        self.obj_predict_head, self.answer_head = nn.Module(), nn.Module()
        self.obj_predict_head.transform = Transform(size)
        self.obj_predict_head.decoder_dict = nn.ModuleDict(
            {n: nn.Linear(size, c) for n, c in (
                ("obj", objects), ("attr", attributes), ("feat", seen))})
        self.answer_head.logit_fc = answer(size, 2 * size, answers)

    def forward(self, *inputs):
        l, v, pooled = self.bert(*inputs)
        h = self.obj_predict_head.transform(v)
        table = self.bert.embeddings.word_embeddings.weight
        return (
            l, v, pooled, self.cls.predictions(l, table), self.cls.seq_relationship(pooled),
            *[head(h) for head in self.obj_predict_head.decoder_dict.values()],
            self.answer_head.logit_fc(pooled))


class Tuned(nn.Module):
    """For questions; with two pictures (NLVR2) both are encoded beside the same sentence."""

    def __init__(self, answers=3129, pictures=1, **sizes):
        super().__init__()
        self.lxrt_encoder = nn.Module()
        self.lxrt_encoder.model = nn.Module()
        self.lxrt_encoder.model.bert = Backbone(**sizes)
        size = self.lxrt_encoder.model.bert.pooler.dense.out_features
        self.logit_fc = answer(pictures * size, 2 * size, answers)

    def forward(self, ids, lengths, *rest):
        *pictures, present = rest
        pooled = [
            self.lxrt_encoder.model.bert(ids, lengths, *pictures[k : k + 2], present)[2]
            for k in range(0, len(pictures), 2)]
        return self.logit_fc(torch.cat(pooled, 1))
