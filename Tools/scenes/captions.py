"""A small grammar of captions: several phrasings for the same list of (part, colour)."""

import re

from vocabulary import COLOURS, MAIN_PART, NAMES

ADJECTIVES = ["small", "little", "big", "pretty", "beautiful", "lovely", "cute", "colorful"]
VERBS = ["make", "paint", "color", "colour", "turn"]
OTHER_WORDS = """a an the this that its it is are has with and of in whose which there here
    bird flower picture photo drawing now bright""".split()
OPENINGS = ["this {} has", "the {} has", "that {} has", "a {} that has", "a {} with", "a {} with",
            "there is a {} with", "here is a {} with", "a {} which has", "a picture of a {} with",
            "a photo of a {} with", "a drawing of a {} with", "in this picture the {} has",
            "now this {} has", "the {} now has", "it is a {} with", "it has"]


def tokens(caption):
    """Lower-cased maximal runs of word characters."""
    return re.findall(r"\w+", caption.lower())


def words():
    """Every word the grammar can say, in a fixed order; word n of this list has id n + 1."""
    known = list(COLOURS)
    for names in NAMES.values():
        known += [word for word, _ in names]
    known += ADJECTIVES + VERBS + OTHER_WORDS
    return list(dict.fromkeys(known))


def _pick(rng, items):
    return items[int(rng.integers(len(items)))]


def _name(rng, part):
    """The usual word for a part, or in a quarter of the cases another one."""
    names = NAMES[part]
    return names[0] if rng.random() < 0.75 else _pick(rng, names)


def _article(word):
    return "an" if word[0] in "aeiou" else "a"


def _joined(rng, phrases):
    if len(phrases) > 2 and rng.random() < 0.6:
        return ", ".join(phrases[:-1]) + " and " + phrases[-1]
    return " and ".join(phrases)


def _nouns(rng, pairs):
    """"a red crown, blue wings and an orange tail"."""
    phrases = []
    for part, colour in pairs:
        word, plural = _name(rng, part)
        shade = "bright " + colour if rng.random() < 0.04 else colour
        phrases.append(f"{shade} {word}" if plural else f"{_article(shade)} {shade} {word}")
    return _joined(rng, phrases)


def _clauses(rng, pairs, determiner):
    """"the crown is red and the wings are blue"."""
    phrases = []
    for part, colour in pairs:
        word, plural = _name(rng, part)
        phrases.append(f"{determiner} {word} {'are' if plural else 'is'} {colour}")
    return _joined(rng, phrases)


def _commands(rng, pairs):
    """"the crown red and the wings blue"."""
    determiner = "the" if rng.random() < 0.7 else "its"
    return _joined(rng, [f"{determiner} {_name(rng, part)[0]} {colour}" for part, colour in pairs])


def caption(rng, subject, pairs):
    """One caption that names each (part, colour) of `pairs` once, in any phrasing and order."""
    pairs = [pairs[i] for i in rng.permutation(len(pairs))]
    main = [pair for pair in pairs if pair[0] == MAIN_PART[subject]]
    rest = [pair for pair in pairs if pair[0] != MAIN_PART[subject]]
    if main and rng.random() < 0.25:
        this = _pick(rng, ["this", "this", "the", "that"])
        text = f"{this} {subject} is {main[0][1]}"
        return f"{text} with {_nouns(rng, rest)}" if rest else text
    choice = rng.random()
    adjective = _pick(rng, ADJECTIVES)
    if choice < 0.28:
        return f"this {subject} has {_nouns(rng, pairs)}"
    if choice < 0.42:
        return f"a {subject} with {_nouns(rng, pairs)}"
    if choice < 0.52:
        return f"a {adjective} {subject} with {_nouns(rng, pairs)}"
    if choice < 0.57:
        return f"this {adjective} {subject} has {_nouns(rng, pairs)}"
    if choice < 0.68:
        return _clauses(rng, pairs, "the")
    if choice < 0.72:
        return _clauses(rng, pairs, "its")
    if choice < 0.76:
        return _nouns(rng, pairs)
    if choice < 0.83:
        return f"{_pick(rng, VERBS)} {_commands(rng, pairs)}"
    if choice < 0.91:
        return f"a {subject} whose " + _clauses(rng, pairs, "whose")[len("whose "):]
    if choice < 0.98:
        return f"{_pick(rng, OPENINGS).format(subject)} {_nouns(rng, pairs)}"
    part, colour = pairs[0]
    word, plural = _name(rng, part)
    text = f"the {word} of this {subject} {'are' if plural else 'is'} {colour}"
    return f"{text} and {_clauses(rng, pairs[1:], 'the')}" if len(pairs) > 1 else text
