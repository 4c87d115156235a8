"""Hidden codes of trained generators: pictures that a generator made from known noise are inverted by
`tginvert` and by PyTorch's L-BFGS with the strong Wolfe search, from the same starts.

A picture counts as found if its best start reaches a mean squared error of 1e-3 on [-1, 1]. The
pictures are stored with 8 bits (an error of 5e-6 that no code can undo); both sides see these.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
from PIL import Image

import real

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build" / "release"
FOUND = 1e-3

# name: (weights of G, size of the code, the PyTorch module, number of classes)
GENERATORS = {
    "fashion-mnist-dcgan": ("G.pth", 100, real.dcgan_generator, 0),
    "mnist-mlp-gan": ("G--300.ckpt", 64, real.mlp_generator, 0),
    "mnist-cgan": ("generator.pth", 10, real.ConditionalGAN, 10),
}


def generate(name, module, z, labels):
    if name == "fashion-mnist-dcgan":
        return module(z[:, :, None, None])
    if name == "mnist-mlp-gan":
        return module(z).reshape(-1, 1, 28, 28)
    return module(z, labels)


def ours(name, objective, plan, folder, labels, starts, rounds, threads):
    """The mean squared error of each picture from each start."""
    errors = numpy.zeros(starts.shape[:2])
    for s in range(starts.shape[1]):
        numpy.save(folder / "start.npy", starts[:, s])
        out = folder / f"{objective}-{s}"
        out.mkdir()
        command = [BUILD / "tginvert", plan, folder / "pictures", "--outdir", out, "--quiet",
                   "--objective", objective, "--steps", str(rounds), "--threads", str(threads),
                   "--input", f"random={folder / 'start.npy'}"]
        if labels is not None:
            numpy.save(folder / "labels.npy", labels.astype(numpy.float32))
            command += ["--input", f"label={folder / 'labels.npy'}"]
        subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL)
        for i in range(len(errors)):
            errors[i, s] = json.loads((out / f"p{i:02}.json").read_text())["mse"]
    return errors


def torch_lbfgs(name, module, targets, labels, starts, rounds):
    errors = numpy.zeros(starts.shape[:2])
    for i, target in enumerate(targets):
        label = None if labels is None else torch.tensor(labels[i:i + 1])
        for s in range(starts.shape[1]):
            z = torch.tensor(starts[i, s][None]).requires_grad_()
            best = [float("inf")]
            optimizer = torch.optim.LBFGS(
                [z], max_iter=rounds, max_eval=rounds, history_size=10,
                line_search_fn="strong_wolfe")

            def closure():
                optimizer.zero_grad()
                loss = (generate(name, module, z, label) - target).square().mean()
                loss.backward()
                best[0] = min(best[0], loss.item())
                return loss

            optimizer.step(closure)
            errors[i, s] = best[0]
    return errors


def report(what, errors):
    best = errors.min(1)
    print(f"  {what}: {(best <= FOUND).sum()} of {len(best)} found, median error "
          f"{numpy.median(best):.3g}; of single starts {(errors <= FOUND).mean():.1%}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--starts", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in options.names or GENERATORS:
        file, size, make, classes = GENERATORS[name]
        weights = options.data / "weights" / name / file
        module = real.loaded(make(), weights).eval().float().requires_grad_(False)
        rng = numpy.random.default_rng(1)
        hidden = rng.standard_normal((options.pictures, size)).astype(numpy.float32)
        starts = rng.standard_normal((options.pictures, options.starts, size))
        starts = starts.astype(numpy.float32)
        labels = rng.integers(0, classes, options.pictures) if classes else None
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "pictures").mkdir()
            made = generate(
                name, module, torch.tensor(hidden), None if labels is None else torch.tensor(labels))
            bytes_ = ((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
            for i, picture in enumerate(bytes_):
                Image.fromarray(picture[0].numpy()).save(folder / "pictures" / f"p{i:02}.png")
            targets = bytes_.float()[:, None] / 127.5 - 1
            plan = folder / "plan.tplan"
            subprocess.run(
                [str(BUILD / "tgc"), str(ROOT / "Graphs" / "inversion" / f"{name}.tgraph"),
                 "--weights", f"G={weights}", "--batch", "1,8", "-o", str(plan)],
                check=True, stdout=subprocess.DEVNULL)
            print(f"{name}: {options.pictures} pictures, {options.starts} starts, "
                  f"{options.rounds} gradients each", flush=True)
            arguments = (plan, folder, labels, starts, options.rounds, options.threads)
            mine = ours(name, "invert", *arguments)
            report("tginvert, L-BFGS", mine)
            report("tginvert, Adam", ours(name, "invertByAdam", *arguments))
            theirs = torch_lbfgs(name, module, targets, labels, starts, options.rounds)
            report("PyTorch, L-BFGS", theirs)
            print(f"  median ratio {numpy.median(mine.min(1)) / numpy.median(theirs.min(1)):.3f}")


if __name__ == "__main__":
    sys.exit(main())
