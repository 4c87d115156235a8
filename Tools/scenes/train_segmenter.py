"""Trains the segmenter of parts on drawn scenes and their exact masks (some minutes on a core).

    Tools/scenes/train-segmenter -o first.safetensors
    Tools/scenes/train-segmenter --start first.safetensors --seed 9 --steps 600 --rate 2e-3 \\
      -o scene-parts.safetensors

The first run looks for small parts; the second, from what the first found, draws borders where they
are. Layouts and state lie in the cache, ~/.cache/tgraph/scene-parts; the same command goes on where
it was ended. Each picture is changed a little, so that the segmenter also reads pictures that a
generator made: blurred, noisy, darker or lighter. At the end it is judged on scenes that nothing
was trained on.

    Tools/scenes/train-segmenter --measure scene-parts.safetensors

only judges weights, on such scenes and on pictures of the generator in the box.
"""

import argparse
import copy
import os
import sys

import torch
from torch.nn import functional as F

import generator as painters
from course import Course, descend, follow
from scene import generator
from segmenter import Segmenter, examine, examine_on_generated, load, save
from steady import one_core
from trainingset import SEED, TrainingSet


BOX = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                   "../../Graphs/weights/gan-scenes/gan-scenes.safetensors")


def changed(pictures):
    """Pictures in [-1,1] as another painter could have made them.

    Half of them blurred by [1 2 1] / 4 along each axis, weighted by chance; light and contrast off
    by up to a tenth; noise of a deviation of up to 0.06, some of it in spots of 2 x 2.
    """
    count = len(pictures)

    def chance(low, high):
        return low + (high - low) * torch.rand(count, 1, 1, 1)

    edged = F.pad(pictures, (1, 1, 1, 1), mode="replicate")
    taps = torch.tensor([0.25, 0.5, 0.25])
    kernel = (taps[:, None] * taps).expand(3, 1, 3, 3)
    soft = F.conv2d(edged, kernel, groups=3)
    pictures = pictures + chance(-1, 1).clamp(min=0) * (soft - pictures)
    pictures = pictures * chance(0.9, 1.1) + chance(-0.1, 0.1)
    fine = torch.randn_like(pictures)
    spots = F.interpolate(torch.randn_like(pictures[:, :, ::2, ::2]), scale_factor=2.0)
    return pictures + chance(0, 0.06) * fine + chance(0, 0.04) * spots


def overlap_loss(logits, shares):
    """One less the mean IoU of the classes over the batch, of soft maps: what is judged in the end."""
    found = logits.softmax(1)
    both = (found * shares).sum((0, 2, 3))
    either = (found + shares).sum((0, 2, 3)) - both
    return 1 - ((both + 1) / (either + 1)).mean()


def loss_of(network, lesson, finishing):
    """Cross entropy to the share that each class has of a pixel.

    In the first run a class weighs by the root of how rare it is in the batch, at most eight times
    the commonest: small parts are found soon, and drawn too large. `finishing` gives all the same
    weight and adds the overlap.
    """
    rest = (1 - lesson.cover.sum(1, keepdim=True)).clamp(min=0)
    shares = torch.cat([lesson.cover, rest], 1)
    area = shares.mean((0, 2, 3)).clamp(min=1e-4)
    weight = (area.max() / area).sqrt().clamp(max=8)[None, :, None, None]
    pictures = changed(lesson.before).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(pictures)
    if finishing:
        plain = -(shares * F.log_softmax(logits.float(), 1)).sum(1).mean()
        return plain + overlap_loss(logits.float(), shares)
    return -(weight * shares * F.log_softmax(logits.float(), 1)).sum(1).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("-o", "--out", help="where the weights go, .safetensors")
    wanted.add_argument("--measure", help="judge these weights, and train nothing")
    parser.add_argument("--start", help="weights of a first run: this is the second one")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--layouts", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--width", type=int, default=12)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--workers", type=int, default=1, help="processes that draw (default 1)")
    options = parser.parse_args()
    one_core(options.seed)
    if options.measure:
        network = load(options.measure)
        print("drawn", examine(network, 99, 500))
        print("generated", examine_on_generated(network, painters.load(BOX), 5, 500))
        return 0
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(cache, "tgraph", "scene-parts")
    os.makedirs(folder, exist_ok=True)
    TrainingSet.prepare(folder, options.layouts, 64, options.workers)
    data = TrainingSet(folder, options.layouts, 64)
    network = load(options.start) if options.start else Segmenter(options.width)
    network = network.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(network)
    optimiser = torch.optim.Adam(network.parameters(), options.rate, fused=True)
    run = f"{'second' if options.start else 'first'}-{options.seed}-{options.steps}"
    course = Course(folder, run,
                    {"network": network, "average": average, "optimiser": optimiser},
                    options.rate, options.steps, warm=50)
    for step in course:
        torch.manual_seed(options.seed * 1_000_003 + step)
        lesson = data.batch(generator(SEED, 41, options.seed, step), options.batch)
        loss = loss_of(network, lesson, finishing=options.start is not None)
        descend(loss, list(network.parameters()), optimiser)
        follow(average, network, step)
        course.note(step, {"loss": loss.item()})
    save(average, options.out)
    print(examine(average.eval(), 99, 500))
    return 0


if __name__ == "__main__":
    sys.exit(main())
