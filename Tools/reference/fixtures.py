"""Writes Tests/Fixtures/parity: tiny cases that are held against the plans without any Python.

Run as `Tools/python Tools/reference/fixtures.py [PATTERN]` after a change of a module or of a name;
a pattern writes only the cases whose names match it. Each
folder has case.json (graph, settings, weights by root, vocabulary, inputs, outputs, tolerance), the
weights, inputs and expected outputs (float32 roundings of float64). A large output is stored at
every `step`-th row and column of its last two axes.
"""

import shutil
import sys

import numpy
import torch

from arrays import alive, saturated, spread, store
import cases_generate
import cases_paint
import cases_read
import cases_see
from cases import draws_scenes, edits, paints, reads
from cases_scenes import edits_scenes
from inversion_cases import truncated
from harness import named
from parity import FIXTURES

LIMIT = 8_000_000

SMALL_PAINTER = dict(
    g=4, residuals=1, entries=20, length=5, nef=16, z=8, condition=8, last=0.6,
    step=7)
SMALL_EDITOR = dict(hidden=8, condition=6, wordSize=6, length=5, size=32)
SMALL_SCENES = dict(g=1, d=1, z=6, narrowed=5, entries=9, hidden=8, wordSize=5, length=5)

CASES = [
    paints("attngan", [5, 2, 3], 71, **SMALL_PAINTER),
    paints("attngan-corrected", [5, 2, 3], 71, corrected=True, **SMALL_PAINTER),
    edits("tagan", [5, 2, 3], 72, base=4, last=0.5, **SMALL_EDITOR),
    edits("tagan-embedding", [4, 1, 5], 73, base=2, entries=9, last=0.6, **SMALL_EDITOR),
    edits_scenes("tagan-scenes", [5, 2], 74, base=1, hidden=8, wordSize=5, length=5, size=24,
                 entries=9, regions=3),
    draws_scenes("gan-scenes", [5, 2], 75, step=5, **SMALL_SCENES),
    draws_scenes("gan-scenes-transfer", [5, 2], 75, "transfer", step=5, **SMALL_SCENES),
    reads("text-encoder", [2, 5, 3], 71, entries=20, length=5, nef=16),
    truncated("stylegan2", 2, 73, resolution=16, widest=6, styles=8, depth=2),
] + cases_paint.FIXTURES + cases_read.FIXTURES + cases_see.FIXTURES + cases_generate.FIXTURES


def main():
    torch.set_num_threads(1)
    cases = named(sys.argv[1], CASES) if len(sys.argv) > 1 else CASES
    for case in cases:
        shutil.rmtree(FIXTURES / case.name, ignore_errors=True)
    written = {}
    for case in cases:
        folder = FIXTURES / case.name
        folder.mkdir(parents=True)
        data = case.build(folder, None)
        for name, output in data.outputs.items():
            if output.step > 1:
                output.array = output.array[..., :: output.step, :: output.step]
            share = saturated(output.array, output.kind)
            print(
                f"{case.name:20} {name:10} {str(list(output.array.shape)):18} std "
                f"{spread(output.array):.3f} saturated {'-' if share is None else f'{share:.2%}'}")
            if not alive(output):
                print(f"{case.name}: {name} is not alive", file=sys.stderr)
                return 76
        store(data, folder, case, numpy.float32)
        for root, file in data.weights:  # one copy of equal weights
            first = written.setdefault(file.read_bytes(), file)
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
