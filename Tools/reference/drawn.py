"""Numbers that the tests draw as Python does, so that a fixture keeps how they were drawn and not the
numbers: SplitMix64 (Steele, Lea & Flood 2014), and value = low + (high - low) * u in double, rounded to
float32. The other half is Tests/TGTestSupport/DrawnNumbers.swift.
"""

import hashlib

import numpy
from safetensors.numpy import load_file, save_file

GAMMA, MIX1, MIX2 = (
    numpy.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def shares(seed, count):
    """So many numbers in 0 ..< 1, each a multiple of 2^-53."""
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(seed) + GAMMA * numpy.arange(1, count + 1, dtype=numpy.uint64)
        z = (z ^ (z >> numpy.uint64(30))) * MIX1
        z = (z ^ (z >> numpy.uint64(27))) * MIX2
    return ((z ^ (z >> numpy.uint64(31))) >> numpy.uint64(11)).astype(numpy.float64) * 2.0**-53


def values(seed, shape, low, high):
    """An array of float32 between two bounds."""
    count = int(numpy.prod(shape, dtype=numpy.int64))
    return (low + (high - low) * shares(seed, count)).astype(numpy.float32).reshape(shape)


class Bounds:
    """Stands for a random generator whose numbers are all at one end of what they can be: a unit
    variance is that of the uniform numbers from -sqrt(3) to sqrt(3)."""

    def __init__(self, end):
        self.end = end

    def standard_normal(self, shape=()):
        return numpy.full(shape, self.end * 3**0.5)

    def uniform(self, low=0.0, high=1.0, size=()):
        return numpy.full(size, float(high if self.end > 0 else low))


class Register:
    """Draws tensors and knows them again. Recipes are (seed, low, high) by what a tensor contains; each
    attempt draws others."""

    def __init__(self, attempt=0):
        self.recipes, self.start = {}, attempt * 1_000_000_000

    @staticmethod
    def key(array):
        return hashlib.sha256(f"{array.shape}".encode() + array.tobytes()).digest()

    def draw(self, seed, low, high, gain):
        """The tensor of two arrays of bounds, or None if its numbers have different bounds."""
        low, high = numpy.asarray(low) * gain, numpy.asarray(high) * gain
        if low.size == 0 or numpy.ptp(low) or numpy.ptp(high) or not numpy.isfinite(low).all():
            return None
        recipe = (self.start + int(seed), float(low.flat[0]), float(high.flat[0]))
        array = values(recipe[0], low.shape, *recipe[1:])
        self.recipes[self.key(array)] = recipe
        return array

    def array(self, rng, shape, end):
        """An input of even numbers from -end to end."""
        seed = self.start + int(rng.integers(1_000_000_000))
        array = values(seed, shape, -end, end)
        self.recipes[self.key(array)] = (seed, -end, end)
        return array

    def line(self, name, array):
        """How a tensor or an input is drawn, or None if it is not known."""
        recipe = self.recipes.get(self.key(array)) if array.dtype == numpy.float32 else None
        shape = "x".join(map(str, array.shape))
        return recipe and "\t".join([name, shape, *map(repr, recipe)]) + "\n"

    def shorten(self, file):
        """Takes the tensors that are known out of a file of weights. Returns the file of their recipes,
        or None if none is known; what remains is None if nothing does."""
        state = load_file(file)
        lines, rest = [], {}
        for name, tensor in state.items():
            line = self.line(name, tensor)
            if line:
                lines.append(line)
            else:
                rest[name] = tensor
        if not lines:
            return file, None
        recipes = file.with_suffix(".drawn")
        recipes.write_text("".join(lines))
        file.unlink()
        if rest:
            save_file(rest, file)
        return (file if rest else None), recipes


def read(recipes):
    """The arrays of a file of recipes by name."""
    found = {}
    for line in recipes.read_text().splitlines():
        name, shape, seed, low, high = line.split("\t")
        extents = [int(n) for n in shape.split("x") if n]
        found[name] = values(int(seed), extents, float(low), float(high))
    return found


def state(recipes, rest):
    """All tensors of a root by name: those of its file, and those that are drawn. Either may be None."""
    return (load_file(rest) if rest else {}) | (read(recipes) if recipes else {})


def restored(recipes, rest, to):
    """Writes the whole file of weights again."""
    save_file(state(recipes, rest), to)
    return to
