"""The similarity of DAMSM (Xu et al., CVPR 2018): words and regions, sentences and pictures, and the
losses of its training. The code leaves out the paper's 1 / gamma2."""

import torch
from torch import nn
from torch.nn import functional as F


def attend(words, regions, gamma1):
    """words B x D x T, regions B x D x H x W: what each word sees, B x D x T, and its map."""
    b, _, rows, columns = regions.shape
    places = regions.flatten(2)
    shares = (places.transpose(1, 2) @ words).softmax(2)
    map = (shares.transpose(1, 2) * gamma1).softmax(2)
    return places @ map.transpose(1, 2), map.view(b, -1, rows, columns)


def word_scores(words, regions, gamma1, gamma2):
    """One caption D x T (its true words) against B pictures: a score for each, and the maps."""
    repeated = words[None].expand(len(regions), -1, -1)
    seen, maps = attend(repeated, regions, gamma1)
    cosines = F.cosine_similarity(repeated, seen, 1, 1e-8)
    return (cosines * gamma2).exp().sum(1).log(), maps


def own_entropy(scores):
    return F.cross_entropy(scores, torch.arange(len(scores)))


class Similarity(nn.Module):
    def __init__(self, text, cnn, gamma1=4, gamma2=5):
        super().__init__()
        self.text, self.cnn, self.gammas = text, cnn, (gamma1, gamma2)

    def compare(self, image, ids, lengths):
        regions, codes = self.cnn(image)
        words, sentences = self.text(ids, lengths)
        scores, maps = [], []
        for n, length in enumerate(lengths.tolist()):
            score, map = word_scores(words[n, :, :length], regions[n : n + 1], *self.gammas)
            scores.append(score)
            # Padding asks for nothing: its map is even.
            rest = map.new_ones((ids.shape[1] - length, *map.shape[2:]))
            maps.append(torch.cat([map[0] * map[0, 0].numel(), rest]))
        return torch.cat(scores), F.cosine_similarity(codes, sentences, 1, 1e-8), torch.stack(maps)

    def rank(self, ids, lengths, regions, codes):
        words, sentences = self.text(ids, lengths)
        byWords = [
            word_scores(words[n, :, :length], regions[n], *self.gammas)[0]
            for n, length in enumerate(lengths.tolist())]
        return torch.stack(byWords), F.cosine_similarity(codes, sentences[:, None], 2, 1e-8)


def matching_loss(regions, codes, words, lengths, sentences, classes, gammas=(4, 5, 10)):
    """Of as many pictures as captions: words, words back, sentences, sentences back."""
    same = (classes[:, None] == classes[None, :]) & ~torch.eye(len(classes), dtype=bool)
    byWords = torch.stack([
        word_scores(words[n, :, :length], regions, *gammas[:2])[0]
        for n, length in enumerate(lengths.tolist())], 1)
    byWhole = F.cosine_similarity(codes[:, None], sentences[None], 2, 1e-8)
    found = []
    for scores in (byWords, byWhole):
        scores = (scores * gammas[2]).masked_fill(same, -torch.inf)
        found += [own_entropy(scores), own_entropy(scores.T)]
    return found
