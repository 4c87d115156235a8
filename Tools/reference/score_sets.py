"""Scores of folders of pictures through a seeded Inception: the whole ways of torch-fidelity and clean-fid,
from files to the number, beside tgeval."""

import torch
import torch_fidelity
from cleanfid import fid as cleanfid

import inception
import synthetic
from harness import call, find_page
from score_features import scored
from score_pictures import drawn

COUNT = 20


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


def fidelity(folder):
    """torch-fidelity reads both folders itself, at 64 pixels, and enlarges as TensorFlow 1."""
    places = drawn(folder, 51, COUNT)
    filled(folder, 1)
    theirs = torch_fidelity.calculate_metrics(
        input1=str(places[1]), input2=str(places[0]), cuda=False, isc=True, fid=True, kid=True, prc=False,
        isc_splits=4, kid_subsets=10, kid_subset_size=COUNT - 4, cache=False, verbose=False, batch_size=4,
        feature_extractor_weights_path=str(folder / "inception.pth"))
    plan = compiled(folder, "size=299", "resize=tensorflow")
    ours = scored(
        "sets", places[1], places[0], "--resize", "tensorflow", "--plan", plan, "--scores",
        "frechet,kernel,classes", "--subsets", 10, "--subset-size", COUNT - 4, "--splits", 4,
        "--class-plan", plan, "--class-plan-function", "classify", "--class-plan-output", "unbiased")
    kernel, classes = "kernel distance of InceptionFrechet features", "class score of InceptionFrechet unbiased"
    return [
        ("Frechet distance", ours["Frechet distance of InceptionFrechet features", "value"],
         theirs["frechet_inception_distance"]),
        ("kernel distance", ours[kernel, "mean"], theirs["kernel_inception_distance_mean"]),
        ("inception score", ours[classes, "mean"], theirs["inception_score_mean"]),
        ("its deviation", ours[classes, "deviation"], theirs["inception_score_std"])]


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


CASES = {"sets-torch-fidelity": fidelity, "sets-clean-fid": clean}
