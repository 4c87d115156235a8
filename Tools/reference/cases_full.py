"""The published sizes in batches, and the heads and depths that other files of cases leave out at full size.

CASES are run by Tools/parity; they need minutes and up to 5 GB each.
"""

import biggan
import biggan_deep
import biggan_hub
import cases_enlarge
import cases_gan_cls
import cases_generate
import cases_manigan
import cases_matching
import cases_paint
import cases_read
import cases_retrieve
import cases_scenes
import cases_see
import cases_stackgan
import cases_stream
import dcgan
import enlargers
import vgg
from case import block, picture
from cases_first import first
from cases_generate import classed, grows, styled
from cases_retrieve import attends, composes, matches_captions, matches_sentences
from cases_stream import averages, crosses, flows
from inversion_cases import modulated, official, perceives


# Networks that see

SEEING = [
    cases_see.sees("alexnet-full-3", "alexnet", 3, 2001, 224),
    cases_see.sees("squeezenet-full-3", "squeezenet", 3, 2002, 224),
    cases_see.classifies("inception-v3-full-3", 3, 2003, 299),
    cases_see.modules("googlenet-full-3", 3, 2004),
    cases_see.lite("efficientnet-lite0-full-3", 3, 2005),
    cases_see.regions("damsm-image-full-3", 3, 2006, 256),
    cases_see.frechet("inception-frechet-full-3", "features", 3, 2007, 256),
    cases_see.frechet("inception-frechet-full-tensorflow-1", "classify", 1, 2008, 256, "tensorflow"),
    cases_see.frechet("inception-frechet-full-clean-1", "taps", 1, 2009, 256, "clean"),
    cases_see.deep("resnet-18-full-3", 3, 2011, 18),
    cases_see.deep("resnet-34-full-3", 3, 2012, 34),
    cases_see.deep("resnet-50-full-3", 3, 2013, 50),
    cases_see.deep("resnet-101-full-3", 3, 2014, 101),
    cases_see.deep("resnet-152-full-3", 3, 2015, 152),
    cases_see.names_classes("vgg16-classes-full-3", "vgg16", 3, 2016),
    cases_see.names_classes("vgg19-classes-full-3", "vgg19", 3, 2017),
    perceives("vgg16-full-3", "vgg16", 3, 2018, 224),
    perceives("vgg19-full-3", "vgg19", 3, 2019, 224, vgg.VGG19),
    block(
        "vgg16-caffe-full-3", "vgg16", "features", 3, dict(size=256), vgg.Caffe,
        lambda rng: {"image": picture(rng, 3, 256)}, ["features"], 2020, model="VGG16Caffe"),
    cases_see.differs("lpips-vgg-full-3", 3, 2021, 256, "vgg", "0.1", published=True),
]

SEEING_FIRST = [
    "resnet-34-full-3", "resnet-101-full-3", "resnet-152-full-3", "vgg19-classes-full-3",
    "vgg16-full-3", "vgg19-full-3", "vgg16-caffe-full-3", "lpips-vgg-full-3"]

# Text, and pictures with text

LANGUAGE = [
    crosses("lxmert-full-3", "guess", [14, 20, 3], 2101),
    crosses("lxmert-full-encode-3", "encode", [14, 20, 3], 2102),
    crosses("lxmert-full-vqa-3", "answer", [14, 20, 3], 2103, task="vqa"),
    crosses("lxmert-full-gqa-3", "answer", [14, 20, 3], 2104, task="gqa"),
    crosses("lxmert-full-nlvr2-3", "judge", [14, 20, 3], 2105, task="nlvr2"),
    flows("oscar-full-3", "encode", [41, 70, 5], 2111),
    flows("oscar-full-guess-3", "guess", [41, 70, 5], 2112),
    flows("oscar-full-vqa-3", "classify", [41, 70, 5], 2113, "classify", labels=3129),
    flows("oscar-full-retrieval-3", "classify", [41, 70, 5], 2114, "classify"),
    flows("oscar-full-pair-3", "judge", [41, 70, 5], 2115, "pair"),
    flows("oscar-full-caption-3", "write", [41, 70, 5], 2116, "caption"),
    flows("oscar-large-3", "encode", [41, 70, 5], 2117, width=1024, heads=16, layers=24),
    averages("sentence-encoder-full-3", [23, 128, 5], 2121),
    cases_read.spells("char-cnn-rnn-cvpr-3", [120, 201, 30], 2131, **cases_read.CVPR),
    cases_read.spells("char-cnn-rnn-torch7-3", [57, 201, 12], 2132, cases_read.TORCH7),
    composes("tirg-full-3", [7, 20, 1], 2141),
    composes("tirg-lastconv-full-3", [7, 20, 1], 2142, composition="lastconv"),
    composes("tirg-imgonly-full-3", [7, 20, 1], 2143, composition="imgonly"),
    composes("tirg-textonly-full-3", [7, 20, 1], 2144, composition="textonly"),
    attends("val-full-3", [9, 30, 1], 2145),
    matches_sentences("vse-full-3", [12, 50, 1], 2151),
    # Scores of drawn pictures and captions are all alike; their vectors are not.
    matches_captions("vse-plus-plus-vgg19-full-3", [9, 50, 1], 2152, "look", entries=10, size=256,
                     **cases_retrieve.VGG19),
    matches_captions("vse-plus-plus-resnet-full-3", [9, 50, 1], 2153, "look", entries=10, size=256,
                     features=2048, **cases_retrieve.RESNET),
    cases_matching.matches("damsm-similarity-full-3", "compare", [13, 25, 4], 2161,
                           outputs=("words", "maps")),
    cases_matching.loses("damsm-loss-full-1", 1, 2162),
    cases_matching.loses("damsm-loss-full-3", 3, 2164),
]

