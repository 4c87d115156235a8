"""Batches for training, and the set on which retrieval is measured."""

import numpy as np

from edits import KINDS, REMOVE, SIZE, edited
from grid import generator, held_out, label, picture, some, some_scene

TRAINING, TESTING = 30_000_001, 30_000_002  # seeds; every other one is unseen, too
EACH = 4                                    # queries of one source, here and there


def _queries(rng, scene, kinds, wanted=None):
    """EACH different edits of a scene: (target scene, sentence, kind)."""
    found = {}
    while len(found) < EACH:
        kind = some(rng, kinds)
        change = edited(rng, scene, kind, wanted)
        if change:
            found.setdefault(label(change[0]), (*change, kind))
    return list(found.values())


class Batch:
    """`sources` S x 64 x 64 x 3 bytes; `targets` S EACH x 64 x 64 x 3, EACH of a source one after the
    other; their `sentences`."""


def batch(seed, step, count):
    """`count` sources, of training's pairs of shape and colour."""
    rng, result = generator(TRAINING, seed, step), Batch()
    scenes = [some_scene(rng) for _ in range(count)]
    queries = [query for scene in scenes for query in _queries(rng, scene, KINDS)]
    result.sources = np.stack([picture(scene, rng) for scene in scenes])
    result.targets = np.stack([picture(target, rng) for target, _, _ in queries])
    result.sentences = [sentence for _, sentence, _ in queries]
    return result


class Testing:
    """The gallery is every picture, sources and targets. `pictures` N x 64 x 64 x 3 bytes, `labels` N;
    `queries` are (source's row, sentence, target's row, kind, set), where set is `seen` or `unseen`: then
    the target shows, where the source was changed, a pair of shape and colour that training left out."""

    def __init__(self, sources=500, seed=TESTING):
        self.pictures, self.labels, self.queries = [], [], []
        for index in range(sources):
            rng = generator(seed, index)
            scene = some_scene(rng)
            unseen = index % 2 == 1
            kinds = [k for k in KINDS if k not in (REMOVE, SIZE)] if unseen else KINDS
            source = self._keep(scene, rng)
            for target, sentence, kind in _queries(rng, scene, kinds, held_out if unseen else None):
                row = self._keep(target, rng)
                self.queries.append(
                    (source, sentence, row, kind, "unseen" if unseen else "seen"))
        self.pictures = np.stack(self.pictures)

    def _keep(self, scene, rng):
        self.pictures.append(picture(scene, rng))
        self.labels.append(label(scene))
        return len(self.pictures) - 1


def ranks(scores, testing):
    """For each query the number of pictures nearer than the nearest with the target's label; the query's
    own picture is left out. `scores` is queries x pictures, larger is nearer."""
    labels = np.array(testing.labels)
    result = []
    for (source, _, target, _, _), row in zip(testing.queries, np.array(scores, np.float64)):
        row[source] = -np.inf
        right = (labels == labels[target])
        right[source] = False
        result.append(int((row > row[right].max()).sum()))
    return np.array(result)


def recalls(found, testing, levels=(1, 5, 10)):
    """R@k in per cent for all queries, for each set and for each kind of edit."""
    groups = {"all": lambda q: True, "seen": lambda q: q[4] == "seen",
              "unseen": lambda q: q[4] == "unseen",
              **{kind: (lambda q, kind=kind: q[3] == kind) for kind in KINDS}}
    return {name: {f"R@{k}": round(100 * float(np.mean(
        [rank < k for rank, query in zip(found, testing.queries) if chosen(query)])), 2)
        for k in levels} for name, chosen in groups.items()}
