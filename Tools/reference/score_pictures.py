"""Scores of pairs of pictures: scikit-image and the package lpips beside tgeval."""

import importlib.util
import shutil
import subprocess
import sys
import warnings

import numpy
import torch
from PIL import Image
from skimage import metrics
from torchvision import models

from harness import REPOSITORY, call, find_page
from score_features import scored
from score_parity import PACKAGES

SIDE = 64


def drawn(folder, seed, count, size=SIDE):
    """Scenes and their edits, in two folders by the same names."""
    made = folder / f"drawn-{seed}"
    subprocess.run(
        [REPOSITORY / "Tools/scenes/draw", "--seed", str(seed), "--count", str(count), "--size", str(size),
         "--outdir", made], check=True, capture_output=True)
    places = [folder / f"{kind}-{seed}" for kind in ("scenes", "edits")]
    for place in places:
        place.mkdir()
    for path in sorted(made.glob("scene-???.png")):
        shutil.copy(path, places[0] / path.name)
        shutil.copy(made / f"{path.stem}-edit.png", places[1] / path.name)
    return places


def read(place):
    return [numpy.asarray(Image.open(p).convert("RGB")) for p in sorted(place.glob("*.png"))]


def pixels(folder):
    places = drawn(folder, 41, 6)
    pairs = list(zip(*map(read, places)))
    mean = lambda f: float(numpy.mean([f(a, b) for a, b in pairs]))
    gaussian = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    ours = scored("pairs", *places)
    rows = [
        ("MSE", ours["MSE", "value"], mean(metrics.mean_squared_error)),
        ("PSNR", ours["PSNR", "value"],
         mean(lambda a, b: metrics.peak_signal_noise_ratio(b, a, data_range=255))),
        ("SSIM, Gaussian window", ours["SSIM", "value"],
         mean(lambda a, b: metrics.structural_similarity(a, b, channel_axis=2, data_range=255, **gaussian)))]
    uniform = scored("pairs", *places, "--ssim", "uniform")["SSIM", "value"]
    theirs = mean(lambda a, b: metrics.structural_similarity(a, b, channel_axis=2, data_range=255))
    return rows + [("SSIM, uniform window", uniform, theirs)]


def package():
    """The package lpips; a module of ours has its name."""
    place = PACKAGES.folder() / "lpips"
    spec = importlib.util.spec_from_file_location(
        "lpips", place / "__init__.py", submodule_search_locations=[str(place)])
    ours = sys.modules.pop("lpips", None)
    module = importlib.util.module_from_spec(spec)
    sys.modules["lpips"] = module
    spec.loader.exec_module(module)
    if ours:
        sys.modules["lpips"] = ours
    return module, place


def perceptual(net, trunk):
    """LPIPS with the published heads of version 0.1, on a trunk of seeded weights."""

    def run(folder):
        places = drawn(folder, 42, 4)
        lpips, place = package()
        torch.manual_seed(9)
        weights = trunk(weights=None).eval()
        torch.save(weights.state_dict(), folder / "trunk.pth")
        with warnings.catch_warnings():
            # The package asks torchvision in words of older versions.
            warnings.simplefilter("ignore", UserWarning)
            theirs = lpips.LPIPS(net=net, pnet_rand=True, verbose=False).eval()
        # Its slices have the layers of torchvision under their numbers: slice2.3.weight.
        given = weights.features.state_dict()
        theirs.net.load_state_dict({k: given[k.split(".", 1)[1]] for k in theirs.net.state_dict()})
        plan = folder / "lpips.tplan"
        call(
            "tgc", find_page("lpips"), "--set", f"size={SIDE}", "--set", f"trunk={net}",
            "--weights", place / f"weights/v0.1/{net}.pth", "--weights", f"{net}={folder / 'trunk.pth'}",
            "-o", plan)
        found = scored("pairs", *places, "--lpips", plan)
        ours = next(v for (name, _), v in found.items() if name.startswith("LPIPS"))
        tensor = lambda a: torch.from_numpy(a.transpose(2, 0, 1)[None].copy()).float() / 127.5 - 1
        with torch.no_grad():
            values = [theirs(tensor(a), tensor(b)).item() for a, b in zip(*map(read, places))]
        return [(f"LPIPS on {net}, seeded trunk", ours, float(numpy.mean(values)))]

    return run


CASES = {
    "pictures-pixels": pixels,
    "pictures-lpips-alex": perceptual("alex", models.alexnet),
    "pictures-lpips-squeeze": perceptual("squeeze", models.squeezenet1_1),
    "pictures-lpips-vgg": perceptual("vgg", models.vgg16),
}
