"""The trained editor as a file: safetensors, sizes read back from the shapes."""

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import captions
from network import Painter, TextEncoder
from wording import encode, vocabulary


def write_vocabulary(path):
    """One word per line; line n has id n - 1, the first line is the padding."""
    with open(path, "w") as file:
        file.write("\n".join(["<pad>"] + captions.words()) + "\n")


def save(modules, path):
    """Everything in the state dicts of `modules` but the batch counters."""
    tensors = {name: tensor.contiguous() for module in modules
               for name, tensor in module.state_dict().items()
               if not name.endswith("num_batches_tracked")}
    save_file(tensors, path, {"format": "pt", "licence": "Apache-2.0"})


def load(path):
    """Text encoder and painter."""
    tensors = load_file(path)
    entries, word = tensors["word_embedding.weight"].shape
    text = TextEncoder(entries, tensors["txt_encoder_f.weight_hh"].shape[1], word,
                       tensors["mu.0.weight"].shape[0])
    painter = Painter(tensors["encoder.0.weight"].shape[0], tensors["mu.0.weight"].shape[0],
                      tensors["gates.weight"].shape[0])
    for module in (text, painter):
        names = [n for n in module.state_dict() if not n.endswith("num_batches_tracked")]
        module.load_state_dict({name: tensors[name] for name in names}, strict=False)
        module.eval()
    return text, painter


def to_tensor(pictures):
    """Bytes N x H x W x 3 to floats N x 3 x H x W in [-1,1]."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_bytes(tensor):
    pixels = torch.floor((tensor.float().clamp(-1, 1) + 1) * 127.5 + 0.5)
    return pixels.permute(0, 2, 3, 1).to(torch.uint8).numpy()


@torch.no_grad()
def edit(modules, pictures, texts):
    """Pictures (bytes) and captions to edited pictures (bytes); unknown words are skipped."""
    text, painter = modules
    known = vocabulary()
    tokens = [[word for word in captions.tokens(each) if word in known] for each in texts]
    code = text(*encode(tokens, known))
    batch = to_tensor(pictures).contiguous(memory_format=torch.channels_last)
    return to_bytes(painter(batch, code))
