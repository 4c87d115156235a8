"""Pages that trained weights of others hold, on synthetic weights: most have one size only. And pages that
make pictures by the networks of other pages.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py). Trained weights, and what
each function takes and gives, are in cases.py.
"""

import numpy

import dcgan
import fixed
import gan_int_cls
import indomain
import real
import singan
import stylegan1
import synthetic
from arrays import Data, Output, save_weights, tensor
from case import Case, array, captions, normal, picture
from cases_retrieve import tagged

FUNCTIONS = {"image": "tanh", "probability": "sigmoid"}


def even(*shape):
    """A maker of the input of that shape."""
    return lambda rng, batch: normal(rng, batch, *shape)


def grey(size, low=-1.0):
    """A maker of pictures of one channel, from `low` to 1."""

    def make(rng, batch):
        whole = picture(rng, batch, size)[:, :1]
        return numpy.ascontiguousarray(whole if low < 0 else (whole + 1) / 2)

    return make


def rooted(name, graph, function, batch, seed, networks, inputs, run, outputs, gains=None, kinds=FUNCTIONS,
           settings=None, step=1, words=None, parts=None):
    """`networks` make the module of each root, `inputs` by name each input, and `run(*modules, *inputs)` the
    outputs. `gains` are by root; `words` writes the vocabulary."""

    def build(folder, shared):
        modules, files = [], []
        for k, (root, make) in enumerate(networks.items()):
            modules.append(make())
            state = synthetic.fill(modules[-1], seed + 10 * k, (gains or {}).get(root))
            files.append((root, folder / f"{root or 'weights'}.safetensors"))
            save_weights(
                {k: v for k, v in state.items() if "num_batches" not in k}, files[-1][1])
        rng = numpy.random.default_rng(seed + 1)
        given = {n: make(rng, batch) for n, make in inputs.items()}
        results = run(*modules, *[tensor(v) for v in given.values()])
        results = results if isinstance(results, tuple) else (results,)
        return Data(files, given, {
            n: Output(array(r), kinds.get(n), step if r.ndim == 4 else 1)
            for n, r in zip(outputs, results, strict=True)}, words and words(folder))

    return Case(name, graph, function, batch, settings or {}, build, parts=parts or {})


def call(module, *inputs):
    return module(*inputs)


# MNIST

MLP = dict(G=real.mlp_generator, D=real.mlp_discriminator)
FLAT = (1, 28, 28)


def mlp_gan(name, function, batch, seed):
    flat = lambda x: x.reshape(len(x), -1)
    inputs, run, outputs = {
        "generate": (dict(z=even(64)), lambda G, z: G(z).reshape(-1, *FLAT), ["image"]),
        "judge": (dict(image=grey(28)), lambda D, x: D(flat(x)), ["probability"]),
        "features": (dict(image=grey(28)), lambda D, x: D[:-2](flat(x)), ["features"])}[function]
    root = "G" if function == "generate" else "D"
    return rooted(name, "mnist-mlp-gan", function, batch, seed, {root: MLP[root]}, inputs, run, outputs,
                  dict(G={"4": 0.5}, D={"4": 0.3}))


def vae(name, function, batch, seed, graph="mnist-vae", root=""):
    if function == "decode":
        inputs, outputs = dict(z=even(20)), ["image"]
        run = lambda V, z: V.decode(z).reshape(-1, *FLAT)
    else:
        inputs, outputs, run = dict(image=grey(28, 0)), ["mu", "logvar"], lambda V, x: V.encode(x.flatten(1))
    return rooted(name, graph, function, batch, seed, {root: real.VAE}, inputs, run, outputs,
                  {root: {"fc4": 0.7}}, dict(image="sigmoid"))


def lenet(name, batch, seed):
    return rooted(name, "mnist-lenet", "classify", batch, seed, {"": real.LeNet}, dict(image=grey(32, 0)),
                  call, ["logProbabilities"])


