"""Captions as numbers, and the lesson that the text encoder takes before it meets pictures.

In training a colour word stands at a place that is a linear function of its RGB value, and so does
any colour between the palette's, which has no word. What the cells learn about a part then holds
for the whole colour space, also for the pairs held out. The committed table has the ten rows.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import captions
from vocabulary import COLOURS, HELD_OUT, PALETTE, PARTS

CLEARANCE = 48.0  # of RGB in 0...255: training keeps this far from a pair held out
LENGTH = 24  # words of a caption; the longest that the grammar says has 22
ALL_PARTS = [part for parts in PARTS.values() for part in parts]
ENTRIES = np.array([PALETTE[colour] for colour in COLOURS], float)


def vocabulary():
    """Word to id; 0 is the padding."""
    return {word: index + 1 for index, word in enumerate(captions.words())}


def encode(token_lists, known):
    """Tokens to padded ids N x LENGTH and lengths N; unknown words count as padding inside."""
    ids = torch.zeros(len(token_lists), LENGTH, dtype=torch.long)
    for row, tokens in enumerate(token_lists):
        for t, token in enumerate(tokens[:LENGTH]):
            ids[row, t] = known.get(token, 0)
    return ids, torch.tensor([min(len(tokens), LENGTH) for tokens in token_lists])


class Wish:
    """What a caption names: part to colour; a colour is RGB with a name to write it by."""

    def __init__(self, rng, subject, named):
        self.named = named
        pairs = [(part, name) for part, (name, _) in named.items()]
        self.tokens = captions.tokens(captions.caption(rng, subject, pairs))
        self.rgb = {name: rgb for name, rgb in named.values()}


def _unnamed_colour(rng):
    """A mixture of two palette entries, a neighbour of one, or any colour."""
    kind = rng.random()
    if kind < 0.3:
        one, other = rng.integers(len(COLOURS), size=2)
        mix = rng.random()
        return ENTRIES[one] * mix + ENTRIES[other] * (1 - mix) + rng.normal(0, 15, 3)
    if kind < 0.7:
        return ENTRIES[int(rng.integers(len(COLOURS)))] + rng.normal(0, 35, 3)
    return rng.uniform(-60, 315, 3)


def some_colour(rng, part, index, low=0, high=255):
    """(name, RGB): a palette entry, or as often any colour, under a made-up name.

    Never one that is held out for the part, nor one as near as CLEARANCE to it.
    """
    while True:
        if rng.random() < 0.5:
            name, rgb = f"unnamed{index}", np.clip(_unnamed_colour(rng), low, high)
        else:
            name = COLOURS[int(rng.integers(len(COLOURS)))]
            rgb = ENTRIES[COLOURS.index(name)]
        away = [np.linalg.norm(rgb - ENTRIES[COLOURS.index(c)]) for c in HELD_OUT[part]]
        if min(away) > CLEARANCE:
            return name, rgb


class Tints(nn.Linear):
    """RGB to the place of its word."""

    def __init__(self, word):
        super().__init__(3, word)
        nn.init.normal_(self.weight, 0.0, 1.0)

    def of(self, wishes):
        """Which words are colours, N x LENGTH x 1, and their vectors, N x LENGTH x word."""
        is_colour = torch.zeros(len(wishes), LENGTH, 1)
        rgb = torch.zeros(len(wishes), LENGTH, 3)
        for row, wish in enumerate(wishes):
            for t, token in enumerate(wish.tokens[:LENGTH]):
                if token in wish.rgb:
                    is_colour[row, t] = 1
                    rgb[row, t] = torch.from_numpy(wish.rgb[token] / 127.5 - 1)
        return is_colour, self(rgb)

    @torch.no_grad()
    def write(self, table, known):
        """Puts the palette's colours into a word table."""
        for colour, rgb in zip(COLOURS, ENTRIES):
            table[known[colour]] = self(torch.from_numpy(rgb / 127.5 - 1).float())


def said(wishes):
    """N x (parts x 4): whether each part is named, then its RGB in [-1,1], or 0."""
    target = torch.zeros(len(wishes), len(ALL_PARTS), 4)
    for row, wish in enumerate(wishes):
        for part, (_, rgb) in wish.named.items():
            target[row, ALL_PARTS.index(part), 0] = 1
            target[row, ALL_PARTS.index(part), 1:] = torch.from_numpy(rgb / 127.5 - 1)
    return target.flatten(1)


class Readout(nn.Linear):
    """From the condition vector to `said`; thrown away after training."""

    def __init__(self, condition):
        super().__init__(condition, len(ALL_PARTS) * 4)

    def error(self, condition, wishes):
        return 10 * F.mse_loss(self(condition), said(wishes))


def some_wish(rng):
    """A caption of one to four parts; its colours reach past what a picture can show."""
    subject = "bird" if rng.random() < 0.55 else "flower"
    parts = [PARTS[subject][i] for i in rng.permutation(len(PARTS[subject]))]
    parts = parts[:int(rng.integers(1, 5))]
    return Wish(rng, subject, {p: some_colour(rng, p, i, -40, 295) for i, p in enumerate(parts)})


def teach(net, tints, readout, rng, steps, batch=96):
    """Trains word vectors, cells, mu and log_sigma alone on captions."""
    known = vocabulary()
    modules = (net.word_embedding, net.txt_encoder_f, net.txt_encoder_b, net.mu, net.log_sigma,
               tints, readout)
    parameters = [p for module in modules for p in module.parameters()]
    optimiser = torch.optim.Adam(parameters, 3e-3, fused=True)
    recent = []
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * (1 - step / steps) + 3e-5
        wishes = [some_wish(rng) for _ in range(batch)]
        ids, lengths = encode([wish.tokens for wish in wishes], known)
        _, meaning = net.read(ids, lengths, tints.of(wishes))
        mu, log_sigma = net.mu(meaning), net.log_sigma(meaning)
        condition = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        loss = readout.error(condition, wishes) + 1e-3 * (mu ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        recent = (recent + [loss.item()])[-200:]
        if step % 200 == 199:
            print(f"text step {step + 1}: {np.mean(recent):.4f}", flush=True)
