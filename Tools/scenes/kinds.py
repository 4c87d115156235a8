"""The kinds of scenes to measure the editor on, each a function (seed, index, size) -> Scene."""

import captions
from captions import Instead
from meaning import DARKER, LIGHTER
from scene import Scene, editable, generator
from unseen import unseen_caption
from vocabulary import COLOURS, PARTS, SYNONYMS, trained_colours

# Words that the vocabulary must lack, for captions that ask for nothing known.
UNKNOWN_COLOURS = ["mauve", "turquoise", "teal", "beige", "maroon"]
UNKNOWN_PARTS = ["eye", "foot", "shadow", "hat", "background"]
NOTHING = ["what time is it?", "it is a quiet street at night", "this is very good", "here we are",
           "all of the people have gone to bed"]


def _other(seed, index):
    """An own random stream for the caption of a kind."""
    return generator(seed, index, 2)


def _pick(rng, items):
    return items[int(rng.integers(len(items)))]


def one(seed, index, size):
    return Scene(seed, index, size)


def two(seed, index, size):
    return Scene(seed, index, size, count=2)


def three(seed, index, size):
    return Scene(seed, index, size, count=3)


def held_out(seed, index, size):
    """One edit, to a (part, colour) pair that training never showed or said."""
    return Scene(seed, index, size, held_out=True)


def phrasing(seed, index, size):
    """One or two edits, in words of which training had no pattern."""
    scene = Scene(seed, index, size, count=1 + index % 2)
    pairs = list(scene.edits.items())
    return scene.ask(scene.edits, unseen_caption(_other(seed, index), scene.subject, pairs))


def synonym(seed, index, size):
    """One edit, its colour said by another word than the palette's."""
    scene, rng = Scene(seed, index, size), _other(seed, index)
    (part, colour), = scene.edits.items()
    word = SYNONYMS[colour][index % len(SYNONYMS[colour])]
    return scene.ask(scene.edits, captions.caption(rng, scene.subject, [(part, word)]))


def instead(seed, index, size):
    """"not X but Y" in its forms; X is any colour, half the time the one that is there."""
    scene, rng = Scene(seed, index, size), _other(seed, index)
    (part, colour), = scene.edits.items()
    wrong = scene.colours[part] if rng.random() < 0.5 else _pick(
        rng, [c for c in COLOURS if c != colour])
    return scene.ask(scene.edits, captions.caption(
        rng, scene.subject, [(part, Instead(wrong, colour))]))


def shift(seed, index, size):
    """"make the wings darker", "a lighter tail"."""
    scene, rng = Scene(seed, index, size), _other(seed, index)
    part = _pick(rng, editable(scene.layers))
    # Black hardly darkens and white hardly lightens: such a part is asked the other way.
    way = _pick(rng, [DARKER, LIGHTER])
    way = {"black": LIGHTER, "white": DARKER}.get(scene.colours[part], way)
    return scene.ask({part: way}, captions.caption(rng, scene.subject, [(part, way)]))


def absent(seed, index, size):
    """Speaks of one to three parts of the other subject: nothing changes."""
    scene, rng = Scene(seed, index, size), _other(seed, index)
    other = "flower" if scene.subject == "bird" else "bird"
    parts = [PARTS[other][i] for i in rng.permutation(len(PARTS[other]))[:1 + index % 3]]
    pairs = [(part, _pick(rng, trained_colours(part))) for part in parts]
    return scene.ask({}, captions.caption(rng, other, pairs))


def unknown(seed, index, size):
    """An unknown colour, an unknown part, or nothing of the kind: nothing changes.

    (A caption without any known word is refused by `tgrun`.)
    """
    scene, rng = Scene(seed, index, size), _other(seed, index)
    if index % 5 == 4:
        return scene.ask({}, _pick(rng, NOTHING))
    part, colour = _pick(rng, PARTS[scene.subject]), _pick(rng, COLOURS)
    if index % 2 == 0:
        colour = _pick(rng, UNKNOWN_COLOURS)
    caption = captions.caption(rng, scene.subject, [(part, colour)])
    if index % 2 == 1:
        caption = f"this {scene.subject} has {captions.article(colour)} {colour} " + _pick(
            rng, UNKNOWN_PARTS)
    return scene.ask({}, caption)


KINDS = {kind.__name__: kind for kind in (one, two, three, held_out, phrasing, synonym, instead,
                                          shift, absent, unknown)}