def cgan(name, batch, seed):
    label = lambda rng, batch: rng.integers(0, 10, batch).astype(numpy.int64)
    return rooted(name, "mnist-cgan", "generate", batch, seed, {"": real.ConditionalGAN},
                  dict(z=even(10), label=label), call, ["image"], {"": {"conv_blocks.9": 0.5}})


def mlp(name, batch, seed):
    return rooted(name, "mnist-mlp-safetensors", "classify", batch, seed, {"": real.MLPClassifier},
                  dict(image=grey(28, 0)), lambda m, x: m(x.flatten(1)), ["logits"])


# Other small networks


def garments(name, function, batch, seed):
    inputs, run, outputs = {
        "generate": (dict(z=even(100)), lambda G, z: G(z[:, :, None, None]), ["image"]),
        "judge": (dict(image=grey(28)), call, ["probability"]),
        "features": (dict(image=grey(28)), lambda D, x: D[:-3](x), ["features"])}[function]
    make = dict(G=real.dcgan_generator, D=real.dcgan_discriminator)
    root = "G" if function == "generate" else "D"
    return rooted(name, "fashion-mnist-dcgan", function, batch, seed, {root: make[root]}, inputs, run,
                  outputs, dict(G={"6": 0.4}, D={"9": 4}))


def darknet(name, function, batch, seed, size=224):
    outputs = ["logits"] if function == "classify" else [f"leaky{k}" for k in (2, 6, 10, 14)]
    return rooted(
        name, "tiny-darknet", function, batch, seed, {"": lambda: fixed.tiny_darknet(function)},
        dict(image=lambda rng, batch: (picture(rng, batch, size) + 1) / 2), call, outputs,
        settings=dict(size=size))


def wave(name, batch, seed, height, width, step=1):
    image = lambda rng, batch: 127.5 * (1 + numpy.tanh(normal(rng, batch, 3, height, width)))
    return rooted(
        name, "style-wave", "stylize", batch, seed, {"": fixed.style_wave}, dict(image=image), call,
        ["styled"], settings=dict(height=height, width=width), step=step)


def sketch(name, batch, seed, height, width):
    return rooted(
        name, "sketch2photo", "translate", batch, seed, {"": real.Sketch2Photo},
        dict(sketch=even(1, height, width)), call, ["image"], {"": {"decoder.3": 0.5}},
        settings=dict(height=height, width=width))


def birds(name, batch, seed, stage, step=1):
    size = [n + 10 for n in singan.SIZES[stage]]
    return rooted(
        name, "singan-birds", "generate", batch, seed, {"G": lambda: singan.Generator(stage)},
        dict(z=even(3, *size), prev=even(3, *size)), call, ["image"], {"G": {"tail.0": 0.5}}, {},
        dict(stage=stage), step)


def tells_shapes(name, batch, seed, **sizes):
    shapes = dict(entries=15, length=10, width=128, layers=2) | sizes
    entries, length = shapes["entries"], shapes["length"]
    ids = lambda rng, batch: captions(rng, entries, [1 + k % length for k in range(length)][:batch], length)
    return rooted(
        name, "shapes-text-encoder", "encode", batch, seed, {"": lambda: fixed.Shapes(**shapes)},
        dict(caption=ids), call, ["encoded", "embedding", "logits"], settings=shapes,
        words=lambda folder: tagged(folder, entries))


# Inversion


def finds_style(name, batch, seed, d=64, z=100):
    return rooted(
        name, "style-encoder", "encode", batch, seed, {"": lambda: gan_int_cls.style_encoder(d, z)},
        dict(image=lambda rng, batch: picture(rng, batch, 64)), call, ["z"], settings=dict(d=d, z=z))


