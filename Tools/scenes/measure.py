"""Measures edits by a plan (or by weights through PyTorch) on scenes that training never saw.

    Tools/scenes/measure editor.tplan --count 500 --seed 77
    Tools/scenes/measure --torch tagan-scenes.safetensors --kinds one,two

Prints one JSON object with the figures of every kind of scene (kinds.py) and below it, with
--decisions, which palette entry each asked colour came nearest to. Exit 76 if a figure misses its
bar; `below_bar` names it. PSNR is of the mean squared error on [0,1] over all scenes, in dB.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import pngfile
from kinds import KINDS
from score import Still, Tally

# An exact mask filled with the named colour has 37 dB, 23.8 dB inside it; a blurred edit 22.9.
EDIT = {"structure": (0.95, 1.05), "structure_error": (0, 0.10), "unnamed_kept": (0.99, 1),
        "nearer_than_nothing": (0.99, 1), "psnr_inside": (25, None)}
BARS = {
    "one": {**EDIT, "psnr": (35, None), "colour_right": (0.98, 1)},
    "two": {**EDIT, "psnr": (33, None), "all_right": (0.95, 1)},
    "three": {**EDIT, "psnr": (32, None), "all_right": (0.90, 1)},
    "held_out": {"colour_right": (0.95, 1), "psnr_inside": (25, None)},
    "phrasing": {"colour_right": (0.97, 1)},
    "synonym": {"colour_right": (0.90, 1)},
    "instead": {"colour_right": (0.90, 1)},
    "shift": {"colour_right": (0.90, 1)},
    "absent": {"worst_mse": (0, 1e-4)},
    "unknown": {"worst_mse": (0, 1e-4)},
}
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def find_tgrun():
    """The binary built here, else the one on the PATH."""
    built = os.path.join(ROOT, ".build", "release", "tgrun")
    found = built if os.access(built, os.X_OK) else shutil.which("tgrun")
    if not found:
        sys.stderr.write("measure: no tgrun in .build/release or on PATH; to build it:\n"
                         "  swift build -c release --product tgrun\n")
        sys.exit(66)
    return found


def plan_editor(plan):
    """A function (pictures, captions) -> edited pictures that runs the plan as a user would."""
    tgrun = find_tgrun()
    folder = tempfile.TemporaryDirectory()

    def edit(picture, caption):
        before, after = (os.path.join(folder.name, name) for name in ("before.png", "after.png"))
        pngfile.write(before, picture)
        done = subprocess.run([tgrun, plan, before, caption, "-o", after],
                              capture_output=True, text=True)
        if done.returncode:
            sys.stderr.write(f"measure: tgrun, with the caption '{caption}':\n{done.stderr}")
            sys.exit(done.returncode)
        edited = pngfile.read(after)
        if edited.shape != picture.shape:
            sys.stderr.write(f"measure: the plan draws {edited.shape[0]} pixels, give --size\n")
            sys.exit(65)
        return edited

    return lambda pictures, texts: [edit(*pair) for pair in zip(pictures, texts)]


def torch_editor(weights):
    """The same with PyTorch."""
    import torch
    import model
    torch.set_num_threads(1)
    modules = model.load(weights)
    return lambda pictures, texts: model.edit(modules, pictures, texts)


def measured(edit, kind, options):
    tally = Still() if kind in ("absent", "unknown") else Tally()
    for first in range(0, options.count, 20):
        scenes = [KINDS[kind](options.seed, index, options.size)
                  for index in range(first, min(first + 20, options.count))]
        outputs = edit([scene.picture() for scene in scenes],
                       [scene.edit_caption for scene in scenes])
        for scene, output in zip(scenes, outputs):
            tally.add(scene, output)
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", nargs="?")
    parser.add_argument("--torch", metavar="WEIGHTS", help="run these weights with PyTorch instead")
    parser.add_argument("--count", type=int, default=500, help="scenes of each kind (default 500)")
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--size", type=int, default=128, help="picture size (default 128)")
    parser.add_argument("--kinds", default=",".join(KINDS), help="which kinds (default all)")
    parser.add_argument("--decisions", action="store_true", help="a table of colours asked and seen")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    if (options.plan is None) == (options.torch is None):
        parser.error("give either a plan or --torch WEIGHTS")
    if options.count < 1 or options.seed < 0:
        parser.error("--count must be positive and --seed not negative")
    if any(kind not in KINDS for kind in kinds):
        parser.error("the kinds are " + ", ".join(KINDS))
    edit = plan_editor(options.plan) if options.plan else torch_editor(options.torch)

    report = {"seed": options.seed, "count": options.count, "size": options.size, "below_bar": []}
    tables = []
    for kind in kinds:
        tally = measured(edit, kind, options)
        report[kind] = tally.figures()
        for figure, (low, high) in BARS[kind].items():
            value = report[kind][figure]
            if (low is not None and value < low) or (high is not None and value > high):
                report["below_bar"].append(f"{kind}.{figure}")
        if options.decisions and isinstance(tally, Tally):
            tables.append(kind + "\n" + tally.decisions())
    print(json.dumps(report, indent=1))
    print("".join(f"\n{table}\n" for table in tables), end="")
    return 76 if report["below_bar"] else 0


if __name__ == "__main__":
    sys.exit(main())
