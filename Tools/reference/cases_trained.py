"""Small networks whose trained weights a folder of data holds with golden files; facts about them are
in its README. Tools/parity --real runs them where the folder is; real_networks.py has those of
packages."""

import numpy
import torch

import foreign
import real
import singan
from arrays import Data, Known, Output, tensor
from case import Case, array
from real_case import converted
from real_runtimes import onnx


def trained(name, graph, function, weights, inputs, outputs, compute, settings=None,
            vocabulary=None, tolerance=None, batch=None, inner=()):
    """Inputs and outputs are golden files. `compute(files, inputs)` repeats the goldens with our
    modules in float64; where it does not reproduce them, the case is an error. `inner` names the
    results behind those that the goldens know: they replace them in the comparison."""
    needs = tuple(f"{graph}/{f}" for f in weights.values())

    def build(folder, shared):
        root = shared / "data/weights" / graph
        golden = lambda f: numpy.load(root / "golden" / f, allow_pickle=False)
        files = {r: root / f for r, f in weights.items()}
        given = {n: golden(f) for n, f in inputs.items()}
        results = compute(files, {n: tensor(v) for n, v in given.items()})
        data = Data(
            list(files.items()), given, {}, root / vocabulary if vocabulary else None)
        for (label, (file, kind)), result in zip(outputs.items(), results):
            known, ours = golden(file).astype(numpy.float64), array(result)
            off = numpy.abs(known - ours.reshape(known.shape)).max()
            bound = 1e-6 * max(1, numpy.abs(known).max())
            data.notes.append(f"{label}: ours is {off:.1e} from {file}")
            if not off <= bound:
                raise ValueError(f"{name}: {label} of our module is {off:.3g} from {file}")
            data.outputs[label] = Output(ours.reshape(known.shape), kind)
            data.known.append(
                Known(label, known, lambda y, shape=known.shape: y.reshape(shape)))
        if inner:
            data.known = []
            data.outputs = {n: Output(array(r)) for n, r in zip(inner, results[len(outputs):])}
        return data

    return Case(name, graph, function, batch or 1, settings or {}, build, real=True,
                tolerance=tolerance, needs=needs)


def sequential(module, root=""):
    return lambda files, given: (real.loaded(module(), files[root])(*given.values()),)


def before(module, root, layers):
    """The result, and what the last `layers` of a Sequential make it from."""

    def compute(files, given):
        network = real.loaded(module(), files[root])
        features = network[:-layers](*given.values())
        return network[-layers:](features), features

    return compute


def vae(part):
    def compute(files, given):
        network = real.loaded(real.VAE(), files[""])
        return (network.decode(given["z"]),) if part == "decode" else network.encode(given["image"])

    return compute


def darknet(part):
    def compute(files, given):
        logits, taps = real.tiny_darknet(real.load_file(files[""]), given["image"])
        return (logits,) if part == "classify" else tuple(taps.values())

    return compute


def wave(files, given):
    return (real.style_wave(real.load_file(files[""]), given["image"]),)


def fashion_text(files, given):
    network = real.loaded(real.fashion_text_encoder(), files[""])
    return network(given["caption"], given["caption.lengths"])


def shapes_text(files, given):
    return real.loaded(real.ShapesTextEncoder(), files[""])(given["caption"])


def singan_stage(stage):
    def compute(files, given):
        return (real.loaded(singan.Generator(stage), files["G"])(given["z"], given["prev"]),)

    return trained(
        f"singan-birds-stage{stage}", "singan-birds", "generate", {"G": f"{stage}/netG.pth"},
        {"z": f"scale{stage}_z_in.npy", "prev": f"scale{stage}_prev.npy"},
        {"image": (f"scale{stage}_out_eval.npy", None)}, compute, dict(stage=stage))


def singan_chain():
    roots = {f"G{k}": f"{k}/netG.pth" for k in range(7)}

    def networks(folder):
        return [real.loaded(singan.Generator(k), folder / f"{k}/netG.pth") for k in range(7)]

    def build(folder, shared):
        root = shared / "data/weights/singan-birds"
        z0 = torch.load(root / "0/z_opt.pth", map_location="cpu", weights_only=True).double()
        stages = networks(root)
        images = singan.chain(stages, z0)
        return Data(
            [(r, root / f) for r, f in roots.items()],
            {"z0": z0.numpy().astype(numpy.float32)},
            {f"image{k}": Output(array(image)) for k, image in enumerate(images)},
            networks=stages,
        )

    return Case("singan-birds-chain", "singan-birds", "chain", 1, {}, build, real=True,
                judge=singan.judge_chain,
                needs=tuple(f"singan-birds/{f}" for f in roots.values()))


def srgan_state(path):
    """SRGAN's ONNX file, whose tensors have numbers, by the page's names; norms are in the convolutions."""
    found = foreign.onnx(path)
    state = {k: v for k, v in found.items() if k.startswith("block")}
    slopes = ["block1.1.weight", *[f"block{i}.prelu.weight" for i in range(2, 7)],
              "block8.0.prelu.weight"]
    for i, name in enumerate(slopes):
        state[name] = found[str(180 + i)].reshape(1)
    layers = [f"block{i}.conv{k}" for i in range(2, 7) for k in (1, 2)] + ["block7.0"]
    for i, name in enumerate(layers):
        state[f"{name}.weight"], state[f"{name}.bias"] = found[f"{148 + 3 * i}"], found[f"{149 + 3 * i}"]
    return state


