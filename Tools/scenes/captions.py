"""A grammar of captions: many phrasings for the same list of parts and what is asked of them.

What is asked of a part is a colour word, or `Instead(wrong, right)` ("not red but blue"), or
`Instead(wrong, None)` ("not red", which asks for nothing), or DARKER or LIGHTER. UNKNOWN stands for
a word that the vocabulary lacks, as a part or as a colour; it is left out of the tokens, as `tgrun`
leaves out unknown words, and its pair asks for nothing.
"""

import re
from typing import NamedTuple, Optional

from meaning import DARKER, LIGHTER
from vocabulary import COLOURS, MAIN_PART, NAMES, PARTS, SYNONYMS

ADJECTIVES = ["small", "little", "big", "pretty", "beautiful", "lovely", "cute", "colorful"]
VERBS = ["make", "paint", "color", "colour", "turn"]
OTHER_WORDS = """a an the this that its it is are has with and of in whose which there here
    bird flower picture photo drawing now bright not but instead darker lighter darken lighten
    to very all""".split()
OPENINGS = ["this {} has", "the {} has", "that {} has", "a {} that has", "a {} with", "a {} with",
            "there is a {} with", "here is a {} with", "a {} which has", "a picture of a {} with",
            "a photo of a {} with", "a drawing of a {} with", "in this picture the {} has",
            "now this {} has", "the {} now has", "it is a {} with", "it has", "a {} in"]
UNKNOWN = "?"
# Words that mean nothing between a part and its colour.
FILLERS = """a an the this that its it is are has with in of whose which there here picture now
    bright to to very all the the""".split() + ADJECTIVES + VERBS


class Instead(NamedTuple):
    wrong: str
    right: Optional[str]


def tokens(caption):
    """Lower-cased maximal runs of word characters."""
    return re.findall(r"\w+", caption.lower())


def words():
    """Every word the grammar can say, in a fixed order; word n of this list has id n + 1."""
    known = list(COLOURS)
    for synonyms in SYNONYMS.values():
        known += synonyms
    for names in NAMES.values():
        known += [word for word, _ in names]
    known += ADJECTIVES + VERBS + OTHER_WORDS
    return list(dict.fromkeys(known))


def _pick(rng, items):
    return items[int(rng.integers(len(items)))]


def name(rng, part):
    """The usual word for a part, or in a third of the cases another; and whether it is plural."""
    if part == UNKNOWN:
        return UNKNOWN, False
    names = NAMES[part]
    return names[0] if rng.random() < 0.67 else _pick(rng, names)


def article(word):
    return "an" if word[0] in "aeiou" else "a"


def joined(rng, phrases):
    if len(phrases) > 2 and rng.random() < 0.6:
        return ", ".join(phrases[:-1]) + " and " + phrases[-1]
    return (" and " if rng.random() < 0.9 else ", ").join(phrases)


def _predicate(rng, ask):
    """What stands behind "is": "red", "not red but blue", "darker"."""
    if not isinstance(ask, Instead):
        return ask
    if ask.right is None:
        return f"not {ask.wrong}"
    return _pick(rng, ["not {0} but {1}", "not {0} but {1}", "{1}, not {0}", "{1} and not {0}",
                       "{1} instead of {0}", "not {0}, it is {1}"]).format(*ask)


def noun(rng, part, ask):
    """"a red crown", "blue wings", "a crown that is not red but blue", "a blue not red crown"."""
    word, plural = name(rng, part)
    if isinstance(ask, Instead):
        verb = "are" if plural else "is"
        if ask.right is None or rng.random() < 0.6:
            begin = word if plural else f"{article(word)} {word}"
            return f"{begin} that {verb} {_predicate(rng, ask)}"
        if rng.random() < 0.5:
            return f"{ask.right} {word}, not {ask.wrong}"
        return f"{ask.right} {word} instead of {ask.wrong}"
    shade = _pick(rng, ["bright ", "very "]) + ask if rng.random() < 0.05 else ask
    return f"{shade} {word}" if plural else f"{article(shade)} {shade} {word}"


def _nouns(rng, pairs):
    """"a red crown, blue wings and an orange tail"."""
    return joined(rng, [noun(rng, part, ask) for part, ask in pairs])


def _clauses(rng, pairs, determiner):
    """"the crown is red and the wings are blue"."""
    phrases = []
    for part, ask in pairs:
        word, plural = name(rng, part)
        phrases.append(f"{determiner} {word} {'are' if plural else 'is'} {_predicate(rng, ask)}")
    return joined(rng, phrases)


