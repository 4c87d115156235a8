"""Parity cases of the networks that inversion needs: generators, feature networks, encoders.

  graph             function (inputs) -> outputs [settings]
  ----------------  -------------------------------------------------------------------------
  stylegan1-port    generate(z, noise.0 ...) -> image; synthesize(w, noise.0 ...) -> image
                    [resolution widest]
  stylegan2         generate(z) -> image; map(z) -> w; truncate(w) -> w
                    [resolution multiplier widest styles depth psi]; roots: unnamed, `average`
  stylegan2-ada     generate(z) -> image; synthesize(w) -> image
                    [resolution channels widest styles depth psi]
  vgg16, vgg19      features(image in 0...1) -> relu.0 ... [size normalize relus]
  vgg16             features(image) -> features [size], model VGG16Caffe
  lpips             distance(a, b) -> distance [size whole]; roots: unnamed = heads, `vgg`
  gan-int-cls       generate(text, z) -> image; judge(image, text) -> probability;
                    features(image) -> features [g d textSize narrowed z coco]; roots G, D
  style-encoder     encode(image) -> z [d z]
  style-transfer    transfer(image, text) -> image [g textSize narrowed z d]; roots G, S
"""

import numpy
import torch

import gan_int_cls
import lpips
import stylegan1_port
import stylegan2
import stylegan2_ada
import synthetic
import vgg
from arrays import Data, Output, save_weights, tensor
from case import Case, array, block, normal, picture

# Generators


