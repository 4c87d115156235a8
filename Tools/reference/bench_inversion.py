"""A step of inversion, ours and PyTorch's, alternately in one run on the same weights and threads.

Each turn times ours (`tginvert`, which reports rounds per second), PyTorch eager and torch.compile, one
after the other; the figure is the median over the turns of the ratio of their times within a turn.
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

import numpy
import torch
from PIL import Image

import gan_int_cls
import stylegan1
import synthetic
import vgg
from arrays import save_weights
from harness import call, find_page



class StyleGAN(torch.nn.Module):
    """StyleGAN-256 and VGG-16 to conv4_3 on W+: `search` of idinvert."""

    page, objective, settings, size = "idinvert", "search", ["size=256"], 256

    def __init__(self, folder):
        super().__init__()
        self.G = stylegan1.Generator(256)
        self.F = vgg.Caffe()
        parts = {"G": self.G, "F": self.F}
        self.weights = []
        for seed, (name, module) in enumerate(parts.items()):
            state = synthetic.fill(module, seed + 1)
            save_weights(state, folder / f"{name}.safetensors")
            self.weights.append(f"{name}={folder / name}.safetensors")
        self.float()
        self.code = self.G.truncation.w_avg.expand(1, 14, 512).clone()
        self.inputs = []

    def prepare(self, target):
        self.goal = self.F(target).detach()
        self.target = target

    def forward(self, w):
        y = self.G.synthesize(w)
        return (y - self.target).square().mean() + 5e-5 * (self.F(y) - self.goal).square().mean()


class DCGAN(torch.nn.Module):
    """GAN-INT-CLS at 64 x 64 on z: `invertByAdam` of gan-int-cls-inversion."""

    page, objective, settings, size = "gan-int-cls-inversion", "invertByAdam", [], 64

    def __init__(self, folder):
        super().__init__()
        self.G = gan_int_cls.Generator()
        save_weights(synthetic.fill(self.G, 1), folder / "G.safetensors")
        self.weights = [f"G={folder / 'G.safetensors'}"]
        self.float()
        rng = numpy.random.default_rng(2)
        text = rng.standard_normal((1, 1024)).astype(numpy.float32)
        numpy.save(folder / "text.npy", text)
        self.text = torch.tensor(text)
        self.code = torch.tensor(rng.standard_normal((1, 100)).astype(numpy.float32))
        self.inputs = [f"text={folder / 'text.npy'}"]

    def prepare(self, target):
        self.target = target

    def forward(self, z):
        return (self.G(self.text, z) - self.target).square().mean()


def seconds_ours(case, plan, picture, folder, threads, rounds):
    out = folder / "code.safetensors"
    given = [word for value in case.inputs for word in ("--input", value)]
    call("tginvert", plan, picture, "-o", out, "--quiet", "--objective", case.objective,
         "--steps", rounds, "--threads", threads, *given)
    return 1 / json.loads((folder / "code.json").read_text())["rounds_per_second"]


def seconds_torch(value, code, rounds):
    x = code.clone().requires_grad_()
    optimizer = torch.optim.Adam([x], lr=0.01)

    def step():
        optimizer.zero_grad()
        value(x).backward()
        optimizer.step()

    step()
    start = time.perf_counter()
    for _ in range(rounds):
        step()
    return (time.perf_counter() - start) / rounds


def run(name, make, options):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        case = make(folder).eval().requires_grad_(False)
        rng = numpy.random.default_rng(3)
        size = case.size
        coarse = Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=numpy.uint8))
        picture = coarse.resize((size, size), Image.BICUBIC)
        picture.save(folder / "target.png")
        target = torch.tensor(numpy.asarray(picture).astype(numpy.float32) / 127.5 - 1)
        case.prepare(target.permute(2, 0, 1)[None])
        plan = folder / "bench.tplan"
        choices = [word for value in case.weights for word in ("--weights", value)]
        choices += [word for value in case.settings for word in ("--set", value)]
        call("tgc", find_page(case.page), "-o", plan, *choices)
        peers = {"eager": case}
        if not options.no_compile:
            peers["compile"] = torch.compile(case)
        for value in peers.values():
            seconds_torch(value, case.code, 1)
        seconds_ours(case, plan, folder / "target.png", folder, options.threads, 2)
        times = {"tgraph": []} | {peer: [] for peer in peers}
        for _ in range(options.turns):
            times["tgraph"].append(
                seconds_ours(case, plan, folder / "target.png", folder, options.threads,
                             options.rounds))
            for peer, value in peers.items():
                times[peer].append(seconds_torch(value, case.code, options.rounds))
        print(f"{name}, {options.threads} threads, median of {options.turns} turns")
        for who, all_times in times.items():
            ratio = statistics.median(t / o for t, o in zip(all_times, times["tgraph"]))
            print(f"  {who:8} {1e3 * statistics.median(all_times):9.2f} ms a step, "
                  f"{ratio:5.2f} times ours", flush=True)


def main():
    cases = {"stylegan-256": StyleGAN, "dcgan-64": DCGAN}
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name in options.names or cases:
        run(name, cases[name], options)


if __name__ == "__main__":
    sys.exit(main())
