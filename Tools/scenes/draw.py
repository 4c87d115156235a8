"""Draws captioned scenes and one edit of each.

    Tools/scenes/draw --seed 7 --count 8 --outdir /tmp/scenes

writes scene-000.png, scene-000-edit.png (the true picture after the edit), scene-000-mask.png (how
much of each pixel the edited part covers) and captions.jsonl. Scene k of a seed never changes,
whatever the count. pairs.tsv has the scenes of which one part gets another colour, before and after,
with captions that say the two colours (tgdirect differences). With --parts also scene-000-parts.png, grey: n where most of a pixel is the
part of line n of parts.txt, 0 where most of it is none (tgdissect --masks). Training used seed
20000001, validation 20000002; all others are unseen.
"""

import argparse
import json
import os
import sys

import captions
import pngfile
from meaning import ALL_PARTS
from scene import Scene, part_numbers


def pair(record, name):
    """A line of pairs.tsv; none unless one part of the scene gets another colour."""
    if len(record["edits"]) != 1:
        return ""
    (part, new), = record["edits"].items()
    old = record["colours"].get(part)
    if old is None or old == new:
        return ""

    def caption(colour):
        determiner = "" if part.endswith("s") else captions.article(colour) + " "
        return f"a {record['subject']} with {determiner}{colour} {part}"

    return "\t".join([caption(old), caption(new), name + ".png", name + "-edit.png"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--outdir", required=True)
    parser.add_argument("--size", type=int, default=128, help="picture size (default 128)")
    parser.add_argument("--held-out", action="store_true",
                        help="edit towards (part, colour) pairs that training never showed")
    parser.add_argument("--parts", action="store_true",
                        help="also write the parts of each scene, scene-000-parts.png and parts.txt")
    options = parser.parse_args()
    if options.seed < 0 or options.count < 0 or options.size < 16:
        parser.error("--seed and --count must not be negative, --size at least 16")
    os.makedirs(options.outdir, exist_ok=True)
    if options.parts:
        with open(os.path.join(options.outdir, "parts.txt"), "w") as names:
            names.write("\n".join(ALL_PARTS) + "\n")
    with (open(os.path.join(options.outdir, "captions.jsonl"), "w") as lines,
          open(os.path.join(options.outdir, "pairs.tsv"), "w") as pairs):
        pairs.write("caption1\tcaption2\tpicture1\tpicture2\n")
        for index in range(options.count):
            scene = Scene(options.seed, index, options.size, options.held_out)
            stem = os.path.join(options.outdir, f"scene-{index:03d}")
            pngfile.write(stem + ".png", scene.picture())
            pngfile.write(stem + "-edit.png", scene.edited_picture())
            pngfile.write(stem + "-mask.png", scene.mask())
            if options.parts:
                pngfile.write(stem + "-parts.png", part_numbers(scene.layers))
            lines.write(json.dumps(scene.record(index)) + "\n")
            pairs.write(pair(scene.record(index), os.path.basename(stem)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