def ported(name, function, batch, seed, resolution, widest):
    """StyleGAN v1 in the form of the port, with noise maps from outside."""
    layers = 2 * (resolution.bit_length() - 2)
    side = lambda l: 4 * 2 ** (l // 2)
    start = {"generate": ("z", (512,)), "synthesize": ("w", (layers, 512))}

    class Network(stylegan1_port.Generator):
        def forward(self, x, *noise):
            return self.synthesize(self.map(x) if function == "generate" else x, noise)

    def inputs(rng):
        label, shape = start[function]
        return {label: normal(rng, batch, *shape)} | {
            f"noise.{l}": normal(rng, batch, 1, side(l), side(l)) for l in range(layers)}

    return block(
        name, "stylegan1-port", function, batch, dict(resolution=resolution, widest=widest),
        lambda: Network(resolution, widest), inputs, ["image"], seed)


def modulated(name, batch, seed, **sizes):
    return block(
        name, "stylegan2", "generate", batch, sizes, lambda: stylegan2.Generator(**sizes),
        lambda rng: {"z": normal(rng, batch, 512)}, ["image"], seed)


def truncated(name, batch, seed, psi=0.6, resolution=16, widest=32, styles=64, depth=3):
    """A checkpoint as it is published: the network under `g_ema`, and `latent_avg` beside it."""
    sizes = dict(resolution=resolution, widest=widest, depth=depth)

    def build(folder, shared):
        network = stylegan2.Generator(**sizes, latent=styles)
        state = synthetic.fill(network, seed)
        rng = numpy.random.default_rng(seed + 1)
        mean = torch.from_numpy(normal(rng, styles))
        file = folder / "weights-zip.pth"
        torch.save({"g_ema": state, "g": {"other": mean}, "latent_avg": mean}, file)
        z = normal(rng, batch, styles)
        w = stylegan2.truncated(network.map(tensor(z)), mean.double(), psi)
        return Data(
            [("", file), ("average", file)], {"z": z},
            {"image": Output(array(network.synthesize(w)))})

    settings = sizes | dict(styles=styles, psi=psi)
    return Case(name, "stylegan2", "generate", batch, settings, build)


def official(name, function, batch, seed, psi=1.0, noiseMode="const", **sizes):
    """The form of the official PyTorch code; with random noise its maps come from outside."""
    styles = sizes.get("styles", 512)
    layers = 2 * (sizes["resolution"].bit_length() - 2)
    shapes = {k: v for k, v in sizes.items() if k != "styles"} | {"latent": styles}

    class Network(stylegan2_ada.Generator):
        def forward(self, x, *noise):
            return self.synthesize(
                self.map(x, psi) if function == "generate" else x, noise or None)

    def inputs(rng):
        name, shape = ("z", (styles,)) if function == "generate" else ("w", (layers, styles))
        found = {name: normal(rng, batch, *shape)}
        if noiseMode == "random":
            for i in range(layers - 1):
                side = 4 * 2 ** ((i + 1) // 2)
                found[f"noise.{i}"] = normal(rng, batch, 1, side, side)
        return found

    settings = sizes | (dict(psi=psi) if psi != 1 else {})
    settings |= dict(noiseMode=noiseMode) if noiseMode != "const" else {}
    return block(
        name, "stylegan2-ada", function, batch, settings, lambda: Network(**shapes), inputs,
        ["image"], seed)


# Feature networks


def perceives(name, graph, batch, seed, size, stages=vgg.VGG16, **settings):
    """The activations of a VGG that are asked for, or those that its page gives unasked."""
    default = dict(relus=vgg.TAPS) if stages == vgg.VGG16 else dict(relus=(0, 2, 4, 8, 12))
    sizes = default | settings
    return block(
        name, graph, "features", batch, settings | dict(size=size),
        lambda: vgg.Features(stages, **sizes),
        lambda rng: {"image": (picture(rng, batch, size) + 1) / 2},
        [f"relu.{k}" for k in range(len(sizes["relus"]))], seed)


def differs(name, seed, size, whole=False, published=False):
    """Pairs from equal to unlike. `published`: the real heads over a backbone of seeded weights."""
    heads = "lpips-heads/v0.1/vgg.pth"

    def build(folder, shared):
        network = lpips.LPIPS(whole=whole)
        state = synthetic.fill(network, seed)
        files = [("", folder / "heads.safetensors")]
        if published:
            files = [("", shared / "data/weights" / heads)]
            state = torch.load(files[0][1], map_location="cpu", weights_only=True)
            for known, head in zip(lpips.SUMS["0.1", "vgg"], state.values()):
                if abs(float(head.double().sum()) - known) > 1e-4 * known:
                    raise ValueError(f"{name}: a head sums to {head.sum():.6g}, not {known}")
            synthetic.load(network, state)
        else:
            save_weights(state, files[0][1])
        backbone = None
        if not whole:
            backbone = lpips.Trunk("vgg")
            files.append(("vgg", folder / "vgg-legacy.pth"))
            save_weights(synthetic.fill(backbone, seed + 1), files[1][1])
        rng = numpy.random.default_rng(seed + 2)
        a, other = picture(rng, 4, size), picture(rng, 4, size)
        share = numpy.asarray([0, 0.05, 0.3, 1], numpy.float32)[:, None, None, None]
        b = a + share * (other - a)
        distance = network(tensor(a), tensor(b), backbone)
        return Data(files, {"a": a, "b": b}, {"distance": Output(array(distance))})

    settings = dict(size=size, whole=whole) | ({} if published else dict(heads="own"))
    needs = (heads,) if published else ()
    return Case(name, "lpips", "distance", 4, settings, build, needs=needs)


# GAN-INT-CLS


def speaks(name, function, batch, seed, g=128, d=64, coco=False):
    """The generator and discriminator of a caption's vector, each in a file of its own."""
    shapes = dict(g=g, d=d, coco=coco)

    def build(folder, shared):
        painter = gan_int_cls.Generator(g)
        judge = gan_int_cls.Discriminator(d, coco=coco)
        gains = {"modules.5.modules.2.modules.7": 0.5, "modules.10.modules.2.modules.7": 0.5}
        files = [("G", folder / "G.safetensors"), ("D", folder / "D-zip.pth")]
        save_weights(
            synthetic.fill(painter, seed, gains | {"modules.19": 0.35}), files[0][1])
        save_weights(synthetic.fill(judge, seed + 1, {"modules.6": 0.7}), files[1][1])
        rng = numpy.random.default_rng(seed + 2)
        text = normal(rng, batch, 1024)
        if function == "generate":
            inputs = {"text": text, "z": normal(rng, batch, 100)}
            label, kind, compute = "image", "tanh", painter
        elif function == "judge":
            inputs = {"image": picture(rng, batch, 64), "text": text}
            label, kind, compute = "probability", "sigmoid", judge
        else:
            inputs = {"image": picture(rng, batch, 64)}
            label, kind, compute = "features", None, judge.features
        result = compute(*[tensor(v) for v in inputs.values()])
        return Data(files, inputs, {label: Output(array(result), kind)})

    return Case(name, "gan-int-cls", function, batch, shapes, build)


def restyles(name, batch, seed, **sizes):
    def build(folder, shared):
        parts = gan_int_cls.Generator(sizes["g"]), gan_int_cls.style_encoder(sizes["d"])
        files = [("G", folder / "G.safetensors"), ("S", folder / "S.safetensors")]
        gains = {"modules.5.modules.2.modules.7": 0.5, "modules.10.modules.2.modules.7": 0.5}
        save_weights(
            synthetic.fill(parts[0], seed, gains | {"modules.19": 0.35}), files[0][1])
        save_weights(synthetic.fill(parts[1], seed + 1), files[1][1])
        rng = numpy.random.default_rng(seed + 2)
        inputs = {"image": picture(rng, batch, 64), "text": normal(rng, batch, 1024)}
        network = gan_int_cls.StyleTransfer(*parts)
        image = network(*[tensor(v) for v in inputs.values()])
        return Data(files, inputs, {"image": Output(array(image), "tanh")})

    return Case(name, "style-transfer", "transfer", batch, sizes, build)


CASES = [
    ported("stylegan1-port-64-1", "generate", 1, 411, 64, 512),
    ported("stylegan1-port-synthesis-128-3", "synthesize", 3, 412, 128, 64),
    modulated("stylegan2-64-1", 1, 421, resolution=64),
    modulated("stylegan2-128-e-3", 3, 422, resolution=128, multiplier=1),
    truncated("stylegan2-truncated-3", 3, 423),
    official("stylegan2-ada-64-1", "generate", 1, 424, resolution=64),
    official("stylegan2-ada-128-half-3", "synthesize", 3, 425, resolution=128, channels=16384),
    official("stylegan2-ada-noise-3", "synthesize", 3, 427, resolution=64, noiseMode="random"),
    official("stylegan2-ada-noise-1", "generate", 1, 428, resolution=64, noiseMode="random"),
    official("stylegan2-ada-truncated-3", "generate", 3, 426, psi=0.6, resolution=32, widest=48,
             styles=64, depth=2),
    perceives("vgg16-3", "vgg16", 3, 431, 48),
    perceives("vgg16-plain-1", "vgg16", 1, 432, 64, normalize=False, relus=[0, 1, 5, 8]),
    perceives("vgg19-3", "vgg19", 3, 433, 48, vgg.VGG19),
    block(
        "vgg16-caffe-3", "vgg16", "features", 3, dict(size=32), vgg.Caffe,
        lambda rng: {"image": picture(rng, 3, 32)}, ["features"], 434, model="VGG16Caffe"),
    differs("lpips-4", 441, 64),
    differs("lpips-whole-4", 442, 48, whole=True),
    differs("lpips-published-heads-4", 443, 64, published=True),
    speaks("gan-int-cls-generate-1", "generate", 1, 451),
    speaks("gan-int-cls-generate-3", "generate", 3, 452),
    speaks("gan-int-cls-judge-3", "judge", 3, 453),
    speaks("gan-int-cls-features-3", "features", 3, 454),
    speaks("gan-int-cls-coco-judge-3", "judge", 3, 455, g=16, d=24, coco=True),
    block(
        "style-encoder-3", "style-encoder", "encode", 3, {}, gan_int_cls.style_encoder,
        lambda rng: {"image": picture(rng, 3, 64)}, ["z"], 461),
    restyles("style-transfer-3", 3, 471, g=128, d=64),
]
