"""The segmenter of parts: where its network is, how it is saved and how it is judged."""

import os
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import model
from meaning import ALL_PARTS
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


def examine(network, seed, count, size=64):
    """IoU of each class on drawn scenes, their mean, and the mean of the parts alone."""
    scenes = [Scene(seed, index, size) for index in range(count)]
    pictures = model.to_tensor([scene.picture() for scene in scenes])
    each = overlap(found(network, pictures), np.stack([truth(s.layers) for s in scenes]))
    return {"mean": round(float(np.nanmean(each)), 4),
            "mean_of_parts": round(float(np.nanmean(each[:-1])), 4),
            **{name: round(float(value), 4) for name, value in zip(NAMES, each)}}
