"""Hidden codes of trained generators: pictures that a generator made from known noise are inverted by
`tginvert` and by PyTorch's L-BFGS with the strong Wolfe search, from the same starts; and digits go
to the code of an autoencoder and back.

A picture counts as found if its best start reaches a mean squared error of 1e-3 on [-1, 1]. The
pictures are stored with 8 bits, and both sides see these: the hidden codes themselves have the error of
that rounding. What PyTorch found is kept, picture by picture, in the folder of `--results`: a run that
was ended goes on where it was, and a later one need not repeat it.
"""

import argparse
import json
import multiprocessing
import pathlib
import sys
import tempfile
import time

import numpy
import torch
from PIL import Image

import real
from harness import REPOSITORY, call, find_page, inverted

FOUND = 1e-3

# name: (root of the weights, their file, size of the code, the PyTorch module, number of classes)
GENERATORS = {
    "fashion-mnist-dcgan": ("G=", "G.pth", 100, real.dcgan_generator, 0),
    "mnist-mlp-gan": ("G=", "G--300.ckpt", 64, real.mlp_generator, 0),
    "mnist-cgan": ("", "generator.pth", 10, real.ConditionalGAN, 10),
}


class Problem:
    """The pictures of one generator, and where to begin: equal for equal numbers."""

    def __init__(self, name, options):
        self.name, self.rounds, self.history = name, options.rounds, options.history
        self.root, file, size, make, classes = GENERATORS[name]
        self.weights = options.data / "weights" / name / file
        self.module = real.loaded(make(), self.weights).eval().float().requires_grad_(False)
        rng = numpy.random.default_rng(options.seed)
        hidden = rng.standard_normal((options.pictures, size)).astype(numpy.float32)
        starts = rng.standard_normal((options.pictures, options.starts, size))
        self.starts = starts.astype(numpy.float32)
        self.labels = rng.integers(0, classes, options.pictures) if classes else None
        with torch.no_grad():
            made = self.generate(torch.tensor(hidden), self.label(slice(None)))
        self.bytes = ((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        self.targets = self.bytes.float() / 127.5 - 1
        self.rounding = (made - self.targets).square().mean((1, 2, 3)).numpy()
        self.key = (f"{name}-{options.pictures}x{options.starts}x{options.rounds}"
                    f"-history-{options.history}-seed-{options.seed}-torch-{torch.__version__}")

    def label(self, of):
        return None if self.labels is None else torch.tensor(self.labels[of])

    def generate(self, z, labels):
        if self.name == "fashion-mnist-dcgan":
            return self.module(z[:, :, None, None])
        if self.name == "mnist-mlp-gan":
            return self.module(z).reshape(-1, 1, 28, 28)
        return self.module(z, labels)


def compiled(problem, folder):
    (folder / "pictures").mkdir()
    for i, picture in enumerate(problem.bytes):
        Image.fromarray(picture[0].numpy()).save(folder / "pictures" / f"p{i:02}.png")
    page = find_page(problem.name)
    for method, recipe in (("lbfgs", f"lbfgs(history: {problem.history})"), ("adam", "adam(rate: 0.1)")):
        call("tgc", inverted(page, folder, recipe), "--weights", f"{problem.root}{problem.weights}",
                "--batch", "1,8", "-o", folder / f"{method}.tplan")


def ours(problem, method, folder, threads):
    """The mean squared error of each picture from each start."""
    errors = numpy.zeros(problem.starts.shape[:2])
    for s in range(errors.shape[1]):
        numpy.save(folder / "start.npy", problem.starts[:, s])
        out = folder / f"{method}-{s}"
        out.mkdir()
        inputs = ["--input", f"random={folder / 'start.npy'}"]
        if problem.labels is not None:
            numpy.save(folder / "labels.npy", problem.labels.astype(numpy.float32))
            inputs += ["--input", f"label={folder / 'labels.npy'}"]
        call("tginvert", folder / f"{method}.tplan", folder / "pictures", "--outdir", out, "--quiet",
                "--steps", problem.rounds, "--threads", threads, *inputs)
        for i in range(len(errors)):
            errors[i, s] = json.loads((out / f"p{i:02}.json").read_text())["mse"]
    return errors


def search(problem, i, start):
    """The smallest error of PyTorch's L-BFGS on picture i."""
    z = torch.tensor(start[None]).requires_grad_()
    label, target = problem.label(slice(i, i + 1)), problem.targets[i:i + 1]
    best = float("inf")
    optimizer = torch.optim.LBFGS(
        [z], max_iter=problem.rounds, max_eval=problem.rounds, history_size=problem.history,
        line_search_fn="strong_wolfe")

    def closure():
        nonlocal best
        optimizer.zero_grad()
        loss = (problem.generate(z, label) - target).square().mean()
        loss.backward()
        best = min(best, loss.item())
        return loss

    optimizer.step(closure)
    return best


class Theirs:
    """A picture at a time, in processes of one thread."""

    def __init__(self, name, options):
        torch.set_num_threads(1)
        Theirs.problem = Problem(name, options)

    @staticmethod
    def picture(i):
        return i, [search(Theirs.problem, i, start) for start in Theirs.problem.starts[i]]


def theirs(problem, options):
    options.results.mkdir(parents=True, exist_ok=True)
    file = options.results / f"{problem.key}.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    missing = [i for i in range(options.pictures) if str(i) not in known]
    with multiprocessing.get_context("spawn").Pool(
            options.jobs, Theirs, (problem.name, options)) as pool:
        for i, errors in pool.imap_unordered(Theirs.picture, missing):
            known[str(i)] = errors
            new = file.with_suffix(".new")
            new.write_text(json.dumps(known))
            new.replace(file)
            print(f"\r  PyTorch: {len(known)} of {options.pictures} pictures", end="",
                  file=sys.stderr, flush=True)
    if missing:
        print(file=sys.stderr)
    return numpy.array([known[str(i)] for i in range(options.pictures)])


def report(what, errors, began=None):
    best = errors.min(1)
    time_ = f", {(time.monotonic() - began) / 60:.0f} min" if began else ""
    print(f"  {what}: {(best <= FOUND).sum()} of {len(best)} found, median error "
          f"{numpy.median(best):.3g}; of single starts {(errors <= FOUND).mean():.1%}{time_}",
          flush=True)


def compare(name, options):
    problem = Problem(name, options)
    print(f"{name}: {options.pictures} pictures, {options.starts} starts, "
          f"{options.rounds} gradients each, {options.history} steps remembered; the hidden codes "
          f"have a median error of {numpy.median(problem.rounding):.3g}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        compiled(problem, folder)
        began = time.monotonic()
        mine = ours(problem, "lbfgs", folder, options.threads)
        report("tginvert, L-BFGS", mine, began)
        began = time.monotonic()
        report("tginvert, Adam", ours(problem, "adam", folder, options.threads), began)
    began = time.monotonic()
    other = theirs(problem, options)
    report("PyTorch, L-BFGS", other, began)
    print(f"  ratio of the medians {numpy.median(mine.min(1)) / numpy.median(other.min(1)):.3f}")


def digits(options):
    """Ten digits, each to its code from the encoder's mean and back: what does LeNet read?"""
    weights = options.data / "weights"
    pictures = numpy.load(weights / "mnist-vae" / "golden" / "enc_input.npy").reshape(-1, 28, 28)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for page, plan, file in (
                ("mnist-vae-inversion", "vae", f"V={weights / 'mnist-vae' / 'vae_epoch_25.pth'}"),
                ("mnist-lenet", "lenet",
                 weights / "mnist-lenet" / "lenet_epoch_12_acc_0.991.pth")):
            call("tgc", find_page(page), "--weights", file,
                    "-o", folder / f"{plan}.tplan")
        (folder / "pictures").mkdir()
        for i, picture in enumerate(pictures):
            Image.fromarray((picture * 255).round().astype(numpy.uint8)).save(
                folder / "pictures" / f"d{i}.png")

        def read(picture):
            answer = json.loads(call("tgrun", folder / "lenet.tplan", picture, "--json", "--quiet"))
            return numpy.argmax(answer["runs"][0]["values"]["logProbabilities"])

        truth = [read(folder / "pictures" / f"d{i}.png") for i in range(len(pictures))]
        print(f"mnist-vae: {len(pictures)} digits that LeNet reads as "
              + " ".join(map(str, truth)))
        for rounds in (0, None):
            out = folder / f"out-{rounds}"
            out.mkdir()
            steps = [] if rounds is None else ["--steps", rounds]
            call("tginvert", folder / "vae.tplan", folder / "pictures", "--outdir", out,
                    "--quiet", *steps)
            classes = [read(out / f"d{i}.png") for i in range(len(pictures))]
            errors = [json.loads((out / f"d{i}.json").read_text())["mse"]
                      for i in range(len(pictures))]
            kept = sum(a == b for a, b in zip(truth, classes))
            print(f"  {'encoder' if rounds == 0 else 'refined by L-BFGS'}: {kept} keep their class ("
                  + " ".join(map(str, classes)) + f"), median error {numpy.median(errors):.3g} on 0 to 1",
                  flush=True)


def main():
    parser = argparse.ArgumentParser(
        prog="Tools/hidden-codes", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, help="holds weights/NAME/…")
    parser.add_argument(
        "names", nargs="*", metavar="NAME",
        help=f"{', '.join(GENERATORS)} or mnist-vae; all if none is named")
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--starts", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=500, help="gradients from each start")
    parser.add_argument("--history", type=int, default=100, help="steps that L-BFGS remembers")
    parser.add_argument("--seed", type=int, default=1, help="of hidden codes and starts")
    parser.add_argument("--threads", type=int, default=2, help="of tginvert")
    parser.add_argument("--jobs", type=int, default=2, help="processes of PyTorch")
    parser.add_argument("--results", type=pathlib.Path, default=REPOSITORY / ".build" / "hidden-codes",
                        help="where PyTorch's results are kept")
    options = parser.parse_args()
    names = options.names or [*GENERATORS, "mnist-vae"]
    for name in names:
        if name not in GENERATORS and name != "mnist-vae":
            parser.error(f"{name} is not one of {', '.join(GENERATORS)}, mnist-vae")
    torch.set_num_threads(1)
    for name in names:
        if name in GENERATORS:
            compare(name, options)
        else:
            digits(options)


if __name__ == "__main__":
    sys.exit(main())
