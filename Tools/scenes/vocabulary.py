"""What a scene can show and a caption can say: palette, parts, held-out pairs, the words."""

# Named colours, RGB in 0...255. Far apart, so that "nearest entry" is a clear decision.
PALETTE = {
    "red": (214, 38, 42),
    "orange": (246, 134, 30),
    "yellow": (250, 216, 60),
    "green": (52, 158, 76),
    "blue": (44, 98, 214),
    "purple": (132, 58, 176),
    "pink": (246, 150, 192),
    "brown": (122, 76, 42),
    "black": (38, 38, 44),
    "white": (244, 242, 236),
}
COLOURS = list(PALETTE)

# Other words that mean the same entry of the palette.
SYNONYMS = {
    "red": ["scarlet", "crimson", "ruby"],
    "orange": ["tangerine", "amber"],
    "yellow": ["golden", "gold", "lemon"],
    "green": ["emerald", "grassy"],
    "blue": ["azure", "cobalt", "sapphire"],
    "purple": ["violet", "lilac"],
    "pink": ["rose", "rosy"],
    "brown": ["chestnut", "hazel"],
    "black": ["ebony", "inky"],
    "white": ["snowy", "ivory"],
}

# The parts of each kind of subject. A scene has one subject.
PARTS = {
    "bird": ["crown", "beak", "wings", "belly", "body", "tail"],
    "flower": ["petals", "centre", "stem", "leaves"],
}
MAIN_PART = {"bird": "body", "flower": "petals"}  # what "this bird is red" speaks of

# A fifth of the (part, colour) pairs, two per part and two per colour. Training never shows such a
# pair, neither in a picture nor in a caption; `draw --held-out` edits towards them only.
HELD_OUT = {
    "crown": ("purple", "brown"),
    "beak": ("green", "blue"),
    "wings": ("pink", "orange"),
    "belly": ("black", "blue"),
    "body": ("yellow", "brown"),
    "tail": ("purple", "red"),
    "petals": ("black", "green"),
    "centre": ("orange", "pink"),
    "stem": ("white", "red"),
    "leaves": ("white", "yellow"),
}

# Words for each part, the first one usual; True where the word is plural.
NAMES = {
    "crown": [("crown", False), ("cap", False), ("head", False), ("crest", False)],
    "beak": [("beak", False), ("bill", False)],
    "wings": [("wings", True), ("wing", False)],
    "belly": [("belly", False), ("breast", False), ("chest", False), ("underside", False)],
    "body": [("body", False), ("back", False), ("plumage", False)],
    "tail": [("tail", False)],
    "petals": [("petals", True), ("blossom", False), ("petal", False), ("bloom", False)],
    "centre": [("centre", False), ("center", False), ("middle", False), ("heart", False)],
    "stem": [("stem", False), ("stalk", False)],
    "leaves": [("leaves", True), ("leaf", False), ("foliage", False)],
}


def trained_colours(part):
    """The colours that training may give to a part."""
    return [colour for colour in COLOURS if colour not in HELD_OUT[part]]


def meaning_of(word):
    """The palette entry that a word names, or None."""
    if word in PALETTE:
        return word
    return next((colour for colour, words in SYNONYMS.items() if word in words), None)
