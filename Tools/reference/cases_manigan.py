"""Cases of ManiGAN (Li et al., CVPR 2020), alone and with its detail correction."""

import numpy

import damsm
import inception
import manigan
import synthetic
from arrays import Data, Output, tensor
from case import Case, array, normal, picture, vocabulary
from paint_case import caption_inputs, kinds, save, scenes
from vgg import Trunk

SHAPES = dict(g=32, residuals=2, entries=5450, length=25, nef=256, z=100, condition=100,
              corrected=False, oldResize=False)


def gains(residuals, last):
    """Keys of the maps are kept small: their scores are sums over all places."""
    result = {"h_net1.fc.0": 1.15, "ca_net.fc": 1.5}
    result |= {f"h_net{k}.channel_att.conv_context{k}": 0.02 for k in (2, 3)}
    result |= {f"h_net{k}.residual.{r}.block.3": 0.5 for k in (2, 3) for r in range(residuals)}
    return result | {f"img_net{k}.img.0": last for k in (1, 2, 3)}


def edits(name, lengths, seed, detail=False, last=0.4, step=1, drop=(), eye=0, **sizes):
    """With `detail` the pictures are those of manigan-detail, whose parts have a file each. With `eye`,
    what divides its widths, an image encoder looks at the picture."""
    shapes = SHAPES | sizes
    g, residuals, nef = shapes["g"], shapes["residuals"], shapes["nef"]
    z, condition, corrected = shapes["z"], shapes["condition"], shapes["corrected"]

    def build(folder, shared):
        text = damsm.TextEncoder(shapes["entries"], nef)
        network = manigan.Generator(g, residuals, nef, z, condition, corrected, shapes["oldResize"])
        rng = numpy.random.default_rng(seed + 2)
        count = len(lengths)
        states = {"G" if detail else "": synthetic.fill(network, seed, gains(residuals, last)),
                  "G.text" if detail else "text": synthetic.fill(text, seed + 1, {"rnn": 2})}
        inputs, words, sentence = caption_inputs(rng, text, lengths, shapes["length"])
        inputs |= {"regions": normal(rng, count, nef, 17, 17), "seen": normal(rng, count, nef),
                   "z": normal(rng, count, z), "epsilon": normal(rng, count, condition)}
        image = (picture if synthetic.register else scenes)(rng, count, 256)
        if eye:
            encoder = inception.PictureEncoder(eye, nef)
            states["eye"] = synthetic.fill(encoder, seed + 5, {"emb_features": 0.5, "emb_cnn_code": 0.5})
            inputs["image"] = image
            seen = encoder(tensor(image))
            inputs |= {n: array(v) for n, v in zip(("regions", "seen"), seen)}
        given = {k: tensor(v) for k, v in inputs.items()}
        results = network(given["regions"], given["seen"], words, sentence, given["caption.lengths"],
                          given["z"], given["epsilon"])
        h = results.pop("h")
        if detail:
            inputs["image"] = image
            vgg = Trunk([2, 2])
            states["vgg"] = synthetic.fill(vgg, seed + 3)
            correct = manigan.DetailCorrection(g, residuals, nef, corrected)
            more = {f"h_net.residual.{r}.block.3": 0.5 for r in range(residuals)}
            states["D"] = synthetic.fill(correct, seed + 4, more | {
                "h_net.color_channel_att.conv_context": 0.005, "img_net.img.0": last})
            features = vgg(tensor(inputs["image"]))[-1]
            after = correct(h, words, given["caption.lengths"], features)
            results = {"image": after, "before": results["image"]}
        if eye:
            del inputs["regions"], inputs["seen"]
            results = {n: r for n, r in results.items() if n in ("image", "before")}
        weights = []
        for root, state in states.items():
            kept = {k: v for k, v in state.items() if not k.startswith(drop)}
            weights.append((root, save(kept, folder / f"{root or 'generator'}.safetensors")))
        outputs = {n: Output(array(r), "tanh" if n == "before" else kinds([n]).get(n),
                             step if r.ndim == 4 else 1) for n, r in results.items()}
        return Data(weights, inputs, outputs, vocabulary(folder, shapes["entries"]))

    own = {"eye.narrow": eye, "eye.nef": nef} if eye else {}
    return Case(name, "manigan-detail" if detail else "manigan", "edit", len(lengths), shapes | own, build,
                parts={"eye": "damsm-image-encoder"} if eye else {})


COCO = dict(g=48, residuals=3, entries=27297, length=20)
NARROW = dict(g=6, residuals=1, entries=30, length=8, nef=18, z=7, condition=9)

CASES = [
    edits("manigan-1", [7], 1501),
    edits("manigan-coco-1", [9], 1502, **COCO),
    edits("manigan-narrow-3", [6, 2, 7], 1503, **NARROW),
    edits("manigan-narrow-old-3", [6, 2, 7], 1504, oldResize=True, **NARROW),
    edits("manigan-narrow-corrected-2", [6, 2], 1505, corrected=True, **NARROW),
    edits("manigan-eye-3", [6, 2, 7], 1509, eye=16, **NARROW),
    edits("manigan-detail-eye-2", [6, 2], 1510, detail=True, eye=16, **NARROW),
    edits("manigan-detail-1", [7], 1506, detail=True),
    edits("manigan-detail-narrow-3", [6, 2, 7], 1507, detail=True, **NARROW),
    edits("manigan-detail-narrow-corrected-2", [6, 2], 1508, detail=True, corrected=True, **NARROW),
]

FIXTURES = [
    edits("manigan", [4, 2], 1511, g=1, residuals=1, entries=6, length=5, nef=2, z=4, condition=4,
          step=19, drop=("h_net2.channel_att.conv_context3", "h_net3.channel_att.conv_context2")),
    edits("manigan-detail", [4, 2], 1512, detail=True, g=1, residuals=1, entries=6, length=5, nef=2, z=4,
          condition=4, step=19),
]
