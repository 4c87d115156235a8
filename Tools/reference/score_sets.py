"""Scores of folders of pictures through a seeded Inception: the whole ways of torch-fidelity and clean-fid,
from files to the number, beside tgeval."""

import numpy
import torch
import torch_fidelity
from cleanfid import fid as cleanfid
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

import inception
import synthetic
from harness import call, find_page
from score_features import scored
from score_pictures import drawn, read

COUNT = 20
"""Pictures of a folder."""
SINGULAR = 1e-3
"""The bound beside torch-fidelity's root of a product without full rank (`Tools/score-parity --help`)."""


def filled(folder, narrow):
    """Seeded weights, saved as the network of the Frechet distance has them."""
    network = inception.Frechet(narrow)
    state = synthetic.fill(network, 31)
    torch.save(state, folder / "inception.pth")
    return network, state


def compiled(folder, *settings):
    plan = folder / "inception.tplan"
    options = [o for s in settings for o in ("--set", s)]
    call(
        "tgc", find_page("inception-frechet"), *options, "--weights", folder / "inception.pth", "--batch",
        "1,4", "-o", plan)
    return plan


def exact(network, places):
    """The Frechet distance of the features of both folders, the root by the singular values of the product
    of the centred features themselves."""
    rows = []
    for place in places:
        pictures = numpy.stack([p.transpose(2, 0, 1) for p in read(place)])
        with torch.no_grad():
            rows.append(network(torch.from_numpy(pictures))[0].double())
    centred = [(f - f.mean(0)) / (len(f) - 1) ** 0.5 for f in rows]
    apart = (rows[0].mean(0) - rows[1].mean(0)).square().sum()
    root = torch.linalg.svdvals(centred[0] @ centred[1].T).sum()
    return float(apart + sum(c.square().sum() for c in centred) - 2 * root)


def fidelity(folder):
    """torch-fidelity reads both folders itself, at 64 pixels, and enlarges as TensorFlow 1."""
    places = drawn(folder, 51, COUNT)[::-1]
    filled(folder, 1)
    weights = str(folder / "inception.pth")
    given = dict(
        input1=str(places[0]), input2=str(places[1]), cuda=False, cache=False, verbose=False, batch_size=4,
        feature_extractor_weights_path=weights)
    theirs = torch_fidelity.calculate_metrics(
        isc=True, fid=True, kid=True, prc=False, isc_splits=4, kid_subsets=10, kid_subset_size=COUNT - 4,
        **given)
    network = FeatureExtractorInceptionV3("seeded", ["2048"], feature_extractor_weights_path=weights)
    plan = compiled(folder, "size=299", "resize=tensorflow")
    ours = scored(
        "sets", *places, "--resize", "tensorflow", "--plan", plan, "--scores",
        "frechet,kernel,classes", "--subsets", 10, "--subset-size", COUNT - 4, "--splits", 4,
        "--class-plan", plan, "--class-plan-function", "classify", "--class-plan-output", "unbiased")
    distance = ours["Frechet distance of InceptionFrechet features", "value"]
    kernel, classes = "kernel distance of InceptionFrechet features", "class score of InceptionFrechet unbiased"
    return [
        ("Frechet distance, root by singular values", distance, exact(network, places)),
        ("Frechet distance", distance, theirs["frechet_inception_distance"], SINGULAR),
        ("kernel distance", ours[kernel, "mean"], theirs["kernel_inception_distance_mean"]),
        ("inception score", ours[classes, "mean"], theirs["inception_score_mean"]),
        ("its deviation", ours[classes, "deviation"], theirs["inception_score_std"])]


def full_rank(folder):
    """The same way to the 64 numbers after the first pool, of more pictures than that."""
    places = drawn(folder, 53, 72)[::-1]
    filled(folder, 1)
    theirs = torch_fidelity.calculate_metrics(
        input1=str(places[0]), input2=str(places[1]), cuda=False, isc=False, fid=True, kid=False, prc=False,
        feature_layer_fid="64", cache=False, verbose=False, batch_size=4,
        feature_extractor_weights_path=str(folder / "inception.pth"))
    plan = compiled(folder, "size=299", "resize=tensorflow")
    ours = scored(
        "sets", *places, "--resize", "tensorflow", "--plan", plan, "--plan-function", "taps",
        "--plan-output", "maps.0", "--scores", "frechet")
    name = "Frechet distance of InceptionFrechet maps.0"
    return [("Frechet distance of 64 numbers", ours[name, "value"], theirs["frechet_inception_distance"])]


def clean(folder):
    """clean-fid reads and enlarges; the network, an eighth as wide, is ours on both sides."""
    places = drawn(folder, 52, COUNT)
    network, state = filled(folder, 8)
    network.load_state_dict(state)
    network.resize = "clean"
    network.float().eval()
    theirs = cleanfid.compute_fid(
        str(places[1]), str(places[0]), mode="clean", num_workers=0, batch_size=4,
        device=torch.device("cpu"), use_dataparallel=False, verbose=False,
        custom_feat_extractor=lambda x: network(x)[0])
    plan = compiled(folder, "size=299", "resize=clean", "narrow=8")
    ours = scored(
        "sets", places[1], places[0], "--resize", "clean", "--plan", plan, "--scores", "frechet")
    return [("Frechet distance", ours["Frechet distance of InceptionFrechet features", "value"], theirs)]


CASES = {
    "sets-torch-fidelity": fidelity,
    "sets-torch-fidelity-full-rank": full_rank,
    "sets-clean-fid": clean,
}
