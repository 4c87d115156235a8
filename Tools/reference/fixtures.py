"""Writes Tests/Fixtures/parity: tiny cases that are held against the plans without any Python.

Run as `Tools/python Tools/reference/fixtures.py [PATTERN]` after a change of a module or of a name;
a pattern writes only the cases whose names match it. Each
folder has case.json (graph, settings, weights by root, vocabulary, inputs, outputs, tolerance), the
weights or how they are drawn (drawn.py), inputs and expected outputs (float32 roundings of float64).
A large output is stored at every `step`-th row and column of its last two axes.
"""

import json
import shutil
import sys

import numpy
import torch

from arrays import alive, saturated, spread, store
import cases_fixed
import cases_generate
import cases_options
import cases_paint
import cases_read
import cases_see
import drawn
import synthetic
from cases import draws_scenes, edits, paints, reads
from cases_scenes import edits_scenes, embeds_scenes, parts_scenes
from inversion_cases import truncated
from harness import named
from parity import FIXTURES

LIMIT = 8_000_000

TRIES = 40

STORED = {"attngan", "attngan-corrected", "tagan", "tagan-embedding", "biggan-deep"}
"""Fixtures with all their numbers: the meaning of ops is tested with the first four, by a reader of its
own; the last has weights that go with vectors made of them."""

SMALL_PAINTER = dict(
    g=4, residuals=1, entries=20, length=5, nef=16, z=8, condition=8, last=0.6,
    step=7)
SMALL_EDITOR = dict(hidden=8, condition=6, wordSize=6, length=5, size=32)
SMALL_SCENES = dict(g=1, d=1, z=6, narrowed=5, entries=9, hidden=8, wordSize=5, length=5)
SMALL_JOINT = dict(entries=9, length=5, hidden=6, wordSize=5, width=1, slots=3, size=6, side=24)

CASES = [
    paints("attngan", [5, 2, 3], 71, **SMALL_PAINTER),
    paints("attngan-corrected", [5, 2, 3], 71, corrected=True, **SMALL_PAINTER),
    edits("tagan", [5, 2, 3], 72, base=4, last=0.5, **SMALL_EDITOR),
    edits("tagan-embedding", [4, 1, 5], 73, base=2, entries=9, last=0.6, **SMALL_EDITOR),
    edits_scenes("tagan-scenes", [5, 2], 74, base=1, hidden=8, wordSize=5, length=5, size=24,
                 entries=9, regions=3),
    draws_scenes("gan-scenes", [5, 2], 75, step=5, **SMALL_SCENES),
    draws_scenes("gan-scenes-transfer", [5, 2], 75, "transfer", step=5, **SMALL_SCENES),
    embeds_scenes("joint-scenes", [5, 2, 3], 77, **SMALL_JOINT),
    embeds_scenes("joint-scenes-look", [5, 2, 3], 77, "look", **SMALL_JOINT),
    embeds_scenes("joint-scenes-read", [5, 2, 3], 77, "read", **SMALL_JOINT),
    draws_scenes("gan-scenes-edit", [5, 2], 77, "edit", step=5, tap=15, **SMALL_SCENES),
    parts_scenes("scene-parts", 2, 78, 2, 16),
    reads("text-encoder", [2, 5, 3], 71, entries=20, length=5, nef=16),
    reads("damsm", [2, 5, 3], 76, entries=20, length=5, nef=16, graph="damsm"),
    truncated("stylegan2", 2, 73, resolution=16, widest=6, styles=8, depth=2),
] + cases_paint.FIXTURES + cases_read.FIXTURES + cases_see.FIXTURES + (
    cases_generate.FIXTURES + cases_fixed.FIXTURES + cases_options.FIXTURES)


def shorten(folder, register):
    """Replaces weights and larger inputs that the tests can draw by how they are drawn."""
    record = json.loads((folder / "case.json").read_text())
    for name, file in record["inputs"].items():
        line = register.line("input", numpy.load(folder / file))
        if line and (folder / file).stat().st_size > 1000:
            (folder / file).unlink()
            record["inputs"][name] = f"in-{name}.drawn"
            (folder / record["inputs"][name]).write_text(line)
    for weights in record["weights"]:
        file = folder / weights["file"]
        if file.suffix != ".safetensors":
            continue
        rest, recipes = register.shorten(file)
        if rest is None:
            del weights["file"]
        if recipes:
            weights["drawn"] = recipes.name
    (folder / "case.json").write_text(json.dumps(record, indent=2) + "\n")


def built(case, folder):
    """The data of a case whose outputs can show a mistake; draws anew until they can. None if they
    never do."""
    for attempt in range(1 if case.name in STORED else TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        synthetic.register = None if case.name in STORED else drawn.Register(attempt)
        data = case.build(folder, None)
        for output in data.outputs.values():
            if output.step > 1:
                output.array = output.array[..., :: output.step, :: output.step]
        dead = [n for n, output in data.outputs.items() if not alive(output)]
        if not dead:
            return data
    print(f"{case.name}: not alive: {', '.join(dead)}", file=sys.stderr)
    return None


def main():
    torch.set_num_threads(1)
    cases = named(sys.argv[1], CASES) if len(sys.argv) > 1 else CASES
    for case in cases:
        shutil.rmtree(FIXTURES / case.name, ignore_errors=True)
    written = {}
    for case in cases:
        folder = FIXTURES / case.name
        data = built(case, folder)
        if data is None:
            return 76
        for name, output in data.outputs.items():
            share = saturated(output.array, output.kind)
            print(
                f"{case.name:20} {name:10} {str(list(output.array.shape)):18} std "
                f"{spread(output.array):.3f} saturated {'-' if share is None else f'{share:.2%}'}")
        store(data, folder, case, numpy.float32)
        if synthetic.register:
            shorten(folder, synthetic.register)
        for file in sorted(f for f in folder.iterdir() if f.suffix in (".safetensors", ".npz", ".pth")):
            first = written.setdefault(file.read_bytes(), file)  # one copy of equal weights
            if first is not file:
                file.unlink()
                record = folder / "case.json"
                shared = f"../{first.parent.name}/{first.name}"
                record.write_text(record.read_text().replace(f'"{file.name}"', f'"{shared}"'))
    size = sum(f.stat().st_size for f in FIXTURES.rglob("*") if f.is_file())
    print(f"{len(cases)} cases, {size:,} bytes of at most {LIMIT:,}")
    return 0 if size <= LIMIT else 76


if __name__ == "__main__":
    sys.exit(main())
