"""The networks of Tools/reference/tirg_grids.py on sentences and pictures of the grid, and their file."""

import os
import re
import sys

import torch
from torch.nn import functional as F
from safetensors.torch import load_file, save_file

from edits import vocabulary

TOOLS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path += [os.path.join(TOOLS, "reference"), os.path.join(TOOLS, "scenes")]
from tirg_grids import network  # noqa: E402

LENGTH = 8       # words of a sentence
COMPOSITIONS = ["tirg", "concat", "imgonly", "textonly"]
KNOWN = {word: index + 1 for index, word in enumerate(vocabulary())}


def tokens(sentence):
    """Lower case, without punctuation, cut at spaces."""
    return re.sub(r"[^a-z0-9 ]", "", sentence.lower()).split()


def encode(sentences):
    """Ids N x LENGTH, 0 behind the end and for unknown words, and lengths N."""
    ids = torch.zeros(len(sentences), LENGTH, dtype=torch.long)
    lengths = torch.zeros(len(sentences), dtype=torch.long)
    for row, sentence in enumerate(sentences):
        words = [KNOWN.get(word, 0) for word in tokens(sentence)][:LENGTH]
        ids[row, :len(words)] = torch.tensor(words)
        lengths[row] = len(words)
    return ids, lengths


def to_tensor(pictures):
    """Bytes N x H x W x 3 to floats N x 3 x H x W in [-1,1]."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


def fresh(composition):
    net = network(composition, len(KNOWN) + 1)
    torch.nn.init.constant_(net.normalization_layer.norm_s, 4.0)
    if hasattr(net, "a"):
        net.a.data = torch.tensor([1.0, 10.0, 1.0, 1.0])
    return net


def compose(net, composition, images, ids, lengths):
    """Query vectors from the vectors of source pictures, as TIRG.forward makes them from pictures."""
    if composition == "imgonly":
        return images
    text = net.text_model(ids, lengths)
    if composition == "textonly":
        return text
    if composition == "concat":
        return net.composer.m(torch.cat([images, text], 1))
    gate = net.gated_feature_composer([images, text]).sigmoid()
    return net.a[0] * gate * images + net.a[1] * net.res_info_composer([images, text])


@torch.no_grad()
def scores(net, composition, testing):
    """Cosines, queries x pictures, in evaluation mode."""
    net.eval()
    seen = torch.cat([net.look(part) for part in to_tensor(testing.pictures).split(250)])
    ids, lengths = encode([query[1] for query in testing.queries])
    sources = seen[[query[0] for query in testing.queries]]
    asked = compose(net, composition, sources, ids, lengths)
    return (F.normalize(asked) @ F.normalize(seen).T).numpy()


def save(net, path):
    """All tensors but the batch counters, as float16; vocabulary.txt beside it, line n is id n - 1."""
    with open(os.path.join(os.path.dirname(path) or ".", "vocabulary.txt"), "w") as file:
        file.write("\n".join(["<unk>", *vocabulary()]) + "\n")
    tensors = {name: tensor.to(torch.float16).contiguous()
               for name, tensor in net.state_dict().items()
               if not name.endswith("num_batches_tracked")}
    save_file(tensors, path, {"format": "pt", "licence": "Apache-2.0"})


def load(path, composition="tirg"):
    """A network from its file, in evaluation mode."""
    net = fresh(composition)
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    missing, unexpected = net.load_state_dict(tensors, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"{path}: not a {composition} of the grid: {[*missing, *unexpected][:3]}")
    return net.eval()