def restyles(name, batch, seed, g=128, d=64, textSize=1024, narrowed=128, z=100, step=1):
    networks = dict(G=lambda: gan_int_cls.Generator(g, textSize, narrowed, z),
                    S=lambda: gan_int_cls.style_encoder(d, z))
    return rooted(
        name, "style-transfer", "transfer", batch, seed, networks,
        dict(image=lambda rng, batch: picture(rng, batch, 64), text=even(textSize)),
        lambda G, S, image, text: gan_int_cls.StyleTransfer(G, S)(image, text), ["image"],
        dict(G={"modules.5.modules.2.modules.7": 0.5, "modules.10.modules.2.modules.7": 0.5,
                "modules.19": 0.35}),
        settings=dict(g=g, d=d, textSize=textSize, narrowed=narrowed, z=z), step=step)


def encodes(name, batch, seed, size, graph="indomain", root=""):
    inputs = {"indomain": "image", "idinvert": "target"}[graph]
    return rooted(
        name, graph, "encode", batch, seed, {root: lambda: indomain.Encoder(size)},
        {inputs: lambda rng, batch: picture(rng, batch, size)}, call, ["w"], settings=dict(size=size))


def synthesizes(name, batch, seed, size, widest):
    """The picture of a code, as In-Domain inversion asks for it."""
    layers = 2 * (size.bit_length() - 2)
    make = lambda: stylegan1.Generator(size, widest=widest, per_layer=True, final_tanh=True)
    return rooted(
        name, "idinvert", "synthesize", batch, seed, {"G": make}, dict(w=even(layers, 512)),
        lambda G, w: G.synthesize(w), ["image"], dict(G={f"synthesis.output{layers // 2 - 1}.conv": 0.3}),
        settings=dict(size=size, widest=widest))


def redraws(name, graph, batch, seed, step=1, **sizes):
    """The picture that a page for inversion makes of a code, by DCGAN."""
    walk = graph == "dcgan-walk"
    settings = sizes if walk else {f"G.{n}": v for n, v in sizes.items()}
    return rooted(
        name, graph, "generate", batch, seed, {"G": lambda: dcgan.Generator(**sizes)},
        dict(z=even(sizes.get("z", 100))), call, ["image"], dict(G={"main.12": 0.5}), settings=settings,
        step=step, parts={} if walk or not sizes else {"G": "dcgan"})


def speaks(name, batch, seed, g=128, textSize=1024, narrowed=128, z=100, step=1):
    return rooted(
        name, "gan-int-cls-inversion", "generate", batch, seed,
        dict(G=lambda: gan_int_cls.Generator(g, textSize, narrowed, z)),
        dict(text=even(textSize), z=even(z)), call, ["image"],
        dict(G={"modules.5.modules.2.modules.7": 0.5, "modules.10.modules.2.modules.7": 0.5,
                "modules.19": 0.35}),
        settings=dict(g=g, textSize=textSize, narrowed=narrowed, z=z), step=step)


