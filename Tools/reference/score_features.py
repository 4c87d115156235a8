"""Scores of seeded feature arrays: torch-fidelity and clean-fid beside tgeval; R-precision beside the
published code's steps in NumPy."""

import json

import numpy
import torch
from cleanfid import fid as cleanfid
from torch_fidelity import metric_fid, metric_isc, metric_kid, metric_prc

from harness import call


def scored(*arguments):
    """The numbers of the scores that tgeval gives, by the score's name and their own."""
    document = json.loads(call("tgeval", *arguments, "--json"))
    return {(s["score"], n): v for s in document["scores"] for n, v in s["values"].items()}


def frechet(one, other):
    statistics = [metric_fid.fid_features_to_statistics(torch.from_numpy(f)) for f in (one, other)]
    return metric_fid.fid_statistics_to_metric(*statistics, False)["frechet_inception_distance"]


def saved(folder, **arrays):
    for name, array in arrays.items():
        numpy.save(folder / f"{name}.npy", array.astype(numpy.float32))
    return [folder / f"{name}.npy" for name in arrays]


def features(seed, count, width, move=0.0):
    """Rows of decaying, mixed and rectified axes, as features of networks are."""
    random = numpy.random.RandomState(seed)
    mix = numpy.random.RandomState(77).standard_normal((width, width)) / numpy.sqrt(width)
    axes = random.standard_normal((count, width)) * numpy.exp(-numpy.arange(width) / (width / 10))
    return numpy.abs(axes @ mix + move).astype(numpy.float32)


def distances(width, counts):
    def run(folder):
        one, other = features(1, counts[0], width), features(2, counts[1], width, 0.02)
        found = scored("sets", *saved(folder, a=one, b=other), "--scores", "frechet")
        ours = found["Frechet distance of array features", "value"]
        return [
            ("Frechet distance, torch-fidelity", ours, frechet(one, other)),
            ("Frechet distance, clean-fid", ours,
             cleanfid.fid_from_feats(one.astype(float), other.astype(float)))]

    return run


def kernels(folder):
    one, other = features(3, 700, 192), features(4, 640, 192, 0.02)
    paths = saved(folder, a=one, b=other)
    name = "kernel distance of array features"
    found = scored("sets", *paths, "--scores", "kernel", "--subset-size", 300, "--subsets", 20)
    theirs = metric_kid.kid_features_to_metric(
        torch.from_numpy(one).double(), torch.from_numpy(other).double(), kid_subsets=20,
        kid_subset_size=300, rng_seed=2020, verbose=False)
    whole = saved(folder, c=one[:640])
    all_rows = scored("sets", *whole, paths[1], "--scores", "kernel", "--subset-size", 640, "--subsets", 1)
    clean = cleanfid.kernel_distance(one[:640].astype(float), other.astype(float), 1, 1000)
    return [
        ("kernel distance, torch-fidelity", found[name, "mean"], theirs["kernel_inception_distance_mean"]),
        ("its deviation", found[name, "deviation"], theirs["kernel_inception_distance_std"]),
        ("kernel distance of whole sets, clean-fid", all_rows[name, "mean"], clean)]


def classes(folder):
    logits = 3 * numpy.random.RandomState(5).standard_normal((500, 60)).astype(numpy.float32)
    path = saved(folder, logits=logits)[0]
    rows = []
    for order, shuffle in (([], True), (["--keep-order"], False)):
        found = scored("sets", path, "--scores", "classes", "--logits", path, *order)
        theirs = metric_isc.isc_features_to_metric(torch.from_numpy(logits), 10, shuffle, 2020)
        name = "shuffled" if shuffle else "in order"
        score = "class score of array logits"
        rows += [
            (f"inception score, {name}", found[score, "mean"], theirs["inception_score_mean"]),
            ("its deviation", found[score, "deviation"], theirs["inception_score_std"])]
    return rows


def manifolds(folder):
    generated, real = features(6, 400, 24), features(7, 380, 24, 0.05)
    found = scored("sets", *saved(folder, a=generated, b=real), "--scores", "manifolds")
    theirs = metric_prc.prc_features_to_metric(
        torch.from_numpy(generated).double(), torch.from_numpy(real).double(), prc_neighborhood=3,
        verbose=False)
    score = "precision and recall of array features"
    return [
        ("precision", found[score, "precision"], theirs["precision"]),
        ("recall", found[score, "recall"], theirs["recall"]),
        ("their harmonic mean", found[score, "balance"], theirs["f_score"])]


def retrieval(folder):
    """The steps of DM-GAN's `trainer.sampling` from codes on: cosine, argmax, folds without their last."""
    random = numpy.random.RandomState(8)
    texts = random.standard_normal((600, 32))
    pictures = texts + 3 * random.standard_normal((600, 32))
    wrong = random.standard_normal((600, 99, 32))
    paths = saved(folder, p=pictures, t=texts, w=wrong)
    found = scored(
        "r-precision", "--picture-vectors", paths[0], "--text-vectors", paths[1], "--wrong-vectors", paths[2])
    captions = torch.from_numpy(numpy.concatenate([texts[:, None], wrong], 1).astype(numpy.float32))
    codes = torch.from_numpy(pictures.astype(numpy.float32))
    scores = torch.einsum("ni,nki->nk", codes, captions)
    scores = scores / (codes.norm(2, 1)[:, None] * captions.norm(2, 2)).clamp(min=1e-8)
    hits = (scores.argmax(1) == 0).numpy().astype(float)
    hits = hits[numpy.random.RandomState(100).permutation(600)]
    folds = [hits[60 * i:60 * (i + 1) - 1].mean() for i in range(10)]
    name = "R-precision of arrays"
    return [
        ("R-precision, mean of folds", found[name, "mean"], 100 * numpy.mean(folds)),
        ("its deviation", found[name, "deviation"], 100 * numpy.std(folds))]


CASES = {
    "features-frechet": distances(256, (900, 700)),
    "features-frechet-singular": distances(512, (300, 260)),
    "features-kernel": kernels,
    "features-classes": classes,
    "features-manifolds": manifolds,
    "features-r-precision": retrieval,
}
