"""Draws the set on which retrieval on the grid is measured, as tgrun reads it.

    Tools/grids/draw --outdir grids [--sources 500] [--seed S]

writes pictures grid-0000.png ..., entries.jsonl (`file`, and the scene in words as `caption`) and
queries.jsonl (`source`, `text`, `target_caption`, `kind`, `set`): tgrun PLAN --data plain=grids. Picture
k of a seed never changes, whatever the count.
"""

import argparse
import json
import os
import sys

import sets

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenes"))
import pngfile  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outdir", required=True)
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--seed", type=int, default=sets.TESTING)
    options = parser.parse_args()
    if options.sources < 1 or options.seed < 0:
        parser.error("--sources must be at least 1 and --seed not negative")
    testing = sets.Testing(options.sources, options.seed)
    os.makedirs(options.outdir, exist_ok=True)
    names = [f"grid-{row:04d}.png" for row in range(len(testing.labels))]
    for name, pixels in zip(names, testing.pictures):
        pngfile.write(os.path.join(options.outdir, name), pixels)
    with open(os.path.join(options.outdir, "entries.jsonl"), "w") as lines:
        for name, label in zip(names, testing.labels):
            lines.write(json.dumps({"file": name, "caption": label}) + "\n")
    with open(os.path.join(options.outdir, "queries.jsonl"), "w") as lines:
        for source, sentence, target, kind, which in testing.queries:
            lines.write(json.dumps({
                "source": names[source], "text": sentence, "target_caption": testing.labels[target],
                "kind": kind, "set": which}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