LANGUAGE_FIRST = [
    "lxmert-full-encode-3", "lxmert-full-vqa-3", "lxmert-full-gqa-3", "lxmert-full-nlvr2-3",
    "oscar-full-guess-3", "oscar-full-vqa-3", "oscar-full-retrieval-3", "oscar-full-pair-3",
    "oscar-full-caption-3", "oscar-large-3", "sentence-encoder-full-3", "tirg-imgonly-full-3",
    "tirg-textonly-full-3", "vse-full-3", "vse-plus-plus-vgg19-full-3",
    "vse-plus-plus-resnet-full-3", "damsm-similarity-full-3"]

# Pictures from captions, and their discriminators

PAINT_COCO = dict(g=48, residuals=3, entries=27297, length=20)

PAINTING = [
    cases_paint.paints_dcgan("attn-dcgan-full-3", [7, 25, 3], 2201),
    cases_paint.controls("controlgan-full-3", [7, 25, 3], 2202),
    cases_paint.controls("controlgan-coco-full-3", [9, 20, 3], 2203, **PAINT_COCO),
    cases_manigan.edits("manigan-full-3", [7, 25, 3], 2204),
    cases_manigan.edits("manigan-coco-full-3", [9, 20, 3], 2205, **PAINT_COCO),
    cases_manigan.edits("manigan-detail-full-3", [7, 25, 3], 2206, detail=True),
    cases_manigan.edits("manigan-detail-coco-full-1", [9], 2210, detail=True, **PAINT_COCO),
    cases_manigan.edits("manigan-detail-coco-full-3", [9, 20, 3], 2207, detail=True, **PAINT_COCO),
    cases_paint.judges("attngan-judge-256-3", [11, 25, 4], 2208, 256),
    cases_paint.judges("attngan-judge-coco-256-3", [9, 5, 14], 2209, 256, **cases_paint.COCO),
    cases_paint.paints_v2("stackgan-v2-full-3", 3, 2211, last=0.3),
    cases_paint.paints_v2("stackgan-v2-noise-full-3", 3, 2212, conditional=False),
    cases_paint.judges_v2("stackgan-v2-judge-256-3", 3, 2213, 256),
    cases_paint.judges_v2("stackgan-v2-judge-noise-256-3", 3, 2214, 256, conditional=False),
    cases_stackgan.stage1("stackgan-stage1-full-3", 3, 2221),
    cases_stackgan.stage2("stackgan-full-3", 3, 2222),
    cases_stackgan.stage2("stackgan-defaults-of-code-3", 3, 2223, g=128, residuals=4),
    cases_stackgan.judges("stackgan-judge-256-3", 3, 2224, 256),
    cases_stackgan.spells_judge("stackgan-caption-judge-full-64-3", [60, 21, 7], 2228, 64, 96, 128, 1024),
    cases_stackgan.spells_judge("stackgan-caption-judge-full-256-3", [60, 21, 7], 2229, 256, 96, 128, 1024),
    cases_paint.spells_judge_v2("stackgan-v2-caption-judge-full-3", [60, 21, 7], 2230, 256, 64, 128, 1024),
    cases_stackgan.tensorflow("stackgan-tensorflow-stage1-full-3", 3, 2225, stages=1),
    cases_stackgan.tensorflow("stackgan-tensorflow-full-3", 3, 2226),
    cases_stackgan.judges_tensorflow("stackgan-tensorflow-judge-256-3", 3, 2227, 256),
    cases_gan_cls.speaks("gan-int-cls-coco-generate-3", "generate", 3, 2231, g=196, d=8, coco=True),
    cases_gan_cls.speaks("gan-int-cls-large-full-3", "generate", 3, 2232, residuals=2),
    cases_gan_cls.ports("gan-cls-pytorch-full-3", "generate", 3, 2233),
    cases_read.changes("sisgan-full-3", [12, 50, 1], 2234),
    cases_scenes.edits_scenes("tagan-scenes-3", [9, 32, 3], 2236),
    cases_scenes.edits_scenes("tagan-scenes-look-3", [9, 32, 3], 2237, "look"),
    cases_scenes.draws_scenes("gan-scenes-3", [9, 32, 3], 2238),
]

