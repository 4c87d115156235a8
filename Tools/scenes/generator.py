"""What training adds to the networks of Tools/reference/gan_scenes.py: how they begin, the
discriminator, and the file that holds them.
"""

import os
import sys

import torch
from torch import nn
from torch.nn import functional as F
from safetensors.torch import load_file, save_file

from meaning import ALL_PARTS, EACH, WIDTH

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                             "reference"))
from gan_int_cls import style_encoder  # noqa: E402
from gan_scenes import Generator, Reader, Scenes  # noqa: E402

PARTS = len(ALL_PARTS)


def new_generator(g, z):
    """As published, the biases before a norm stay at 0."""
    net = Generator(g, z=z)
    for place in (3, 8, 13, 16):
        nn.init.zeros_(net[place].bias)
        net[place].bias.requires_grad_(False)
    for place in (5, 10):
        for inner in (1, 4, 7):
            nn.init.zeros_(net[place][2][inner].bias)
            net[place][2][inner].bias.requires_grad_(False)
    return net


class Discriminator(nn.Module):
    """Whether a picture is a real one that fits a code; beside it what colours it shows."""

    def __init__(self, d=32, narrowed=64):
        super().__init__()
        conv = nn.Conv2d
        self.one, self.two = conv(3, d, 4, 2, 1), conv(d, 2 * d, 4, 2, 1)
        self.three, self.four = conv(2 * d, 4 * d, 4, 2, 1), conv(4 * d, 8 * d, 4, 2, 1)
        self.text = nn.Linear(WIDTH, narrowed)
        self.joint, self.judge = conv(8 * d + narrowed, 8 * d, 1), conv(8 * d, 1, 4)
        self.where = nn.Conv2d(4 * d, PARTS, 1)
        self.what = nn.Conv2d(4 * d, 3 * PARTS, 1)
        self.subject = nn.Linear(8 * d, 1)
        for layer in (self.one, self.two, self.three, self.four, self.joint, self.judge):
            nn.init.kaiming_normal_(layer.weight, 0.2)

    def look(self, picture):
        a = F.leaky_relu(self.one(picture), 0.2)
        b = F.leaky_relu(self.two(a), 0.2)
        c = F.leaky_relu(self.three(b), 0.2)
        e = F.leaky_relu(self.four(c), 0.2)
        return b, c, e

    def fits(self, features, code):
        e = features[-1]
        t = F.leaky_relu(self.text(code), 0.2)[:, :, None, None].expand(-1, -1, 4, 4)
        y = F.leaky_relu(self.joint(torch.cat([e, t.to(e.dtype)], 1)), 0.2)
        return self.judge(y).flatten().float()

    def reads(self, features):
        """Colours N x parts x 3 and the logit of "a flower"."""
        c, e = features[1], features[2]
        where = self.where(c).float().flatten(2).softmax(2)
        what = self.what(c).float().flatten(2).unflatten(1, (PARTS, 3))
        return (what * where[:, :, None]).sum(3), self.subject(e.mean((2, 3))).flatten().float()


def save(scenes, path):
    """All tensors but the batch counters, as float16."""
    tensors = {name: tensor.to(torch.float16).contiguous()
               for name, tensor in scenes.state_dict().items()
               if not name.endswith("num_batches_tracked")}
    save_file(tensors, path, {"format": "pt", "licence": "Apache-2.0"})


def load(path):
    """The networks of a file, sizes from its shapes, in evaluation mode."""
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    entries, word = tensors["text.word_embedding.weight"].shape
    scenes = Scenes(entries, word, tensors["text.txt_encoder_f.weight_hh"].shape[1],
                    tensors["G.modules.19.weight"].shape[0],
                    tensors["G.modules.1.modules.2.modules.1.weight"].shape[0],
                    tensors["G.colours.weight"].shape[1], tensors["S.0.weight"].shape[0])
    missing, unexpected = scenes.load_state_dict(tensors, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"{path}: not a generator of scenes: {[*missing, *unexpected][:3]}")
    return scenes.eval()
