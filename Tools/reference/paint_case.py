"""Parts of the cases of painters and their judges: pictures, captions read by an encoder, files, scores."""

from collections import OrderedDict

import numpy
from torch import nn

import char_cnn_rnn
import synthetic
from arrays import Data, Output, save_weights, tensor
from case import Case, array, captions, inside, lengths_array, vocabulary


def scenes(rng, count, size):
    """Pictures that differ from each other as a whole, not only in their pixels; as float16, which
    keeps the files of fixtures small."""
    coarse = 1.5 * rng.standard_normal((count, 3, 4, 4))
    fine = 0.4 * rng.standard_normal((count, 3, size, size))
    blocks = numpy.kron(coarse, numpy.ones((size // 4, size // 4)))
    return numpy.tanh(blocks + fine).astype(numpy.float16)


def kinds(names):
    """The saturating last function of each output: of pictures, and of scores."""
    last = {"match": "sigmoid", "real": "sigmoid", "probability": "sigmoid"}
    return {n: "tanh" if n.startswith("image") else last[n]
            for n in names if n in last or n.startswith("image")}


def caption_inputs(rng, encoder, lengths, length):
    """A caption input, and what the DAMSM encoder reads in it: words and sentence."""
    inputs = {"caption": captions(rng, encoder.encoder.num_embeddings, lengths, length),
              "caption.lengths": lengths_array(lengths)}
    words, sentence = encoder(*[tensor(v) for v in inputs.values()])
    return inputs, words, sentence


def save(state, path):
    """Writes a state as files of that time were, without batch counters."""
    save_weights({k: v for k, v in state.items() if "num_batches" not in k}, path)
    return path


def centre(network, heads, run):
    """Scales and shifts the last convolutions, named `heads`, so that the scores of a batch stand on
    both sides of a half; else all items of a random network get nearly the same. Returns the state."""
    layers = dict(network.named_modules())
    for head in heads:
        found = []
        layer = layers[head]
        hook = layer.register_forward_hook(lambda m, i, o: found.append((i[0], o)))
        run()
        hook.remove()
        seen, logits = found[0]
        if isinstance(layer, nn.Conv2d) and layer.bias is None:  # not along what all items have
            mean = seen.mean(0)
            share = (layer.weight[0] * mean).sum() / mean.square().sum()
            layer.weight.sub_(share * mean)
            logits = layer(seen)
        scale = (1.5 / logits.std()).item()
        next(layer.parameters()).mul_(scale)
        if getattr(layer, "bias", None) is not None:
            layer.bias.sub_(logits.mean()).mul_(scale)
    state = OrderedDict(
        (k, v.float() if v.dtype.is_floating_point else v) for k, v in network.state_dict().items())
    synthetic.load(network, state)
    return state


def judged(name, graph, batch, settings, make_network, heads, make_inputs, outputs, seed, gains=None,
           encoder=None, model=None, function="judge", named=dict):
    """A discriminator of pictures and vectors. With `encoder` = (network, lengths, length) the vector
    is the sentence of a caption, read by weights of a root of its own, `text`. `named` gives tensors
    their names in the file."""

    def build(folder, shared):
        network = make_network()
        synthetic.fill(network, seed, gains)
        rng = numpy.random.default_rng(seed + 1)
        inputs = make_inputs(rng)
        given = [tensor(v) for v in inputs.values()]
        weights, words = [], None
        if encoder:
            make_text, lengths, length = encoder
            text = make_text()
            state = synthetic.fill(text, seed + 2, {"rnn": 2})
            weights = [("text", save(state, folder / "text.safetensors"))]
            more, _, sentence = caption_inputs(rng, text, lengths, length)
            inputs |= more
            given.append(sentence)
            words = vocabulary(folder, text.encoder.num_embeddings)
        state = centre(network, heads, lambda: network(*given))
        results = network(*given)
        results = results if isinstance(results, tuple) else (results,)
        weights.insert(0, ("", save(named(state), folder / "weights.safetensors")))
        return Data(weights, inputs,
                    {n: Output(array(r), kinds([n]).get(n)) for n, r in zip(outputs, results)}, words)

    return Case(name, graph, function, batch, settings, build, model=model)


def spelled(name, graph, lengths, settings, textSize, networks, make_inputs, results, seed, letters=60,
            torch7=False, function=None, model=None):
    """A page that reads its caption by char-CNN-RNN, a small one, in either of its forms. `networks` makes
    (root, state) of each file, `make_inputs(rng)` gives what there is beside the caption, and
    `results(text, inputs)` the outputs by name."""
    sizes = [7, 5, 6, textSize]

    def build(folder, shared):
        reader = char_cnn_rnn.Encoder(sizes)
        state = synthetic.fill(reader, seed, {"rnn.h2h": 0.7, "emb_proj": 6})
        weights = [("text", folder / "text.safetensors")]
        save_weights(char_cnn_rnn.torch7(state, True, "") if torch7 else state, weights[0][1])
        rng = numpy.random.default_rng(seed + 1)
        count = len(lengths)
        ids = rng.integers(1, 71, (count, letters)) * inside(lengths, letters)
        given = make_inputs(rng)
        seen = reader(tensor(ids)), {k: tensor(v) for k, v in given.items()}
        for root, state in networks(*seen):
            weights.append((root, save(state, folder / f"net{root}.safetensors")))
        found = results(*seen)
        return Data(weights, {**given, "caption": ids},
                    {n: Output(array(r), kinds([n]).get(n)) for n, r in found.items()})

    own = {"text.sizes": sizes, "text.length": letters}
    own |= {"letters": "exactCharacters"} if torch7 else {}
    return Case(name, graph, function, len(lengths), settings | own, build, model=model,
                parts={"text": "char-cnn-rnn" + (":CharCNNRNNTorch7" if torch7 else "")})