PAINTING_FIRST = [
    "attngan-judge-256-3", "attngan-judge-coco-256-3",
    "stackgan-v2-judge-256-3", "stackgan-v2-judge-noise-256-3", "stackgan-judge-256-3",
    "stackgan-caption-judge-full-64-3", "stackgan-caption-judge-full-256-3",
    "stackgan-v2-caption-judge-full-3", "stackgan-tensorflow-judge-256-3", "tagan-scenes-3",
    "tagan-scenes-look-3", "gan-scenes-3"]

# Pictures from codes, and enlargers

CODES = [
    grows("pggan-1024-3", 3, 2301),
    grows("pggan-gandissect-256-3", 3, 2302, resolution=256, base=8192, names="gandissect"),
    grows("pggan-higan-256-3", 3, 2303, resolution=256, names="higan", fused=True),
    classed("biggan-128-3", "biggan", 3, 2311, biggan.Generator, resolution=128),
    classed("biggan-256-3", "biggan", 3, 2312, biggan.Generator, resolution=256),
    classed("biggan-512-3", "biggan", 3, 2313, biggan.Generator, resolution=512),
    classed("biggan-deep-untrained-128-3", "biggan", 3, 2314, biggan.Deep, resolution=128, deep=True),
    classed("biggan-hub-128-3", "biggan-hub", 3, 2315, biggan_hub.Generator, resolution=128),
    classed("biggan-hub-256-3", "biggan-hub", 3, 2316, biggan_hub.Generator, resolution=256),
    classed("biggan-hub-512-3", "biggan-hub", 3, 2317, biggan_hub.Generator, resolution=512),
    classed("biggan-deep-128-3", "biggan-deep", 3, 2318, biggan_deep.Generator),
    classed("biggan-deep-256-3", "biggan-deep", 3, 2319, biggan_deep.Generator, resolution=256),
    classed("biggan-deep-512-3", "biggan-deep", 3, 2320, biggan_deep.Generator, resolution=512),
    styled("stylegan1-1024-3", "stylegan1", 3, 2321),
    styled("stylegan1-genforce-1024-3", "stylegan1", 3, 2322, names="genforce", psi=1.0),
    styled("stylegan1-port-1024-3", "stylegan1-port", 3, 2323),
    styled("stylegan1-rosinality-1024-3", "stylegan1-rosinality", 3, 2324),
    modulated("stylegan2-1024-3", 3, 2325, resolution=1024),
    modulated("stylegan2-256-3", 3, 2326, resolution=256),
    official("stylegan2-ada-1024-3", "generate", 3, 2327, resolution=1024),
    block(
        "dcgan-judge-full-3", "dcgan", "judge", 3, {}, dcgan.Discriminator,
        lambda rng: {"image": picture(rng, 3, 64)}, ["probability"], 2331,
        {"main.11": 4}, {"probability": "sigmoid"}, "Discriminator"),
    cases_enlarge.enlarges("real-esrgan-full-3", "real-esrgan", enlargers.RealESRGAN, 3, 2332, 128,
                           128, {"conv_last": 0.01}),
    cases_enlarge.enlarges("real-esrgan-anime-full-3", "real-esrgan", enlargers.RealESRGAN, 3, 2333,
                           32, 32, {"conv_last": 0.01}, blocks=6),
    cases_enlarge.enlarges("real-esrgan-video-full-3", "real-esrgan-video", enlargers.SRVGG, 3, 2334,
                           128, 128),
    cases_enlarge.enlarges("srgan-full-3", "srgan", enlargers.SRGAN, 3, 2335, 128, 128,
                           {"block8.1": 0.2}),
    cases_enlarge.restyles("multistyle26-full-3", "stylize", 3, 2336, 256, 256),
]

CODES_FIRST = [
    "pggan-higan-256-3", "biggan-deep-untrained-128-3", "biggan-hub-128-3", "stylegan2-1024-3",
    "stylegan2-256-3", "stylegan2-ada-1024-3", "dcgan-judge-full-3", "real-esrgan-full-3",
    "real-esrgan-anime-full-3", "real-esrgan-video-full-3", "srgan-full-3", "multistyle26-full-3"]

FULL = SEEING + LANGUAGE + PAINTING + CODES
FIRST = {*SEEING_FIRST, *LANGUAGE_FIRST, *PAINTING_FIRST, *CODES_FIRST}

CASES = FULL + [first(c) for c in FULL if c.name in FIRST]
