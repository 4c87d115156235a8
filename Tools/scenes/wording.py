"""Captions as numbers, and the lesson of the text encoder: from a caption to what it asks.

In training a colour word stands at a place that is a linear function of its RGB value, and so does
any colour between the palette's, which has no word. What the cells learn about a part then holds
for the whole colour space, also for the pairs held out. The committed table has the rows.
"""

import numpy as np
import torch
from torch import nn

import captions
from captions import UNKNOWN, Instead
from course import Course, descend, follow
from meaning import ALL_PARTS, DARKER, EACH, LIGHTER, WIDTH, code
from network import TextEncoder
from vocabulary import COLOURS, HELD_OUT, PALETTE, PARTS, SYNONYMS, meaning_of

CLEARANCE = 48.0  # of RGB in 0...255: training keeps this far from a pair held out
LENGTH = 32       # words of a caption
# Whether a part is named decides whether it changes at all: three times the weight of its colour.
WEIGHTS = torch.ones(WIDTH).index_fill(0, EACH * torch.arange(len(ALL_PARTS)), 3.0)
ENTRIES = np.array([PALETTE[colour] for colour in COLOURS], float)


def vocabulary():
    """Word to id; 0 is the padding."""
    return {word: index + 1 for index, word in enumerate(captions.words())}


def encode(token_lists, known):
    """Tokens to padded ids N x T and lengths N, T that of the longest; no unknown words."""
    longest = max(1, min(LENGTH, max(len(tokens) for tokens in token_lists)))
    ids = torch.zeros(len(token_lists), longest, dtype=torch.long)
    for row, tokens in enumerate(token_lists):
        for t, token in enumerate(tokens[:LENGTH]):
            ids[row, t] = known.get(token, 0)
    return ids, torch.tensor([min(len(tokens), LENGTH) for tokens in token_lists])


class Wish:
    """A caption of `pairs` (part, ask) with its tokens and the code it should get.

    `rgb` gives the colours that are no words of the palette (and need a made-up one).
    """

    def __init__(self, rng, subject, pairs, rgb):
        self.caption = captions.caption(rng, subject, pairs)
        self.tokens = captions.tokens(self.caption)
        self.rgb = rgb
        named = {}
        for part, ask in pairs:
            ask = ask.right if isinstance(ask, Instead) else ask
            if part != UNKNOWN and ask not in (UNKNOWN, None):
                named[part] = ask if ask in (DARKER, LIGHTER) else self._rgb(ask)
        subjects = set(captions.subjects_of(self.tokens))
        subjects |= {kind for kind, parts in PARTS.items() for part in parts
                     if any(word in self.tokens for word, _ in captions.NAMES[part])}
        self.code = code(named, subjects)

    def _rgb(self, word):
        return self.rgb[word] if word in self.rgb else PALETTE[meaning_of(word)]


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
    """(word, RGB): a palette entry, or as often any colour, under a made-up name.

    Never one that is held out for the part, nor one as near as CLEARANCE to it.
    """
    while True:
        if rng.random() < 0.5:
            word, rgb = f"unnamed{index}", np.clip(_unnamed_colour(rng), low, high)
        else:
            colour = COLOURS[int(rng.integers(len(COLOURS)))]
            word, rgb = spoken(rng, colour), ENTRIES[COLOURS.index(colour)]
        away = [np.linalg.norm(rgb - ENTRIES[COLOURS.index(c)]) for c in HELD_OUT.get(part, ())]
        if not away or min(away) > CLEARANCE:
            return word, rgb


def spoken(rng, colour):
    """The palette's own word, or in a third of the cases a synonym."""
    synonyms = SYNONYMS[colour]
    return synonyms[int(rng.integers(len(synonyms)))] if rng.random() < 0.33 else colour