def each(batch):
    """The pages of one size."""
    tell = lambda what: f"{what}-synthetic-{batch}"
    return [
        mlp_gan(tell("mnist-mlp-gan-generate"), "generate", batch, 2401),
        mlp_gan(tell("mnist-mlp-gan-judge"), "judge", batch, 2402),
        mlp_gan(tell("mnist-mlp-gan-features"), "features", batch, 2403),
        vae(tell("mnist-vae-decode"), "decode", batch, 2404),
        vae(tell("mnist-vae-encode"), "encode", batch, 2405),
        lenet(tell("mnist-lenet"), batch, 2406),
        cgan(tell("mnist-cgan"), batch, 2407),
        mlp(tell("mnist-mlp-safetensors"), batch, 2408),
        garments(tell("fashion-mnist-dcgan-generate"), "generate", batch, 2411),
        garments(tell("fashion-mnist-dcgan-judge"), "judge", batch, 2412),
        garments(tell("fashion-mnist-dcgan-features"), "features", batch, 2413),
        darknet(tell("tiny-darknet-classify"), "classify", batch, 2414),
        darknet(tell("tiny-darknet-features"), "features", batch, 2415),
        darknet(tell("tiny-darknet-odd"), "classify", batch, 2416, 48),
        wave(tell("style-wave-odd"), batch, 2417, 20, 28),
        sketch(tell("sketch2photo"), batch, 2418, 256, 256),
        sketch(tell("sketch2photo-odd"), batch, 2419, 12, 20),
        birds(tell("singan-birds-stage0"), batch, 2421, 0),
        birds(tell("singan-birds-stage6"), batch, 2422, 6),
        tells_shapes(tell("shapes-text-encoder"), batch, 2423),
        tells_shapes(tell("shapes-text-encoder-odd"), batch, 2424, entries=9, length=6, width=12, layers=1),
        finds_style(tell("style-encoder"), batch, 2431),
        finds_style(tell("style-encoder-odd"), batch, 2432, 5, 7),
        restyles(tell("style-transfer"), batch, 2433),
        restyles(tell("style-transfer-odd"), batch, 2434, 9, 5, 30, 11, 7),
        encodes(tell("indomain-odd"), batch, 2435, 16),
        synthesizes(tell("idinvert-odd"), batch, 2436, 32, 20),
        vae(tell("mnist-vae-inversion"), "decode", batch, 2437, "mnist-vae-inversion", "V"),
        redraws(tell("dcgan-walk"), "dcgan-walk", batch, 2438),
        redraws(tell("dcgan-walk-odd"), "dcgan-walk", batch, 2439, z=20, g=8, channels=1),
        redraws(tell("inversion"), "inversion", batch, 2440),
        speaks(tell("gan-int-cls-inversion"), batch, 2441),
        speaks(tell("gan-int-cls-inversion-odd"), batch, 2442, 9, 30, 11, 7),
    ]


CASES = each(1) + each(3) + [
    wave("style-wave-full-1", 1, 2451, 256, 256), wave("style-wave-full-3", 3, 2452, 256, 256),
    encodes("indomain-full-1", 1, 2453, 256), encodes("indomain-full-3", 3, 2454, 256),
    synthesizes("idinvert-full-3", 3, 2455, 256, 512)]

FIXTURES = [
    mlp_gan("mnist-mlp-gan", "generate", 2, 2501),
    mlp_gan("mnist-mlp-gan-judge", "judge", 2, 2502),
    mlp_gan("mnist-mlp-gan-features", "features", 2, 2502),
    vae("mnist-vae-decode", "decode", 2, 2504),
    vae("mnist-vae-encode", "encode", 2, 2505),
    vae("mnist-vae-inversion", "decode", 2, 2506, "mnist-vae-inversion", "V"),
    lenet("mnist-lenet", 2, 2507),
    cgan("mnist-cgan", 2, 2508),
    mlp("mnist-mlp-safetensors", 2, 2509),
    garments("fashion-mnist-dcgan", "generate", 2, 2511),
    garments("fashion-mnist-dcgan-judge", "judge", 2, 2512),
    darknet("tiny-darknet", "classify", 2, 2514, 32),
    darknet("tiny-darknet-features", "features", 2, 2514, 32),
    wave("style-wave", 2, 2517, 12, 16),
    sketch("sketch2photo", 2, 2518, 8, 12),
    birds("singan-birds", 2, 2521, 0, step=7),
    birds("singan-birds-stage4", 1, 2522, 4, step=19),
    tells_shapes("shapes-text-encoder", 2, 2523),
    finds_style("style-encoder", 2, 2531, 2, 5),
    restyles("style-transfer", 2, 2532, 2, 1, 5, 4, 3, step=7),
    encodes("indomain", 2, 2535, 8),
    synthesizes("idinvert", 2, 2536, 8, 6),
    redraws("dcgan-walk", "dcgan-walk", 2, 2538, step=7, z=5, g=2),
    redraws("inversion", "inversion", 2, 2539, step=7, z=5, g=2),
    speaks("gan-int-cls-inversion", 2, 2541, 2, 5, 4, 3, step=7),
]
