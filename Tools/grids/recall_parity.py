"""Holds the recall that tgrun measures against PyTorch's, for the trained TIRG of the grid.

    Tools/grids/recall-parity [--sources 500] [--seed S]

Draws the set, compiles the page with the weights in the box, makes an index and measures its recall by
tgrun; PyTorch reads the same pictures, sentences and weights in float64 and ranks them anew. Ends with 76
unless R@1, 5, 10 and 50 are equal and no number of the pictures' unit vectors differs by more than 1e-5.
Needs tgc and tgrun in .build/release, or in the folder TG_BIN.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
from torch.nn import functional as F

import model
import sets
from steady import one_core

sys.path.append(os.path.join(model.TOOLS, "scenes"))
import pngfile  # noqa: E402

ROOT = os.path.dirname(model.TOOLS)
BOX = os.path.join(ROOT, "Graphs", "weights", "tirg-grids")
LEVELS = (1, 5, 10, 50)
BOUND = 1e-5


def command(name, arguments, folder):
    """What a command prints; ends with 66 if it is not built, with 76 if it fails."""
    home = os.environ.get("TG_BIN", os.path.join(ROOT, ".build", "release"))
    path = os.path.join(home, name)
    if not os.access(path, os.X_OK):
        sys.stderr.write(f"no {name} in {home}; to build it: swift build -c release --product {name}\n")
        sys.exit(66)
    done = subprocess.run([path, *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(f"{done.stderr}{name} ended with {done.returncode}\n")
        sys.exit(76)
    return done.stdout


def ours(folder):
    """R@k by tgrun, and the vectors of its index."""
    command("tgc", [os.path.join(ROOT, "Graphs", "tirg", "tirg-grids.tgraph"),
                    "--weights", os.path.join(BOX, "tirg-grids.safetensors"),
                    "--vocabulary", os.path.join(BOX, "vocabulary.txt"),
                    "--batch", "1,8", "-o", "tirg.tplan"], folder)
    command("tgrun", ["tirg.tplan", "--function", "look", "--data", "plain=grids",
                      "--index-out", "index.npy"], folder)
    told = json.loads(command("tgrun", ["tirg.tplan", "--data", "plain=grids", "--index", "index.npy",
                                        "--json"], folder))
    return told["recall"], np.load(os.path.join(folder, "index.npy"))


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


@torch.no_grad()
def theirs(folder):
    """R@k by PyTorch from the same files, and the vectors of the pictures."""
    net = model.load(os.path.join(BOX, "tirg-grids.safetensors")).double()
    entries = lines(os.path.join(folder, "grids", "entries.jsonl"))
    queries = lines(os.path.join(folder, "grids", "queries.jsonl"))
    pictures = np.stack([pngfile.read(os.path.join(folder, "grids", e["file"])) for e in entries])
    seen = torch.cat([net.look(part.double()) for part in model.to_tensor(pictures).split(250)])
    rows = {entry["file"]: row for row, entry in enumerate(entries)}
    sources = [rows[query["source"]] for query in queries]
    asked = model.compose(net, "tirg", seen[sources], *model.encode([q["text"] for q in queries]))
    scores = (F.normalize(asked) @ F.normalize(seen).T).numpy()
    captions = np.array([entry["caption"] for entry in entries])
    found = []
    for source, query, row in zip(sources, queries, scores):
        row[source] = -np.inf
        right = captions == query["target_caption"]
        found.append(int((row > row[right].max()).sum()))
    found = np.array(found)
    return {str(k): float((found < k).mean()) for k in LEVELS}, seen.numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--seed", type=int, default=sets.TESTING)
    options = parser.parse_args()
    one_core()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(model.TOOLS, "grids", "draw"), "--outdir",
                        os.path.join(folder, "grids"), "--sources", str(options.sources),
                        "--seed", str(options.seed)], check=True)
        our_recall, our_vectors = ours(folder)
        their_recall, their_vectors = theirs(folder)
    unit = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)
    gap = float(np.abs(unit(our_vectors.astype(np.float64)) - unit(their_vectors)).max())
    print(f"{'':8}{'tgrun':>10}{'PyTorch':>10}")
    for k in map(str, LEVELS):
        print(f"R@{k:<6}{100 * our_recall[k]:>9.2f}%{100 * their_recall[k]:>9.2f}%")
    print(f"largest difference of the pictures' unit vectors: {gap:.1e}")
    equal = all(abs(our_recall[k] - their_recall[k]) < 1e-9 for k in map(str, LEVELS))
    return 0 if equal and gap <= BOUND else 76


if __name__ == "__main__":
    sys.exit(main())
