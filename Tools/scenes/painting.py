"""Trains the painter: a picture and what is wished, as a code, to the edited picture.

train.py calls it twice, at 64 and at 128 pixels. The code is computed from the wish itself, so
no caption is read here; the text encoder learns apart from this to give the same code.
"""

import copy

import torch
from torch import nn
from torch.nn import functional as F

from course import Course, descend, follow
from network import Painter
from scene import generator
from trainingset import SEED, TrainingSet

LAPLACIAN = torch.tensor([[[[0.0, -1, 0], [-1, 4, -1], [0, -1, 0]]]])
CODE_NOISE = 0.03  # of a caption's code from the text encoder, about; makes the painter forgive it


def loss_of(painter, lesson):
    """Distance to the true edit, and of what the edit is made.

    - the picture: L1 and squared error everywhere, L1 of the differences of neighbours (sharp
      borders) and of the Laplacian (fine structure), and L1 inside each named part, so that a beak
      counts as much as a body;
    - the regions: cross entropy to the share that each part has of a pixel; the regions of a
      painter are the parts in the order of ALL_PARTS;
    - lightness and colour of all parts that show, L1, each part counting the same.
    """
    noisy = lesson.codes + CODE_NOISE * torch.randn_like(lesson.codes)
    with torch.autocast("cpu", torch.bfloat16):
        logits, light, colour = painter.look(lesson.before)
    difference = lesson.before + painter.change(logits, light, colour, painter.ask(noisy))
    difference = difference - lesson.after
    gap = difference.abs().mean(1)                             # N x H x W
    steps = difference.diff(dim=2).abs().mean() + difference.diff(dim=3).abs().mean()
    fine = F.conv2d(difference.flatten(0, 1)[:, None], LAPLACIAN).abs().mean()

    def inside(cover, error):
        """Mean of an error N x H x W in each part of `cover`, mean over the parts that show."""
        area = cover.sum((2, 3))
        each = torch.einsum("nphw,nhw->np", cover, error) / area.clamp(min=8)
        shown = (area > 0).float()
        return (each * shown).sum() / shown.sum().clamp(min=1)

    cover = lesson.cover                                       # N x ALL_PARTS x H x W
    rest = (1 - cover.sum(1, keepdim=True)).clamp(min=0)
    regions = -(torch.cat([cover, rest], 1) * F.log_softmax(logits, 1)).sum(1).mean()
    total = cover.sum(1, keepdim=True)
    true_light = lesson.paint / total.clamp(min=0.05)
    true_colour = torch.einsum("nphw,npc->nchw", cover, lesson.colours) / total.clamp(min=0.05)
    most = cover * (total > 0.5)
    made_of = inside(most, (light - true_light).abs().mean(1) * 2
                     + (colour - true_colour).abs().mean(1))
    named = cover * lesson.named[..., None, None]
    picture = (2 * gap.mean() + 3 * (difference ** 2).mean() + steps + fine
               + 0.5 * inside(named, gap))
    return picture + regions + 0.3 * made_of, {
        "gap": gap.mean().item(), "mse": (difference ** 2).mean().item() / 4, "fine": fine.item(),
        "inside": inside(named, (difference ** 2).mean(1)).item() / 4,
        "regions": regions.item(), "made_of": made_of.item()}


def paint(options, name, size, steps, batch, start=None):
    """Trains for `steps` steps of `batch` pictures, or what is left; `start` is a state dict.

    Returns the moving average of the painter. State and losses go to `options.outdir`.
    """
    torch.manual_seed(options.seed)
    folder, rate = options.outdir, options.rate
    data = TrainingSet(folder, options.layouts, size)
    painter = Painter(options.base)
    if start is not None:
        painter.load_state_dict(start)
    painter = painter.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(painter)
    parameters = list(painter.parameters())
    optimiser = torch.optim.Adam(parameters, rate, betas=(0.9, 0.99), fused=True)
    parts = {"painter": painter, "average": average, "optimiser": optimiser}
    course = Course(folder, name, parts, rate, steps, warm=200)
    for step in course:
        torch.manual_seed(options.seed * 1_000_003 + step)
        if step >= int(0.9 * steps):
            settle(painter)
        loss, entry = loss_of(painter, data.batch(generator(SEED, options.seed, step, size), batch))
        descend(loss, parameters, optimiser)
        follow(average, painter, step)
        course.note(step, {"loss": loss.item(), **entry})
    return average.eval()


def settle(painter):
    """From here on batch norm uses its running statistics, as it will when the painter is used."""
    for module in painter.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()

