"""The table of parity cases, and with it the names every graph gives its inputs and outputs.

A case names a graph (`Graphs/*/GRAPH.tgraph`, or `Tests/Fixtures/graphs`), the files bound to its roots, compile-time
parameters, a function, inputs and outputs. Everything in an array is batch first, pictures are
N,C,H,W in the range the graph declares, ids are int64 N x T, padded with 0, with `NAME.lengths`.

Synthetic weights, outputs from our PyTorch modules in float64; --set names in brackets:

  graph                function (inputs) -> outputs
  -------------------  -----------------------------------------------------------------------
  tagan                edit(image, words | caption, z) -> image, mu, logSigma
                       [base hidden condition wordSize length size entries]; entries=0 takes
                       `words` N x length x wordSize with `words.lengths`, entries>0 a Text
                       `caption` through the table `word_embedding.weight`
  tagan-scenes         edit(image, caption) -> image; look(image) -> share, light, colours;
                       [base hidden wordSize condition regions size length entries]
  gan-scenes           generate(caption, z) -> image; transfer(image, caption) -> image;
                       [g d z narrowed entries hidden wordSize length]
                       edit(caption, z, units, places, values) -> image, features
                       [g d z narrowed entries hidden wordSize length tap]
  scene-parts          segment(image) -> crown ... leaves, rest [width size]
  joint-scenes         match(image, caption) -> similarity; look(image) -> vector;
                       read(caption) -> vector; vectors of length 1
                       [entries length hidden wordSize width slots size side]
  attngan              generate(caption, z, epsilon) -> image, image128, image64, maps256,
                       maps128, mu, logvar
                       [g residuals nef entries length z condition corrected]; roots: unnamed =
                       generator, `text` = text encoder; maps N x length x H x W, 0 on padding
  attngan-fashion-     encode(caption) -> words, sentence [entries length nef]; also with the
    text-encoder       published sizes of birds (entries=5450, length=25)
  stylegan1            generate(z) -> image ; map(z) -> w [resolution widest]
  biggan-block         block(x, condition) -> y [inputs outputs condition size]
  inception-mixed6b    block(x) -> y [c7]
  lxmert-cross-layer   block(words, regions, mask) -> words, regions [length regions]
  dcgan                generate(z) -> image [z g channels]; model Discriminator: judge(image) ->
                       probability, features(image) -> features [d channels]

Trained weights (Tools/parity --real) with goldens of a folder of data; the file of each input and output
stands in cases_trained.py:

  graph                function (inputs) -> outputs; sizes without the batch
  -------------------  -----------------------------------------------------------------------
  mnist-mlp-gan        generate(z 64) -> image 1x28x28; judge(image) -> probability;
                       features(image) -> features 256.  Roots G, D
  mnist-vae            decode(z 20) -> image 1x28x28 in 0...1; encode(image) -> mu 20, logvar 20
  mnist-lenet          classify(image 1x32x32 in 0...1) -> logProbabilities 10
  mnist-cgan           generate(z 10, label) -> image 1x28x28
  fashion-mnist-dcgan  generate(z 100) -> image 1x28x28; judge(image) -> probability;
                       features(image) -> features 112x3x3.  Roots G, D
  singan-birds         generate(z, prev) -> image [stage]: z is the network input (noise times its
                       amplitude plus prev), both padded by 5; root G (first, default).
                       chain(z0 3x51x70) -> image0 ... image6; roots G0 ... G6
  sketch2photo         translate(sketch 1xHxW) -> image 3xHxW [height width]
  style-wave           stylize(image 3xHxW in 0...255) -> styled 3xHxW [height width]
  tiny-darknet         classify(image 3x224x224 in 0...1) -> logits 1000;
                       features(image) -> leaky2 32, leaky6 128, leaky10 256, leaky14 512 (spatial
                       means after those activations)
  attngan-fashion-     encode(caption) -> words 256xlength, sentence 256 [length]
    text-encoder
  shapes-text-encoder  encode(caption) -> encoded 10x128, embedding 128, logits 10x15
  mnist-mlp-           classify(image 1x28x28 in 0...1) -> logits 10
    safetensors
"""

import numpy

