"""Trains the editor of drawn scenes: a text encoder and a painter.

    Tools/scenes/train
    Tools/scenes/train --outdir RUN --text-steps 200 --small-steps 100 --steps 100

Three parts, one after the other; the same command goes on where it was stopped:
  text     captions to the code of what they ask (wording.py); no pictures
  small    the painter at 64 pixels, from codes (painting.py); no captions
  painter  the same at 128 pixels
The state lies in RUN (default: ~/.cache/tgraph/scenes), with a .jsonl of losses for each part. At
the end RUN/tagan-scenes.safetensors, RUN/vocabulary.txt and RUN/expected.png (an edit by PyTorch that
a test holds the plan against) are what Graphs/weights/tagan-scenes has.
"""

import argparse
import os
import sys

import model
import pngfile
from painting import paint
from steady import one_core
from trainingset import TrainingSet
from wording import teach

BOX = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Graphs/weights/tagan-scenes")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    parser.add_argument("--outdir", default=os.path.join(cache, "tgraph", "scenes"))
    parser.add_argument("--layouts", type=int, default=6000, help="drawn scenes to learn from")
    parser.add_argument("--text-steps", type=int, default=12000)
    parser.add_argument("--text-batch", type=int, default=128)
    parser.add_argument("--small-steps", type=int, default=3000)
    parser.add_argument("--small-batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=3e-3, help="of Adam, at the beginning")
    parser.add_argument("--base", type=int, default=16, help="channels of the widest map")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def finish(text, painter, folder):
    """Writes what is committed."""
    weights = os.path.join(folder, "tagan-scenes.safetensors")
    model.save([text, painter], weights)
    model.write_vocabulary(os.path.join(folder, "vocabulary.txt"))
    source = pngfile.read(os.path.join(BOX, "scene-bird.png"))
    edited = model.edit(model.load(weights), [source],
                        ["this bird has a blue crown and green wings"])
    pngfile.write(os.path.join(folder, "expected.png"), edited[0])
    print(weights)


def main():
    options = arguments()
    os.makedirs(options.outdir, exist_ok=True)
    one_core()
    text = teach(options.outdir, options.text_steps, options.text_batch, options.seed)
    painter = None
    for name, size, steps, batch in (("small", 64, options.small_steps, options.small_batch),
                                     ("painter", 128, options.steps, options.batch)):
        TrainingSet.prepare(options.outdir, options.layouts, size, os.cpu_count())
        painter = paint(options, name, size, steps, batch, painter and painter.state_dict())
    finish(text, painter, options.outdir)
    return 0


if __name__ == "__main__":
    sys.exit(main())