def some_wish(rng):
    """A caption of one to four parts; its colours reach past what a picture can show."""
    subject = "bird" if rng.random() < 0.55 else "flower"
    parts = [PARTS[subject][i] for i in rng.permutation(len(PARTS[subject]))]
    parts = parts[:int(rng.choice([1, 2, 3, 4], p=[0.3, 0.3, 0.25, 0.15]))]
    rgb, pairs = {}, []
    # Unknown colours or unknown parts, not both: "black the leaves" shall mean black leaves.
    odd, loses_colour = rng.random() < 0.4, rng.random() < 0.5
    for index, part in enumerate(parts):
        word, colour = some_colour(rng, part, index, -40, 295)
        if word.startswith("unnamed"):
            rgb[word] = colour
        kind = rng.random()
        wrong = spoken(rng, COLOURS[int(rng.integers(len(COLOURS)))])
        if kind < 0.16:
            pairs.append((part, DARKER if kind < 0.08 else LIGHTER))
        elif kind < 0.27 and meaning_of(wrong) != meaning_of(word):
            pairs.append((part, Instead(wrong, word if kind < 0.25 else None)))
        elif kind < 0.62 and odd:
            pairs.append((part, UNKNOWN) if loses_colour else (UNKNOWN, word))
        else:
            pairs.append((part, word))
    return Wish(rng, subject, pairs, rgb)


class Tints(nn.Linear):
    """RGB to the place of its word."""

    def __init__(self, word):
        super().__init__(3, word)
        nn.init.normal_(self.weight, 0.0, 1.0)

    def of(self, wishes, length):
        """Which words are colours, N x T x 1, and their vectors, N x T x word."""
        is_colour = torch.zeros(len(wishes), length, 1)
        rgb = torch.zeros(len(wishes), length, 3)
        for row, wish in enumerate(wishes):
            for t, token in enumerate(wish.tokens[:length]):
                colour = wish.rgb.get(token)
                if colour is None and meaning_of(token):
                    colour = ENTRIES[COLOURS.index(meaning_of(token))]
                if colour is not None:
                    is_colour[row, t] = 1
                    rgb[row, t] = torch.from_numpy(colour / 127.5 - 1)
        return is_colour, self(rgb)

    @torch.no_grad()
    def write(self, table, known):
        """Puts the palette's colours and their synonyms into a word table."""
        for colour, rgb in zip(COLOURS, ENTRIES):
            for word in (colour, *SYNONYMS[colour]):
                table[known[word]] = self(torch.from_numpy(rgb / 127.5 - 1).float())


def teach(folder, steps, batch, seed, rate=3e-3, hidden=192):
    """Trains a text encoder, or goes on; returns its average, with the colours in its table."""
    torch.manual_seed(seed)
    known = vocabulary()
    net, average = TextEncoder(len(known) + 1, hidden), TextEncoder(len(known) + 1, hidden)
    average.load_state_dict(net.state_dict())
    tints = Tints(net.word_embedding.embedding_dim)
    parameters = [*net.parameters(), *tints.parameters()]
    optimiser = torch.optim.Adam(parameters, rate, betas=(0.9, 0.99), fused=True)
    parts = {"net": net, "tints": tints, "average": average, "optimiser": optimiser}
    course = Course(folder, "text", parts, rate, steps, warm=100)
    for step in course:
        rng = np.random.default_rng((seed, step))
        wishes = [some_wish(rng) for _ in range(batch)]
        for wish in wishes:
            wish.tokens = [t for t in wish.tokens if t in known or t in wish.rgb]
        ids, lengths = encode([wish.tokens for wish in wishes], known)
        seen = net(ids, lengths, tints.of(wishes, ids.shape[1]))
        target = torch.from_numpy(np.stack([wish.code for wish in wishes]))
        loss = ((seen - target) ** 2 * WEIGHTS).sum(1).mean()
        descend(loss, parameters, optimiser)
        follow(average, net, step)
        course.note(step, {"loss": loss.item()})
    tints.write(average.word_embedding.weight.data, known)
    return average.eval()