import attngan
import biggan
import cases_first
import cases_fixed
import cases_full
import cases_generate
import cases_options
import cases_paint
import cases_read
import cases_see
import damsm
import dcgan
import inception
import inversion_cases
import lxmert
import stylegan1
import synthetic
import tagan
from arrays import Data, Output, save_weights, tensor
from case import (
    Case, array, block, captions, inside, lengths_array, normal, picture, vocabulary)
from cases_scenes import draws_scenes, edits_scenes, embeds_scenes, parts_scenes

# Synthetic weights


def edits(name, lengths, seed, base=64, hidden=512, condition=128, wordSize=300, length=50,
          size=128, entries=0, last=0.5, format="weights.safetensors", step=1):
    """TAGAN's generator."""

    def build(folder, shared):
        network = tagan.Generator(base, hidden, condition, wordSize, entries)
        gains = {f"residual_blocks.{i}.encoder.3": 0.5 for i in range(3, 7)}
        gains |= {"decoder.12": last, "encoder.0": 1.5, "mu.0": 2, "log_sigma.0": 1.5}
        save_weights(synthetic.fill(network, seed, gains), folder / format)
        rng = numpy.random.default_rng(seed + 1)
        count = len(lengths)
        inputs = {"image": picture(rng, count, size), "z": normal(rng, count, condition)}
        if entries:
            words, label = captions(rng, entries, lengths, length), "caption"
        else:
            words, label = normal(rng, count, length, wordSize), "words"
            words = words * inside(lengths, length)[:, :, None].astype(numpy.float32)
        inputs |= {label: words, f"{label}.lengths": lengths_array(lengths)}
        results = network(
            tensor(inputs["image"]), tensor(words), tensor(inputs[f"{label}.lengths"]),
            tensor(inputs["z"]))
        image, mu, log_sigma = (array(r) for r in results)
        return Data(
            [("", folder / format)],
            inputs,
            {"image": Output(image, "tanh", step), "mu": Output(mu), "logSigma": Output(log_sigma)},
            vocabulary(folder, entries) if entries else None,
        )

    settings = dict(base=base, hidden=hidden, condition=condition, wordSize=wordSize,
                    length=length, size=size, entries=entries)
    return Case(name, "tagan", None, len(lengths), settings, build)


def paints(name, lengths, seed, g=32, residuals=2, entries=5450, length=25, corrected=False,
           nef=256, z=100, condition=100, last=0.9, format="{}.safetensors", step=1, outputs=None):
    """AttnGAN's generator with its text encoder."""

    def build(folder, shared):
        text = damsm.TextEncoder(entries, nef)
        network = attngan.Generator(g, residuals, nef, z, condition, corrected)
        gains = {"h_net1.fc.0": 1.15, "ca_net.fc": 1.5}
        gains |= {f"h_net1.upsample{i}.1": 1.15 for i in range(1, 5)}
        gains |= {f"h_net{k}.att.conv_context": 1.5 for k in (2, 3)}
        gains |= {
            f"h_net{k}.residual.{r}.block.3": 0.5 for k in (2, 3) for r in range(residuals)}
        gains |= {f"img_net{k}.img.0": last for k in (1, 2, 3)}
        states = {
            "text": synthetic.fill(text, seed, {"rnn": 2}),
            "generator": synthetic.fill(network, seed + 1, gains),
        }
        files = {}
        for part, state in states.items():  # files of that time had no batch counters
            state = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
            files[part] = folder / format.format(part)
            save_weights(state, files[part])
        rng = numpy.random.default_rng(seed + 2)
        count = len(lengths)
        inputs = {
            "caption": captions(rng, entries, lengths, length),
            "caption.lengths": lengths_array(lengths),
            "z": normal(rng, count, z),
            "epsilon": normal(rng, count, condition),
        }
        given = {k: tensor(v) for k, v in inputs.items()}
        words, sentence = text(given["caption"], given["caption.lengths"])
        results = network(
            words, sentence, given["caption.lengths"], given["z"], given["epsilon"])
        picked = outputs or list(results)
        shaped = lambda n: (array(results[n]), "tanh" if n.startswith("image") else None)
        return Data(
            [("", files["generator"]), ("text", files["text"])],
            inputs,
            {n: Output(*shaped(n), step if results[n].ndim == 4 else 1) for n in picked},
            vocabulary(folder, entries),
        )

    settings = dict(g=g, residuals=residuals, entries=entries, length=length, corrected=corrected,
                    nef=nef, z=z, condition=condition)
    return Case(name, "attngan", None, len(lengths), settings, build)


