"""Makes the file of weights from a run of train-generator: statistics of the norms anew, the style
encoder trained on the finished generator, a text encoder beside them, float16.

    Tools/scenes/finish-generator --text text-encoder.safetensors -o gan-scenes.safetensors
    Tools/scenes/finish-generator --keep gan-scenes.safetensors --text another.safetensors -o new.safetensors

The style encoder minimises |z - S(G(z, code))|^2 over drawn pictures, noise and codes random; what it
read in real scenes while the generator was trained it is held to by half as much.
"""

import argparse
import os
import sys

import numpy as np
import torch
from safetensors.torch import load_file

import scorer as scoring
from generator import Reader, Scenes, load, save, style_encoder
from lessons import batch
from scene import generator
from steady import one_core
from trainingset import SEED, TrainingSet


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default="run", help="folder of the run, inside the cache")
    parser.add_argument("--keep", metavar="WEIGHTS",
                        help="generator and style encoder of this file; only the text is new")
    parser.add_argument("--text", required=True, help="weights of the text encoder")
    parser.add_argument("--steps", type=int, default=400, help="of the style encoder")
    parser.add_argument("--layouts", type=int, default=12000)
    parser.add_argument("-o", "--out", required=True)
    return parser.parse_args()


@torch.no_grad()
def settle(net, data, z, rounds=100, count=32):
    """Means and variances of the norms, anew over `rounds` batches."""
    norms = [m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over the batches
    net.train()
    for k in range(rounds):
        b = batch(data, generator(SEED, 41, k), count)
        net(b.right, torch.randn(count, z))
    net.eval()


def teach_style(encoder, before, net, data, z, steps, count=32):
    """Survey, equation 6; `before` is the encoder as the generator's training left it."""
    optimiser = torch.optim.Adam(encoder.parameters(), 1e-3, fused=True)
    recent = []
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 1e-3 * (1 - step / steps) + 1e-5
        b = batch(data, generator(SEED, 42, step), count)
        noise = torch.randn(count, z)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            drawn = net(b.right, noise).float()
            known = before(b.real).float()
        with torch.autocast("cpu", torch.bfloat16):
            read = encoder(torch.cat([drawn, b.real])).float()
        loss = ((read[:count] - noise) ** 2).mean()
        held = ((read[count:] - known) ** 2).mean()
        optimiser.zero_grad()
        (loss + 0.5 * held).backward()
        optimiser.step()
        recent = (recent + [[loss.item(), held.item()]])[-100:]
        if step % 100 == 99:
            print(f"style step {step + 1}: {np.mean(recent, 0).round(4)}", flush=True)
    encoder.eval()


def style_from(state, z):
    """The style encoder's mean alone."""
    encoder = style_encoder(state["0.weight"].shape[0], z)
    encoder.load_state_dict({name: tensor[:z] if name.startswith("11.") else tensor
                             for name, tensor in state.items()})
    return encoder


def text_of(path):
    """The text encoder's tensors of a file, which may have others beside them."""
    return {name: tensor for name, tensor in load_file(path).items()
            if name.split(".")[0] in ("word_embedding", "txt_encoder_f", "txt_encoder_b", "mu")}


def exchange_text(options):
    """Writes the kept weights with another text encoder."""
    kept, text = load(options.keep), text_of(options.text)
    entries, word = text["word_embedding.weight"].shape
    kept.text = Reader(entries, word, text["txt_encoder_f.weight_hh"].shape[1])
    kept.text.load_state_dict(text)
    save(kept, options.out)
    return 0


def main():
    options = arguments()
    one_core(1)
    if options.keep:
        return exchange_text(options)
    folder = scoring.folder()
    state = torch.load(os.path.join(folder, options.run, "state.pt"))
    z = state["average"]["colours.weight"].shape[1]
    text = text_of(options.text)
    entries, word = text["word_embedding.weight"].shape
    g = state["average"]["modules.19.weight"].shape[0]
    d = state["E"]["0.weight"].shape[0]
    scenes = Scenes(entries, word, text["txt_encoder_f.weight_hh"].shape[1], g, z=z, d=d)
    scenes.text.load_state_dict(text)
    scenes.G.load_state_dict(state["average"])
    TrainingSet.prepare(folder, options.layouts, 64, 1)
    data = TrainingSet(folder, options.layouts, 64)
    settle(scenes.G, data, z)
    scenes.S.load_state_dict(style_from(state["E"], z).state_dict())
    before = style_from(state["E"], z).eval()
    scenes.S.train()
    teach_style(scenes.S, before, scenes.G, data, z, options.steps)
    save(scenes.eval(), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
