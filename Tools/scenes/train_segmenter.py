"""Trains the segmenter of parts on drawn scenes and their exact masks (some minutes on a core).

    Tools/scenes/train-segmenter -o scene-parts.safetensors

Layouts and state lie in the cache, ~/.cache/tgraph/scene-parts; the same command goes on where it was
ended. Each picture is changed a little, so that the segmenter also reads pictures that a generator
made: blurred, noisy, darker or lighter. At the end it is judged on scenes that nothing was trained on.
"""

import argparse
import copy
import os
import sys

import torch
from torch.nn import functional as F

from course import Course, descend, follow
from scene import generator
from segmenter import examine, save, Segmenter
from steady import one_core
from trainingset import SEED, TrainingSet


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


def loss_of(network, lesson):
    """Cross entropy to the share that each class has of a pixel; small parts count more.

    A class weighs by the root of how rare it is in the batch, at most eight times the commonest.
    """
    rest = (1 - lesson.cover.sum(1, keepdim=True)).clamp(min=0)
    shares = torch.cat([lesson.cover, rest], 1)
    area = shares.mean((0, 2, 3)).clamp(min=1e-4)
    weight = (area.max() / area).sqrt().clamp(max=8)[None, :, None, None]
    pictures = changed(lesson.before).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(pictures)
    each = -(weight * shares * F.log_softmax(logits.float(), 1)).sum(1)
    return each.mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--out", required=True, help="the weights, .safetensors")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--layouts", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--width", type=int, default=12)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--workers", type=int, default=1, help="processes that draw (default 1)")
    options = parser.parse_args()
    one_core(options.seed)
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(cache, "tgraph", "scene-parts")
    os.makedirs(folder, exist_ok=True)
    TrainingSet.prepare(folder, options.layouts, 64, options.workers)
    data = TrainingSet(folder, options.layouts, 64)
    network = Segmenter(options.width).to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(network)
    optimiser = torch.optim.Adam(network.parameters(), options.rate, fused=True)
    course = Course(folder, f"segmenter-{options.seed}-{options.steps}",
                    {"network": network, "average": average, "optimiser": optimiser},
                    options.rate, options.steps, warm=50)
    for step in course:
        torch.manual_seed(options.seed * 1_000_003 + step)
        loss = loss_of(network, data.batch(generator(SEED, 41, options.seed, step), options.batch))
        descend(loss, list(network.parameters()), optimiser)
        follow(average, network, step)
        course.note(step, {"loss": loss.item()})
    save(average, options.out)
    print(examine(average.eval(), 99, 500))
    return 0


if __name__ == "__main__":
    sys.exit(main())