def _commands(rng, pairs):
    """"the crown red and the wings darker"."""
    determiner = "the" if rng.random() < 0.7 else "its"
    return joined(rng, [f"{determiner} {name(rng, part)[0]} {_predicate(rng, ask)}"
                        for part, ask in pairs])


def _shifts(rng, pairs):
    """"darken the wings and lighten the tail"; only for DARKER and LIGHTER."""
    verbs = {DARKER: "darken", LIGHTER: "lighten"}
    return joined(rng, [f"{verbs[ask]} the {name(rng, part)[0]}" for part, ask in pairs])


def _salad(rng, subject, pairs):
    """Part and colour in one order all through, any few words between: for phrasings unseen."""

    def some(most):
        return [_pick(rng, FILLERS + [subject]) for _ in range(int(rng.integers(most + 1)))]

    colour_first, direct = rng.random() < 0.65, rng.random() < 0.4
    words = some(4)
    for part, ask in pairs:
        word = name(rng, part)[0]
        if colour_first:
            words += [ask, *([_pick(rng, ["the", "its"])] if direct else some(3)), word]
        else:
            words += [word, *some(4), ask]
        words += (["and"] if rng.random() < 0.5 else []) + some(4)
    return " ".join(words)


def _main(rng, subject, ask, rest):
    """The subject itself has the colour: "a red bird with a blue tail", "this bird is red"."""
    plain = not isinstance(ask, Instead)
    choice = rng.random()
    if choice < 0.5 and plain:
        adjective = _pick(rng, ADJECTIVES) + " " if rng.random() < 0.3 else ""
        a = article(adjective + ask)
        begin = _pick(rng, [a, "the", "this", f"there is {a}", f"a picture of {a}"])
        begin = f"{begin} {adjective}{ask} {subject}"
        join = _pick(rng, ["with", "with", "that has"])
        return f"{begin} {join} {_nouns(rng, rest)}" if rest else begin
    if choice < 0.7:
        verb, determiner = _pick(rng, VERBS), _pick(rng, ["the", "this"])
        begin = f"{verb} {determiner} {subject} {_predicate(rng, ask)}"
        return f"{begin} and {_commands(rng, rest)}" if rest else begin
    begin = f"{_pick(rng, ['this', 'this', 'the', 'that'])} {subject} is {_predicate(rng, ask)}"
    return f"{begin} with {_nouns(rng, rest)}" if rest else begin


def caption(rng, subject, pairs):
    """One caption that names each (part, ask) of `pairs` once, in any phrasing and order."""
    pairs = [pairs[i] for i in rng.permutation(len(pairs))]
    main = [pair for pair in pairs if pair[0] == MAIN_PART[subject]]
    rest = [pair for pair in pairs if pair[0] != MAIN_PART[subject]]
    asks = [ask for _, ask in pairs]
    if main and rng.random() < 0.35:
        return _main(rng, subject, main[0][1], rest)
    if all(ask in (DARKER, LIGHTER) for ask in asks) and rng.random() < 0.35:
        return _shifts(rng, pairs)
    choice = rng.random()
    known = UNKNOWN not in [x for pair in pairs for x in pair] or len(pairs) == 1
    if known and not any(isinstance(ask, Instead) for ask in asks) and choice < 0.35:
        return _salad(rng, subject, pairs)
    choice, adjective = rng.random(), _pick(rng, ADJECTIVES)
    if choice < 0.24:
        return f"this {subject} has {_nouns(rng, pairs)}"
    if choice < 0.36:
        return f"a {subject} with {_nouns(rng, pairs)}"
    if choice < 0.45:
        return f"a {adjective} {subject} with {_nouns(rng, pairs)}"
    if choice < 0.50:
        return f"this {adjective} {subject} has {_nouns(rng, pairs)}"
    if choice < 0.62:
        return _clauses(rng, pairs, "the")
    if choice < 0.67:
        return _clauses(rng, pairs, "its")
    if choice < 0.72:
        return _nouns(rng, pairs)
    if choice < 0.82:
        return f"{_pick(rng, VERBS)} {_commands(rng, pairs)}"
    if choice < 0.89:
        return f"a {subject} whose " + _clauses(rng, pairs, "whose")[len("whose "):]
    if choice < 0.97:
        return f"{_pick(rng, OPENINGS).format(subject)} {_nouns(rng, pairs)}"
    part, ask = pairs[0]
    word, plural = name(rng, part)
    text = f"the {word} of this {subject} {'are' if plural else 'is'} {_predicate(rng, ask)}"
    return f"{text} and {_clauses(rng, pairs[1:], 'the')}" if len(pairs) > 1 else text


def subjects_of(tokens_of_caption):
    """The kinds of subject that a caption says."""
    return [kind for kind in PARTS if kind in tokens_of_caption]
