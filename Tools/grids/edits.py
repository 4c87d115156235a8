"""What is changed in a scene of the grid, and the sentence that says so.

The sentences are those of CSS where its figures show them: `add ...`, `remove PLACE COLOUR object`,
`make PLACE COLOUR object ...`, `make COLOUR SHAPE ...`. Since ours has sizes and says where something is
added, `add` names size, colour, shape and place.
"""

from grid import COLOURS, PLACES, SHAPES, SIZES, held_out, some, some_object

ADD, REMOVE, COLOUR, SHAPE, SIZE = KINDS = ["add", "remove", "colour", "shape", "size"]
MEMBERS = {SHAPE: (0, SHAPES), COLOUR: (1, COLOURS), SIZE: (2, list(SIZES))}


def vocabulary():
    """Every word of the sentences as they are read, without hyphens, in alphabetical order; word n of
    this list has the id n + 1, and 0 is what is not known."""
    words = {"add", "to", "remove", "make", "object", *COLOURS, *SHAPES, *SIZES}
    return sorted(words | {place.replace("-", "") for place in PLACES})


def edited(rng, scene, kind, wanted=None):
    """(the scene after an edit of a kind, its sentence), or None where there is no such edit. With
    `wanted` what is added or changed is one of the objects of which that is true."""
    if kind == ADD:
        return _added(rng, scene, wanted)
    place = some(rng, sorted(scene))
    if kind == REMOVE:
        rest = {k: v for k, v in scene.items() if k != place}
        return rest, f"remove {PLACES[place]} {scene[place][1]} object"
    at, values = MEMBERS[kind]
    old = scene[place]
    news = [old[:at] + (value,) + old[at + 1:] for value in values if value != old[at]]
    news = [new for new in news if (wanted or _is_trained)(new)]
    if not news:
        return None
    new = some(rng, news)
    return {**scene, place: new}, f"make {_named(rng, scene, place)} {new[at]}"


def _is_trained(thing):
    return not held_out(thing)


def _added(rng, scene, wanted):
    free = [place for place in range(len(PLACES)) if place not in scene]
    if not free:
        return None
    things = [(shape, colour, size) for shape in SHAPES for colour in COLOURS for size in SIZES]
    place = some(rng, free)
    thing = some(rng, [t for t in things if wanted(t)]) if wanted else some_object(rng)
    shape, colour, size = thing
    return {**scene, place: thing}, f"add {size} {colour} {shape} to {PLACES[place]}"


def _named(rng, scene, place):
    """An object by its place and colour, or by colour and shape where no other has both."""
    shape, colour, _ = scene[place]
    alone = sum(thing[:2] == (shape, colour) for thing in scene.values()) == 1
    if alone and rng.random() < 0.5:
        return f"{colour} {shape}"
    return f"{PLACES[place]} {colour} object"
