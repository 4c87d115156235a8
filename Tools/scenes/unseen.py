"""Phrasings that no training caption has: the measure asks in these words, never the training."""

from captions import article, joined
from vocabulary import NAMES

# {0} the part, {1} the colour, {2} the colour with its article, {3} the subject, {4} is or are.
PHRASES = [
    "I would like the {0} to be {1}",
    "please give it {2} {0}",
    "could the {0} become {1}?",
    "change the colour of the {0} to {1}",
    "{0}: {1}",
    "I want to see {1} on its {0}",
    "let the {0} turn {1}",
    "{1} for the {0}",
    "the {0} of the {3} should look {1}",
    "we need the {0} in {1}",
]


def unseen_caption(rng, subject, pairs):
    """One of the phrasings for all (part, colour) of `pairs`, with the usual words."""
    phrase = PHRASES[int(rng.integers(len(PHRASES)))]
    said = []
    for part, colour in pairs:
        word, plural = NAMES[part][0]
        said.append(phrase.format(word, colour, colour if plural else f"{article(colour)} {colour}",
                                  subject, "are" if plural else "is"))
    return joined(rng, said)
