"""The segmenter of parts: where its network is, how it is saved and how it is judged."""

import os
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import model
from meaning import ALL_PARTS, BIRD, FLOWER, WIDTH
from scene import Scene, part_numbers

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                             "reference"))
from scene_parts import CLASSES, Segmenter  # noqa: E402

NAMES = ALL_PARTS + ["rest"]


def save(network, path):
    """All tensors but the batch counters, as float16."""
    tensors = {name: tensor.to(torch.float16).contiguous()
               for name, tensor in network.state_dict().items()
               if not name.endswith("num_batches_tracked")}
    save_file(tensors, path, {"format": "pt", "licence": "Apache-2.0"})


def load(path):
    """The network of a file, its width from the shapes, in evaluation mode."""
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    network = Segmenter(tensors["stem.0.weight"].shape[0], tensors["scores.weight"].shape[0])
    missing, unexpected = network.load_state_dict(tensors, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"{path}: no segmenter of scenes: {[*missing, *unexpected][:3]}")
    return network.eval()


def truth(layers):
    """H x W: the class that covers most of each pixel, in the order of NAMES."""
    return (part_numbers(layers).astype(int) - 1) % CLASSES


@torch.no_grad()
def found(network, pictures, batch=100):
    """Pictures N x 3 x S x S to N x S x S: the class of each pixel."""
    return torch.cat([network(pictures[k:k + batch]).argmax(1)
                      for k in range(0, len(pictures), batch)]).numpy()


def overlap(found_classes, true_classes):
    """IoU of each class over all pixels of all pictures, NaN where it is nowhere."""
    table = np.bincount((true_classes * CLASSES + found_classes).ravel(),
                        minlength=CLASSES * CLASSES).reshape(CLASSES, CLASSES)
    both = np.diag(table).astype(float)
    either = table.sum(0) + table.sum(1) - both
    return np.where(either > 0, both / np.maximum(either, 1), np.nan)


def told(each):
    """IoU of each class by its name, their mean, and the mean of the parts alone."""
    return {"mean": round(float(np.nanmean(each)), 4),
            "mean_of_parts": round(float(np.nanmean(each[:-1])), 4),
            **{name: round(float(value), 4) for name, value in zip(NAMES, each)}}


def examine(network, seed, count, size=64):
    """Judges on drawn scenes, whose masks are exact."""
    scenes = [Scene(seed, index, size) for index in range(count)]
    pictures = model.to_tensor([scene.picture() for scene in scenes])
    return told(overlap(found(network, pictures), np.stack([truth(s.layers) for s in scenes])))


@torch.no_grad()
def examine_on_generated(network, painter, seed, count):
    """Judges on pictures of the generator in the box (`generator.load`), against the shares of its
    last layer, from which it mixes each pixel. Its codes name nothing but the subject."""
    draws = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, painter.G.colours.in_features, generator=draws)
    codes = torch.zeros(count, WIDTH)
    codes[0::2, BIRD] = 1
    codes[1::2, FLOWER] = 1
    pictures, logits = painter.G.layers(codes, noise)
    pictures = model.to_tensor(model.to_bytes(pictures))
    classes = (logits.argmax(1) - 1) % CLASSES  # the first is the free colour
    return told(overlap(found(network, pictures), classes.numpy()))
