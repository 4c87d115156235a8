"""Batch 1 of cases that have a batch: one item alone, on the same weights. Where items of a batch influence
each other, as by the masks of AttnGAN's published code, only the corrected form can be taken apart."""

import dataclasses

from arrays import Data, Output, alive


def first(case):
    """The first item of a case's batch by which an output can be judged, alone."""
    build_all = case.build

    def build(folder, shared):
        data = build_all(folder, shared)
        take = lambda item: {
            n: Output(o.array[item : item + 1], o.kind, o.step) for n, o in data.outputs.items()}
        items = [k for k in range(case.batch) if all(map(alive, take(k).values()))]
        item = (items or [0])[0]
        inputs = {n: a[item : item + 1] for n, a in data.inputs.items()}
        return Data(data.weights, inputs, take(item), data.vocabulary)

    return dataclasses.replace(case, name=f"{case.name}-first", batch=1, build=build)


NAMES = """
alexnet-odd-3 attn-dcgan-narrow-corrected-3 attngan-narrow-corrected-3 attngan-judge-64-3
attngan-judge-128-3 attngan-judge-narrow-64-3 biggan-3 biggan-hub-3 biggan-deep-3
char-cnn-rnn-narrow-3 char-cnn-rnn-flowers-3 controlgan-narrow-corrected-3 damsm-image-odd-3
damsm-similarity-odd-3 damsm-loss-odd-3 dcgan-3 dcgan-narrow-3 efficientnet-lite0-odd-3
gan-cls-pytorch-judge-3 gan-cls-pytorch-narrow-3 gan-int-cls-large-narrow-3 gan-int-cls-judge-3
gan-int-cls-narrow-judge-3 gan-scenes-narrow-3 gan-scenes-transfer-3 googlenet-odd-3
inception-frechet-taps-3 inception-v3-odd-3 joint-scenes-narrow-3 lpips-alex-odd-4 lpips-squeeze-odd-4 lpips-vgg-odd-4
lpips-alex-3 lpips-squeeze-3 lxmert-odd-3 lxmert-vqa-3 lxmert-nlvr2-3 manigan-narrow-corrected-2
manigan-detail-narrow-corrected-2 multistyle26-3 oscar-odd-3 oscar-classify-3 oscar-pair-3
oscar-caption-3 pggan-3 real-esrgan-3 real-esrgan-video-x2-3 resnet-18-odd-3 sentence-encoder-odd-3
sisgan-small-3 sisgan-own-3 sisgan-judge-vector-3 squeezenet-odd-3 srgan-4x-3 stackgan-narrow-3
stackgan-stage1-narrow-3 stackgan-judge-64-3 stackgan-judge-narrow-64-3 stackgan-caption-3
stackgan-caption-judge-64-3 stackgan-tensorflow-narrow-3 stackgan-tensorflow-stage1-narrow-3
stackgan-tensorflow-judge-64-3 stackgan-tensorflow-judge-narrow-64-3 stackgan-v2-narrow-3
stackgan-v2-judge-64-3 stackgan-v2-judge-128-3 stackgan-v2-judge-narrow-64-3 stackgan-v2-caption-3
stackgan-v2-caption-judge-3 style-transfer-caption-3 stylegan1-edit-3 stylegan1-genforce-3
stylegan1-port-edit-3 stylegan1-rosinality-3 stylegan2-edit-3 stylegan2-truncated-3
stylegan2-ada-truncated-3 tagan-narrow-3 tagan-scenes-narrow-3 tirg-narrow-3 tirg-concat-3
tirg-grids-narrow-3 uvs-narrow-3 val-narrow-3 val-mobilenet-3 val-mobilenet-narrow-3 vgg16-odd-3 vgg19-odd-3
vse-narrow-3 vse-plus-plus-narrow-3
""".split()
"""Cases of a page that no other case runs with batch 1 in that size."""


def of(cases):
    """One item of each of them that is named above."""
    return [first(case) for case in cases if case.name in NAMES]
