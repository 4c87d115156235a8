"""What training adds to the networks of Tools/reference/joint_scenes.py, and the file that holds them."""

import os
import sys

import torch
from torch import nn
from torch.nn import functional as F
from safetensors.torch import load_file, save_file

import network
from wording import vocabulary

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                             "reference"))
from joint_scenes import Joint, Looker, unit  # noqa: E402

TEXT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                    "Graphs", "weights", "gan-scenes", "gan-scenes.safetensors")

SCALE = 8.0  # F(v, t) is so many times the cosine: a margin of 1 is an eighth of a cosine


class FastReader(network.TextEncoder):
    """The reader of Tools/reference in names and meaning; its two walks share their products."""

    def __init__(self, entries, word=64, hidden=192, size=128):
        super().__init__(entries, hidden, word, size)
        self.mu = nn.Linear(hidden, size)

    def begin(self):
        """Takes words and cells of the text encoder in the box, which knows which colour a caption gives
        to which part; the last layer stays new."""
        kept = {name.removeprefix("text."): tensor.float()
                for name, tensor in load_file(TEXT).items() if name.startswith("text.")}
        own = self.state_dict()
        self.load_state_dict({name: own[name] if name.startswith("mu.") else kept[name]
                              for name in own})
        return self

    def forward(self, ids, lengths):
        return unit(super().forward(ids, lengths))


class Learner(nn.Module):
    """`Joint` with the faster reader."""

    def __init__(self):
        super().__init__()
        self.text, self.image = FastReader(len(vocabulary()) + 1).begin(), Looker()


def joint_loss(pictures, texts, fits):
    """The symmetric structured joint embedding (Reed et al., CVPR 2016, equations 2 to 4) of unit vectors
    N x D, pair by pair: each wrong caption of a picture, and each wrong picture of a caption, should score
    less than the right one by 1. As in the authors' code all wrong pairs count, where the paper takes
    the worst. A caption that is true of a picture is no mistake beside it, so of the classes of the
    paper what is left is whether scene and caption fit (`fits`, N x N)."""
    scores = SCALE * pictures @ texts.T
    right = scores.diagonal()
    wrong = (~fits).float()
    of_pictures = ((1 + scores - right[:, None]).clamp(min=0) * wrong).sum()
    of_texts = ((1 + scores - right[None, :]).clamp(min=0) * wrong).sum()
    return (of_pictures + of_texts) / wrong.sum()


def places_loss(where, cover):
    """What the paper does not have: of the slots, the first ten are taught where the parts are that show,
    by the cross-entropy with the share of each place in a part. `where` is N x slots x P x P logits,
    `cover` N x parts x P x P, 0 everywhere for a part that does not show."""
    cover = cover.flatten(2)
    areas = cover.sum(2, keepdim=True)
    logs = F.log_softmax(where[:, :cover.shape[1]].flatten(2), 2)
    gaps = -(cover / areas.clamp(min=1e-6) * logs).sum(2)
    return gaps[areas[:, :, 0] > 0].mean()


def save(learner, path):
    """All tensors but the batch counters, as float16."""
    tensors = {name: tensor.to(torch.float16).contiguous()
               for name, tensor in learner.state_dict().items()
               if not name.endswith("num_batches_tracked")}
    save_file(tensors, path, {"format": "pt", "licence": "Apache-2.0"})


def load(path):
    """The networks of a file, sizes from its shapes, in evaluation mode."""
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    entries, word = tensors["text.word_embedding.weight"].shape
    size, hidden = tensors["text.mu.weight"].shape
    joint = Joint(entries, word, hidden, tensors["image.one.0.weight"].shape[0],
                  tensors["image.where.weight"].shape[0], size)
    missing, unexpected = joint.load_state_dict(tensors, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"{path}: not a joint space of scenes: {[*missing, *unexpected][:3]}")
    return joint.eval()