def srgan(name, is_imported=False):
    """The page with the file's tensors, or the file as it is."""
    file = "srgan-x2-onnx/netG.onnx"

    def build(folder, shared):
        path = shared / "data/weights" / file
        golden = lambda f: numpy.load(path.parent / "golden" / f, allow_pickle=False)
        given, known = {"image": golden("input.npy")}, golden("output_ort.npy")
        [found] = onnx(path, given["image"])
        weights = [] if is_imported else [("", converted(path, "srgan-x2", srgan_state))]
        return Data(
            weights, given, {"image": Output(found, "sigmoid")},
            source="`netG.onnx`" + ("" if is_imported else ", converted"), runtime="ONNX Runtime",
            known=[Known("image", known, lambda y: y)], imported=path if is_imported else None)

    return Case(name, "srgan", "enlarge", 1,
                {} if is_imported else dict(height=44, width=44, folded=True), build, real=True,
                needs=(file,))


TRAINED = [
    trained("mnist-mlp-gan-generate", "mnist-mlp-gan", "generate",
            {"G": "G--300.ckpt", "D": "D--300.ckpt"}, {"z": "input.npy"},
            {"image": ("output.npy", "tanh")}, sequential(real.mlp_generator, "G"), batch=8),
    trained("mnist-mlp-gan-judge", "mnist-mlp-gan", "judge",
            {"G": "G--300.ckpt", "D": "D--300.ckpt"}, {"image": "output.npy"},
            {"probability": ("disc_output.npy", "sigmoid")},
            sequential(real.mlp_discriminator, "D"), batch=8),
    trained("mnist-mlp-gan-features", "mnist-mlp-gan", "features",
            {"G": "G--300.ckpt", "D": "D--300.ckpt"}, {"image": "output.npy"},
            {"probability": ("disc_output.npy", "sigmoid")},
            before(real.mlp_discriminator, "D", 2), batch=8, inner=("features",)),
    trained("mnist-vae-decode", "mnist-vae", "decode", {"": "vae_epoch_25.pth"},
            {"z": "input.npy"}, {"image": ("output.npy", "sigmoid")}, vae("decode"), batch=8),
    trained("mnist-vae-encode", "mnist-vae", "encode", {"": "vae_epoch_25.pth"},
            {"image": "enc_input.npy"},
            {"mu": ("enc_mu.npy", None), "logvar": ("enc_logvar.npy", None)}, vae("encode"),
            batch=10),
    trained("mnist-lenet", "mnist-lenet", "classify", {"": "lenet_epoch_12_acc_0.991.pth"},
            {"image": "input.npy"}, {"logProbabilities": ("output.npy", None)},
            sequential(real.LeNet), batch=10),
    trained("mnist-cgan", "mnist-cgan", "generate", {"": "generator.pth"},
            {"z": "input_0.npy", "label": "input_1.npy"}, {"image": ("output.npy", "tanh")},
            sequential(real.ConditionalGAN), batch=10),
    trained("fashion-mnist-dcgan-generate", "fashion-mnist-dcgan", "generate",
            {"G": "G.pth", "D": "D.pth"}, {"z": "input.npy"}, {"image": ("output.npy", "tanh")},
            sequential(real.dcgan_generator, "G"), batch=8),
    trained("fashion-mnist-dcgan-judge", "fashion-mnist-dcgan", "judge",
            {"G": "G.pth", "D": "D.pth"}, {"image": "output.npy"},
            {"probability": ("disc_output.npy", "sigmoid")},
            sequential(real.dcgan_discriminator, "D"), batch=8),
    trained("fashion-mnist-dcgan-features", "fashion-mnist-dcgan", "features",
            {"G": "G.pth", "D": "D.pth"}, {"image": "output.npy"},
            {"probability": ("disc_output.npy", "sigmoid")},
            before(real.dcgan_discriminator, "D", 3), batch=8, inner=("features",)),
    singan_stage(0),
    singan_stage(4),
    singan_chain(),
    trained("sketch2photo", "sketch2photo", "translate", {"": "generator.pth"},
            {"sketch": "input.npy"}, {"image": ("output.npy", "tanh")},
            sequential(real.Sketch2Photo), dict(height=64, width=64)),
    trained("style-wave", "style-wave", "stylize", {"": "wave.safetensors"},
            {"image": "input.npy"}, {"styled": ("output.npy", None)}, wave,
            dict(height=128, width=192), tolerance=0.05),
    trained("tiny-darknet-classify", "tiny-darknet", "classify", {"": "tiny_darknet.safetensors"},
            {"image": "input.npy"}, {"logits": ("logits.npy", None)}, darknet("classify")),
    trained("tiny-darknet-features", "tiny-darknet", "features", {"": "tiny_darknet.safetensors"},
            {"image": "input.npy"},
            {f"leaky{k}": (f"tap_leaky_re_lu_{k}.npy", None) for k in (2, 6, 10, 14)},
            darknet("features")),
    trained("attngan-fashion-text-encoder", "attngan-fashion-text-encoder", "encode",
            {"": "text_encoder200.pth"},
            {"caption": "tokens.npy", "caption.lengths": "lengths.npy"},
            {"words": ("words_emb.npy", None), "sentence": ("sent_emb.npy", None)}, fashion_text,
            dict(length=6), "captions.pickle", batch=4),
    trained("shapes-text-encoder", "shapes-text-encoder", "encode", {"": "text_encoder.pth"},
            {"caption": "tokens.npy"},
            {"encoded": ("encoded.npy", None), "embedding": ("mean_embedding.npy", None),
             "logits": ("logits.npy", None)}, shapes_text, {}, "word2idx.pkl", batch=3),
    trained("mnist-mlp-safetensors", "mnist-mlp-safetensors", "classify",
            {"": "model.safetensors"}, {"image": "input.npy"}, {"logits": ("logits.npy", None)},
            sequential(real.MLPClassifier), batch=10),
    srgan("srgan-x2"),
    srgan("srgan-x2-onnx", is_imported=True),
]
