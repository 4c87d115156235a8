"""Networks that say what is on a picture and where: MTCNN, Open NSFW.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

import numpy

import mtcnn
import open_nsfw
import synthetic
from arrays import Data, Output, save_weights, tensor
from case import Case, array, block, picture

NETWORKS = {
    "propose": ("P", mtcnn.PNet, ["boxes", "probability"]),
    "refine": ("R", mtcnn.RNet, ["boxes", "probability"]),
    "decide": ("O", mtcnn.ONet, ["boxes", "points", "probability"]),
}


def finds(name, function, batch, seed, height, width, narrow=1):
    """One of MTCNN's networks; the sizes are those of its pictures."""
    root, network, names = NETWORKS[function]

    def build(folder, shared):
        module = network(narrow)
        path = folder / "weights.safetensors"
        save_weights(synthetic.fill(module, seed), path)
        image = picture(numpy.random.default_rng(seed + 1), batch, max(height, width))
        inputs = {"image": image[:, :, :height, :width]}
        results = module(tensor(inputs["image"]))
        return Data(
            [(root, path)], inputs, {n: Output(array(r)) for n, r in zip(names, results)})

    settings = dict(height=height, width=width) if function == "propose" else {}
    return Case(name, "mtcnn", function, batch, settings | dict(narrow=narrow), build)


def offends(name, batch, seed, size=224, width=64):
    return block(
        name, "open-nsfw", "classify", batch, dict(size=size, width=width),
        lambda: open_nsfw.OpenNSFW(width),
        lambda rng: {"image": 127.5 * (picture(rng, batch, size) + 1)},
        ["probability", "logits"], seed)


CASES = [
    finds("mtcnn-propose-3", "propose", 3, 651, 45, 38),
    finds("mtcnn-refine-3", "refine", 3, 652, 24, 24),
    finds("mtcnn-decide-3", "decide", 3, 653, 48, 48),
    offends("open-nsfw-1", 1, 654),
    offends("open-nsfw-odd-3", 3, 655, 97, 6),
]

FIXTURES = [
    finds("mtcnn-propose", "propose", 2, 681, 17, 20, 4),
    finds("mtcnn-refine", "refine", 2, 682, 24, 24, 16),
    finds("mtcnn-decide", "decide", 2, 683, 48, 48, 32),
    offends("open-nsfw", 2, 684, 33, 2),
]
