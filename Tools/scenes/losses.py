"""What the generator and its discriminator are held to. Batches are those of lessons.py."""

import torch
from torch.nn import functional as F

from meaning import ALL_PARTS, BIRD, EACH, FLOWER
from vocabulary import PARTS

SMALLEST = 8.0  # pixels from which on a part is looked at by itself


def logistic(logit, label):
    """Binary cross-entropy."""
    return F.softplus(-logit if label else logit).mean()


def colours_off(read, shown):
    """Squared error of the colours that the discriminator reads on the visible parts."""
    visible = shown[:, :, 0]
    return (((read - shown[:, :, 1:]) ** 2).sum(2) * visible).sum() / visible.sum()


def named_off(read, code):
    """The same on the parts that a code names."""
    parts = code[:, :EACH * len(ALL_PARTS)].view(len(code), -1, EACH)
    named = (parts[:, :, 0] > 0.75).float()  # a part that one of two mixed codes names has 0.5
    gap = ((read - parts[:, :, 1:4]) ** 2).sum(2)
    return (gap * named).sum() / named.sum().clamp(min=1)


def subject_off(logit, code):
    return F.binary_cross_entropy_with_logits(logit, code[:, FLOWER].clamp(0, 1))


def _inside(values, cover):
    """Mean of `values` (N x H x W, or one map per part) in each part, then over the parts."""
    area = cover.sum((2, 3))
    values = values if values.dim() == 4 else values[:, None]
    mean = (cover * values).sum((2, 3)) / area.clamp(min=1)
    shown = (area > SMALLEST).float()
    return (mean * shown).sum() / shown.sum().clamp(min=1)


def distance(drawn, real, shares):
    """Distance to the true picture: L1, L1 of the steps between neighbours, L1 part by part."""
    difference = drawn - real
    gap = difference.abs().mean(1)
    steps = difference.diff(dim=2).abs().mean() + difference.diff(dim=3).abs().mean()
    return gap.mean(), steps, _inside(gap, shares[:, 1:])


def misplaced(logits, shares):
    """Cross-entropy of the shares to the true ones, and what each part lacks of its place."""
    crossed = -(shares * logits.log_softmax(1)).sum(1).mean()
    return crossed + 0.3 * _inside(1 - logits.softmax(1), shares)


def foreign(logits, codes):
    """How much of a picture belongs to parts of the subject that the code does not say."""
    shares = logits.softmax(1)[:, 1:].mean((2, 3))
    birds = len(PARTS["bird"])
    other = (shares[:, :birds].sum(1) * (codes[:, BIRD] < 0.5)
             + shares[:, birds:].sum(1) * (codes[:, FLOWER] < 0.5))
    return other.mean()


def divergence(mu, spread):
    """KL of the style encoder's distribution from N(0,1); `spread` is the logarithm of variance."""
    return 0.5 * (mu ** 2 + spread.exp() - 1 - spread).sum(1).mean()


def turned(mu, shares):
    """Zero if the first number of the noise says which way a bird looks: above 0.4 for right, below
    -0.4 for left. What is either this or that has no place in a smooth code of its own: between
    the two there would be birds with two heads."""
    beak, tail = (shares[:, 1 + ALL_PARTS.index(part)].sum(1) for part in ("beak", "tail"))
    place = torch.arange(shares.shape[3], dtype=torch.float32)
    area = torch.minimum(beak.sum(1), tail.sum(1))
    middle = [(part * place).sum(1) / part.sum(1).clamp(min=1e-3) for part in (beak, tail)]
    looks = torch.sign(middle[0] - middle[1]) * (area > SMALLEST)
    return (looks.abs() * F.relu(0.4 - looks * mu[:, 0])).mean()


def steepness(judge, pictures):
    """R1: squared gradient of the judgement of real pictures, mean over them."""
    pictures = pictures.clone().requires_grad_(True)
    slope, = torch.autograd.grad(judge(pictures).sum(), pictures, create_graph=True)
    return (slope ** 2).sum((1, 2, 3)).mean()