def reads(name, lengths, seed, entries=5450, length=25, nef=256, format="weights.safetensors",
          graph="attngan-fashion-text-encoder"):
    """The DAMSM text encoder alone."""

    def build(folder, shared):
        network = damsm.TextEncoder(entries, nef)
        save_weights(synthetic.fill(network, seed, {"rnn": 2}), folder / format)
        rng = numpy.random.default_rng(seed + 1)
        inputs = {
            "caption": captions(rng, entries, lengths, length),
            "caption.lengths": lengths_array(lengths),
        }
        words, sentence = network(tensor(inputs["caption"]), tensor(inputs["caption.lengths"]))
        return Data(
            [("", folder / format)],
            inputs,
            {"words": Output(array(words)), "sentence": Output(array(sentence))},
            vocabulary(folder, entries),
        )

    settings = dict(entries=entries, length=length, nef=nef)
    return Case(name, graph, "encode", len(lengths), settings, build)


def styles(name, batch, seed, resolution, widest):
    return block(
        name, "stylegan1", "generate", batch, dict(resolution=resolution, widest=widest),
        lambda: stylegan1.Generator(resolution, widest=widest),
        lambda rng: {"z": normal(rng, batch, 512)}, ["image"], seed)


SYNTHETIC = [
    edits("tagan-1", [9], 101),
    edits("tagan-3", [15, 7, 1], 102, length=15, last=0.3),
    edits("tagan-full-3", [9, 50, 1], 111, last=0.3),
    edits("tagan-embedding-3", [4, 12, 8], 103, length=12, entries=40),
    edits("tagan-narrow-3", [6, 2, 8], 104, base=16, hidden=64, condition=32, wordSize=48,
          length=8, size=64, entries=30, last=0.15),
    edits_scenes("tagan-scenes-2", [9, 3], 105),
    edits_scenes("tagan-scenes-narrow-3", [6, 2, 8], 106, base=8, hidden=48, wordSize=24, length=8,
                 size=72, entries=30, regions=5),
    edits_scenes("tagan-scenes-look-2", [9, 3], 107, "look"),
    draws_scenes("gan-scenes-2", [9, 3], 108),
    draws_scenes("gan-scenes-narrow-3", [6, 2, 8], 109, g=8, narrowed=24, z=20, entries=30,
                 hidden=48, wordSize=24, length=8),
    draws_scenes("gan-scenes-transfer-3", [9, 3, 5], 110, "transfer"),
    embeds_scenes("joint-scenes-3", [9, 32, 3], 112),
    embeds_scenes("joint-scenes-look-3", [9, 3, 5], 113, "look"),
    embeds_scenes("joint-scenes-read-3", [9, 32, 3], 114, "read"),
    embeds_scenes("joint-scenes-narrow-3", [6, 2, 8], 115, entries=30, length=8, hidden=10, wordSize=7,
                  width=5, slots=3, size=9, side=72),
    draws_scenes("gan-scenes-edit-3", [9, 3, 5], 112, "edit", tap=15),
    draws_scenes("gan-scenes-edit-narrow-3", [6, 2, 8], 113, "edit", tap=10, g=8, narrowed=24, z=20,
                 entries=30, hidden=48, wordSize=24, length=8),
    parts_scenes("scene-parts-3", 3, 114),
    parts_scenes("scene-parts-narrow-3", 3, 115, 5, 40),
    paints("attngan-birds-1", [7], 201),
    paints("attngan-birds-3", [11, 7, 4], 202, format="{}-legacy.pth"),
    paints("attngan-birds-corrected-3", [11, 7, 4], 203, corrected=True, format="{}-zip.pth"),
    paints("attngan-coco-1", [9], 204, g=48, residuals=3, entries=27297, length=20),
    paints("attngan-coco-3", [5, 12, 9], 205, g=48, residuals=3, entries=27297, length=20),
    paints("attngan-narrow-3", [6, 2, 8], 206, g=10, residuals=1, entries=30, length=8, nef=18, z=7,
           condition=9),
    paints("attngan-narrow-corrected-3", [6, 2, 8], 207, g=10, residuals=1, entries=30, length=8,
           nef=18, z=7, condition=9, corrected=True),
    reads("damsm-1", [8], 301),
    reads("damsm-3", [3, 25, 11], 302, format="weights-legacy.pth"),
    *[reads(f"damsm-{size}-{len(lengths)}", lengths, seed, graph="damsm", **sizes)
      for lengths in ([7], [3, 7, 5]) for size, seed, sizes in (
          ("birds", 303, {}), ("coco", 304, dict(entries=27297, length=20)),
          ("odd", 305, dict(entries=30, length=7, nef=18)))],
    reads("damsm-fashion-odd-1", [7], 306, 30, 7, 18),
    reads("damsm-fashion-odd-3", [3, 7, 5], 307, 30, 7, 18),
    styles("stylegan1-64-1", 1, 401, 64, 512),
    styles("stylegan1-128-3", 3, 402, 128, 64),
    block(
        "biggan-block-3", "biggan-block", "block", 3,
        dict(inputs=64, outputs=32, condition=148, size=16),
        lambda: biggan.UpBlock(64, 32),
        lambda rng: {"x": normal(rng, 3, 64, 16, 16), "condition": normal(rng, 3, 148)},
        ["y"], 501),
    block(
        "biggan-block-epsilons", "biggan-block", "block", 3,
        dict(inputs=64, outputs=32, condition=148, size=16, normEpsilon=0.3, spectralEpsilon=30.0),
        lambda: biggan.UpBlock(64, 32, epsilon=0.3, spectral=30.0),
        lambda rng: {"x": normal(rng, 3, 64, 16, 16), "condition": normal(rng, 3, 148)},
        ["y"], 501),
    block(
        "inception-mixed6b-3", "inception-mixed6b", "block", 3, dict(c7=128), inception.Mixed6,
        lambda rng: {"x": numpy.maximum(normal(rng, 3, 768, 17, 17), 0)}, ["y"], 502),
    block(
        "lxmert-cross-layer-3", "lxmert-cross-layer", "block", 3, dict(length=20, regions=36),
        lxmert.CrossLayer,
        lambda rng: {
            "words": normal(rng, 3, 20, 768),
            "regions": normal(rng, 3, 36, 768),
            "mask": inside([20, 5, 11], 20).astype(numpy.float32),
        },
        ["words", "regions"], 503),
    block(
        "dcgan-3", "dcgan", "generate", 3, {}, dcgan.Generator,
        lambda rng: {"z": normal(rng, 3, 100)}, ["image"], 601, {"main.12": 1.5},
        {"image": "tanh"}),
    block(
        "dcgan-narrow-3", "dcgan", "generate", 3, dict(z=20, g=8, channels=1),
        lambda: dcgan.Generator(20, 8, 1), lambda rng: {"z": normal(rng, 3, 20)}, ["image"], 602,
        {"main.12": 1.5}, {"image": "tanh"}),
    block(
        "dcgan-judge-3", "dcgan", "judge", 3, dict(d=16), lambda: dcgan.Discriminator(16),
        lambda rng: {"image": picture(rng, 3, 64)}, ["probability"], 603,
        {"main.11": 4}, {"probability": "sigmoid"}, "Discriminator"),
    block(
        "dcgan-features-3", "dcgan", "features", 3, dict(d=16), lambda: dcgan.Discriminator(16),
        lambda rng: {"image": picture(rng, 3, 64)}, [None, "features"], 604,
        model="Discriminator"),
]


BATCHES = (
    SYNTHETIC + cases_paint.CASES + cases_read.CASES + cases_see.CASES + cases_generate.CASES
    + inversion_cases.CASES + cases_options.CASES)

CASES = BATCHES + cases_first.of(BATCHES) + cases_fixed.CASES + cases_full.CASES
