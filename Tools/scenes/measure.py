"""Measures edits by a plan (or by weights through PyTorch) on scenes that training never saw.

    Tools/scenes/measure tagan.tplan --count 500 --seed 77
    Tools/scenes/measure --torch Graphs/manipulation/tagan-scenes/tagan-scenes.safetensors

Prints one JSON object with the three figures and, below it, which palette entry each asked colour
came nearest to. Exit 76 if a figure is below its bar:
  colour_right           >= 0.95    the edited part has the named colour; pairs of training
  outside_mse            <= 0.005   mean squared error on the unedited pixels, on [0,1]
  held_out_colour_right  >= 0.85    as the first; (part, colour) pairs held out of training
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import pngfile
from scene import Scene
from score import Tally

BARS = {"colour_right": 0.95, "outside_mse": 0.005, "held_out_colour_right": 0.85}
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
    """A function (picture, caption, seed) -> edited picture that runs the plan as a user would."""
    tgrun = find_tgrun()
    folder = tempfile.TemporaryDirectory()

    def edit(picture, caption, seed):
        before, after = (os.path.join(folder.name, name) for name in ("before.png", "after.png"))
        pngfile.write(before, picture)
        done = subprocess.run([tgrun, plan, before, caption, "-o", after, "--seed", str(seed)],
                              capture_output=True, text=True)
        if done.returncode:
            sys.stderr.write(done.stderr)
            sys.exit(done.returncode)
        edited = pngfile.read(after)
        if edited.shape != picture.shape:
            sys.stderr.write(f"measure: the plan draws {edited.shape[0]} pixels, give --size\n")
            sys.exit(65)
        return edited

    return edit


def torch_editor(weights):
    """The same with PyTorch."""
    import torch
    import model
    torch.set_num_threads(1)
    network = model.load(weights)
    width = network.mu[0].out_features

    def edit(picture, caption, seed):
        noise = torch.randn(1, width, generator=torch.Generator().manual_seed(seed))
        return model.edit(network, [picture], [caption], noise)[0]

    return edit


def measured(edit, options, held_out):
    tally = Tally()
    for index in range(options.count):
        scene = Scene(options.seed, index, options.size, held_out)
        tally.add(scene, edit(scene.picture(), scene.edit_caption, index))
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", nargs="?")
    parser.add_argument("--torch", metavar="WEIGHTS", help="run these weights with PyTorch instead")
    parser.add_argument("--count", type=int, default=500, help="scenes of each kind (default 500)")
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--size", type=int, default=128, help="picture size (default 128)")
    parser.add_argument("--held-out", action="store_true", help="only the held-out pairs")
    options = parser.parse_args()
    if (options.plan is None) == (options.torch is None):
        parser.error("give either a plan or --torch WEIGHTS")
    if options.count < 1 or options.seed < 0:
        parser.error("--count must be positive and --seed not negative")
    edit = plan_editor(options.plan) if options.plan else torch_editor(options.torch)

    report = {"seed": options.seed, "count": options.count, "size": options.size}
    tables = []
    if not options.held_out:
        tally = measured(edit, options, held_out=False)
        report.update(tally.figures())
        tables.append("pairs of training\n" + tally.decisions())
    tally = measured(edit, options, held_out=True)
    figures = tally.figures()
    report.update({f"held_out_{key}": value for key, value in figures.items()})
    tables.append("pairs held out of training\n" + tally.decisions())
    low = [key for key, bar in BARS.items() if key in report
           and (report[key] > bar if key.endswith("mse") else report[key] < bar)]
    report["below_bar"] = low
    print(json.dumps(report, indent=1))
    print("\n" + "\n\n".join(tables))
    return 76 if low else 0


if __name__ == "__main__":
    sys.exit(main())
