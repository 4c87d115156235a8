"""The files in which generators and VGG-19 were published, made from the states of our modules:
pickles of NVIDIA's networks, and the dictionary of arrays of tensorflow-vgg.

TensorFlow stores matrices in x out and kernels rows x columns x in x out.
"""

import pickle
import sys
from pathlib import Path

import numpy

sys.path.append(str(Path(__file__).resolve().parent.parent / "fixtures"))

import nvidia_forms  # noqa: E402


def kernel(tensor):
    """Out x in x rows x columns to rows x columns x in x out."""
    return tensor.permute(2, 3, 1, 0)


def plain(tensors):
    """The tensors as NumPy has them, single numbers as its scalars."""
    return {n: numpy.ascontiguousarray(t.numpy()) if t.ndim else numpy.float32(t.item())
            for n, t in tensors.items()}


def other(tensors):
    """The same names with other numbers: for the networks beside the wanted one."""
    return {n: t + 1 for n, t in tensors.items()}


def three(make, tensors, module):
    """A generator in training, a discriminator and the generator's mean, which is wanted."""
    networks = [make(plain(other(tensors)), "G"), make(plain({"lod": tensors["lod"]}), "D"),
                make(plain(tensors), "Gs")]
    return nvidia_forms.pickled_as(module, tuple(networks), 4)


def saved(convert):
    """A function that writes what `convert` makes of a state."""
    return lambda state, path: path.write_bytes(convert(state))


@saved
def ada(state):
    """The pickle of StyleGAN2-ADA."""
    network = lambda tensors: nvidia_forms.persistent(
        {n: t.clone() for n, t in tensors.items()}, img_resolution=16)
    networks = {"G": network(other(state)), "D": None, "G_ema": network(state),
                "augment_pipe": None}
    return pickle.dumps(networks, 3)


@saved
def stylegan2(state):
    """The pickle of StyleGAN2 for TensorFlow, from the names of StyleGAN2-ADA."""
    found = {"lod": state["mapping.w_avg"].new_zeros(())}
    for name, tensor in state.items():
        parts = name.split(".")
        if parts[-1] == "resample_filter":
            continue
        if parts[0] == "mapping":
            found["dlatent_avg" if parts[1] == "w_avg" else
                  f"mapping/Dense{parts[1][2:]}/{parts[2]}"] = (
                      tensor.T if parts[-1] == "weight" else tensor)
            continue
        side, member = int(parts[1][1:]), parts[2]
        step = side.bit_length() - 3
        at = f"synthesis/{side}x{side}"
        if member == "const":
            found[f"{at}/Const/const"] = tensor[None]
            continue
        at += "/" + {"torgb": "ToRGB", "conv0": "Conv0_up",
                     "conv1": "Conv1" if step else "Conv"}[member]
        match parts[3:]:
            case ["noise_const"]:
                found[f"synthesis/noise{2 * step - (member == 'conv0')}"] = tensor[None, None]
            case ["affine", "weight"]:
                found[f"{at}/mod_weight"] = tensor.T
            case ["affine", "bias"]:
                found[f"{at}/mod_bias"] = tensor - 1
            case ["weight"]:
                found[f"{at}/weight"] = kernel(tensor.flip(2, 3) if member == "conv0" else tensor)
            case [own]:
                found[f"{at}/{own}"] = tensor
    return three(nvidia_forms.tensorflow, found, "dnnlib.tflib.network")


def layer(at, first, up):
    """The name of layer 0, 1, 2 ..."""
    side = 4 * 2 ** (at // 2)
    return f"{side}x{side}/" + (first if at == 0 else "Conv" if at == 1 else
                                "Conv1" if at % 2 else up)


@saved
def stylegan1(state):
    """The pickle of StyleGAN, from the names of HiGAN."""
    heads = max(int(n.split(".")[1][6:]) for n in state if n.startswith("synthesis.output"))
    found = {"lod": state["truncation.w_avg"].new_zeros(()),
             "dlatent_avg": state["truncation.w_avg"]}
    for name, tensor in state.items():
        part, member, *rest = name.split(".")
        own = ".".join(rest)
        if part == "mapping":
            at = f"mapping/Dense{member[5:]}"
            found |= {f"{at}/weight": tensor.T} if own == "fc.weight" else {f"{at}/bias": tensor}
        elif member.startswith("output"):
            at = f"synthesis/ToRGB_lod{heads - int(member[6:])}"
            found[f"{at}/{rest[-1]}"] = kernel(tensor) if rest[-1] == "weight" else tensor
        elif part == "synthesis":
            at = f"synthesis/{layer(int(member[5:]), 'Const', 'Conv0_up')}"
            match own.removeprefix("epilogue."):
                case "apply_noise.noise":
                    found[f"synthesis/noise{member[5:]}"] = tensor
                case "apply_noise.weight":
                    found[f"{at}/Noise/weight"] = tensor
                case "style_mod.dense.fc.weight":
                    found[f"{at}/StyleMod/weight"] = tensor.T
                case "style_mod.dense.wscale.bias":
                    found[f"{at}/StyleMod/bias"] = tensor
                case "conv.weight":
                    found[f"{at}/weight"] = kernel(tensor)
                case rest:  # const, bias, the kernel of a layer that enlarges at once
                    found[f"{at}/{rest}"] = tensor
    return three(nvidia_forms.tensorflow, found, "dnnlib.tflib.network")


def pggan(is_fused):
    """What writes the pickle of PG-GAN from the names of genforce."""
    return saved(lambda state: pggan_pickle(state, is_fused))


def pggan_pickle(state, is_fused):
    heads = max(int(n.split(".")[0][6:]) for n in state if n.startswith("output"))
    found = {"lod": state["lod"]}
    for name, tensor in state.items():
        member, *own = name.split(".")
        if not own:
            continue
        if member.startswith("output"):
            at = f"ToRGB_lod{heads - int(member[6:])}"
        else:
            at = layer(int(member[5:]), "Dense", "Conv0_up" if is_fused else "Conv0")
        if own == ["bias"]:
            found[f"{at}/bias"] = tensor
        elif at == "4x4/Dense":
            found[f"{at}/weight"] = tensor.flip(2, 3).permute(1, 0, 2, 3).flatten(1)
        else:
            found[f"{at}/weight"] = kernel(tensor)
    return three(nvidia_forms.flat, found, "tfutil")


def vgg19(state, path):
    """vgg19.npy, from the names of torchvision."""
    found, at = {}, 0
    for s, count in enumerate((2, 2, 4, 4, 4)):
        for k in range(count):
            weight, bias = (state[f"features.{at}.{n}"] for n in ("weight", "bias"))
            found[f"conv{s + 1}_{k + 1}"] = [kernel(weight).numpy(), bias.numpy()]
            at += 2
        at += 1
    for k in range(3):
        if f"classifier.{3 * k}.weight" in state:
            weight = state[f"classifier.{3 * k}.weight"]
            if k == 0:
                weight = weight.unflatten(1, (-1, 7, 7)).permute(0, 2, 3, 1).flatten(1)
            found[f"fc{6 + k}"] = [weight.T.numpy(), state[f"classifier.{3 * k}.bias"].numpy()]
    numpy.save(path, numpy.array(found), allow_pickle=True)
