"""The figures by which drawn pictures are judged, read by the scorer.

Pictures are bytes N x 64 x 64 x 3; a wish is (subject, {part: name of a palette colour}).
"""

import hashlib
import os

import numpy as np
import torch
from torch.nn import functional as F

import captions
import model
import scorer as scoring
from meaning import ALL_PARTS
from scene import editable, generator, layout
from trainingset import BRIGHTEST
from vocabulary import COLOURS, HELD_OUT, PALETTE, PARTS, trained_colours

SIZE = 64


def wishes(seed, count, held_out=False):
    """(subject, named, caption): one to four parts, in colours of training or of none."""
    result = []
    for index in range(count):
        rng = generator(seed, index, 11)
        subject = "bird" if rng.random() < 0.55 else "flower"
        parts = rng.permutation(PARTS[subject])[:int(rng.integers(1, 5))]
        named = {}
        for part in map(str, parts):
            choices = HELD_OUT[part] if held_out else trained_colours(part)
            named[part] = str(rng.choice(choices))
        result.append((subject, named, captions.caption(rng, subject, list(named.items()))))
    return result


def read(scorer, pictures):
    return scoring.read(scorer, model.to_tensor(pictures))


def colours(scorer, pictures, asked):
    """Shares of named parts that show the named colour, in all and by part, and of right subjects."""
    shown, seen, flower, _ = read(scorer, pictures)
    counts = {part: [0, 0] for part in ALL_PARTS}
    subjects = 0
    for row, (subject, named, _) in enumerate(asked):
        subjects += bool(flower[row]) == (subject == "flower")
        for part, colour in named.items():
            at = ALL_PARTS.index(part)
            counts[part][0] += bool(shown[row, at]) and COLOURS[int(seen[row, at])] == colour
            counts[part][1] += 1
    right, total = np.sum(list(counts.values()), 0)
    return {"colour_right": round(right / total, 4), "subject_right": round(subjects / len(asked), 4),
            "by_part": {part: f"{a}/{b}" for part, (a, b) in counts.items() if b}}


def spread(groups):
    """Mean distance of two pictures of the same caption, root of the mean square, 0...255."""
    distances = []
    for pictures in groups:
        flat = np.stack(pictures).reshape(len(pictures), -1).astype(float)
        for i in range(len(flat)):
            distances += list(np.sqrt(((flat[i + 1:] - flat[i]) ** 2).mean(1)))
    return float(np.mean(distances))


def real_scenes(seed, count):
    """Layouts of unseen scenes: (subject, layers)."""
    return [layout(seed, index, SIZE) for index in range(count)]


def coloured(scene, rng, named=None):
    """A layout in colours of training, the named ones as said."""
    own = {part: str(rng.choice(trained_colours(part))) for part in scene[1].parts}
    return scene[1].picture({part: PALETTE[colour] for part, colour in {**own, **(named or {})}.items()})


def real_groups(scenes, asked, each, seed):
    """For each wish, `each` real pictures with the named colours."""
    rng = generator(seed, 12)
    groups = []
    for subject, named, _ in asked:
        fitting = [s for s in scenes if s[0] == subject]
        fitting = [s for s in fitting if all(part in editable(s[1]) for part in named)] or fitting
        chosen = rng.choice(len(fitting), each, replace=False)
        groups.append([coloured(fitting[i], rng, named) for i in chosen])
    return groups


def features(scorer, pictures):
    return read(scorer, pictures)[3]


def training_features(scorer, data, seed, folder):
    """Features of every training layout and its mirror image, each in colours of training; kept in
    `folder` for this scorer."""
    weights = b"".join(t.numpy().tobytes() for t in scorer.state_dict().values())
    mark = hashlib.sha256(weights).hexdigest()[:12]
    path = os.path.join(folder, f"features-{mark}-{len(data.subjects)}-{seed}.npy")
    if not os.path.exists(path):
        np.save(path + ".part.npy", _training_features(scorer, data, seed))
        os.replace(path + ".part.npy", path)
    return torch.from_numpy(np.load(path))


def _training_features(scorer, data, seed):
    parts, rng = [], generator(seed, 13)
    slots = data.planes.shape[1] // 2 - 1
    for k in range(0, len(data.subjects), 200):
        planes = torch.from_numpy(np.array(data.planes[k:k + 200])).float() / 255
        tints = np.zeros((len(planes), slots, 3))
        for row, subject in enumerate(data.subjects[k:k + 200]):
            for slot, part in enumerate(PARTS[subject]):
                tints[row, slot] = PALETTE[str(rng.choice(trained_colours(part)))]
        painted = torch.einsum("nphw,npc->nchw", planes[:, 3:3 + slots] / BRIGHTEST,
                               torch.from_numpy(tints / 255).float())
        pictures = (planes[:, :3] + painted).clamp(0, 1) * 2 - 1
        for each in (pictures, pictures.flip(3)):
            parts.append(scoring.read(scorer, each)[3])
    return torch.cat(parts).numpy()


def nearest(some, training, scale):
    """Distance of each to the nearest training picture, features divided by their deviations."""
    return torch.cat([torch.cdist(part / scale, training / scale).min(1).values
                      for part in some.split(250)]).numpy()


def copies(scorer, drawn, real, training):
    """No copies: the median distance against that of unseen scenes, and how many are nearer than
    all but 1 % of those."""
    scale = training.std(0) + 1e-3
    ours = nearest(features(scorer, drawn), training, scale)
    theirs = nearest(features(scorer, real), training, scale)
    return {"nearest_median_ratio": round(float(np.median(ours) / np.median(theirs)), 4),
            "nearer_than_unseen_1_percent": int((ours < np.quantile(theirs, 0.01)).sum())}


@torch.no_grad()
def style(scorer, pictures):
    """Mean RGB (0...255) where no part is, and the subject's centre (x, y in pixels), N x 3, N x 2."""
    inputs = model.to_tensor(pictures)
    maps = torch.cat([scorer(part).maps for part in inputs.split(200)]).sigmoid()
    subject = F.interpolate(maps.sum(1, keepdim=True).clamp(max=1), size=SIZE, mode="bilinear")
    behind = (F.max_pool2d(subject, 5, 1, 2) < 0.3).float()
    rgb = (inputs + 1) * 127.5
    mean = (rgb * behind).sum((2, 3)) / behind.sum((2, 3)).clamp(min=1)
    at = torch.arange(SIZE) + 0.5
    mass = subject.sum((2, 3)).clamp(min=1e-3)
    centre = torch.cat([(subject.sum(2) * at).sum(2), (subject.sum(3) * at).sum(2)], 1) / mass
    return mean.numpy(), centre.numpy()


def style_gap(scorer, before, after):
    """Medians over pictures: of the background's |mean RGB difference| (0...255, mean of the three)
    and of the distance between the subject's centres (pixels)."""
    (rgb, centre), (new_rgb, new_centre) = style(scorer, before), style(scorer, after)
    return {"background": round(float(np.median(np.abs(rgb - new_rgb).mean(1))), 2),
            "centre": round(float(np.median(np.linalg.norm(centre - new_centre, axis=1))), 2)}
