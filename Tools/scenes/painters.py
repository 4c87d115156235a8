"""Two ways to draw pictures of captions: a compiled plan through tgrun, and PyTorch."""

import os
import subprocess
import tempfile

import numpy as np
import torch

import captions as grammar
import model
from measure import find_tgrun

LENGTH = 32  # words of a caption, as in the page


def to_bytes(pictures):
    """Floats N x 3 x H x W in [-1,1] to bytes N x H x W x 3."""
    return model.to_bytes(torch.as_tensor(pictures))


class PlanPainter:
    """Runs the plan as a user would."""

    def __init__(self, plan):
        self.plan, self.tgrun = os.path.abspath(plan), find_tgrun()

    def _run(self, arguments, output="image", files=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (files or {}).items():
                path = os.path.join(folder, name)
                if isinstance(content, str):
                    with open(path, "w") as file:
                        file.write(content)
                else:
                    np.save(path, content)
            done = subprocess.run(
                [self.tgrun, self.plan, *arguments, "--output", f"{output}=result.npy", "--quiet"],
                cwd=folder, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"{done.stderr}tgrun ended with {done.returncode}")
            return np.load(os.path.join(folder, "result.npy"))

    def draw(self, texts, seed):
        """A picture for each caption; 50 of them share a seed."""
        parts = []
        for k in range(0, len(texts), 50):
            parts.append(self._run(["--captions", "captions.txt", "--seed", str(seed + k // 50)],
                                   files={"captions.txt": "\n".join(texts[k:k + 50]) + "\n"}))
        return to_bytes(np.concatenate(parts))

    def many(self, text, seed, count):
        """`count` pictures of a caption."""
        return to_bytes(self._run([text, "--seeds", f"{seed}-{seed + count - 1}"]))

    def transfer(self, pictures, text):
        """The caption in the style of each picture."""
        array = model.to_tensor(pictures).numpy()
        return to_bytes(self._run(["--function", "transfer", "--input", "image=style.npy", text],
                                  files={"style.npy": array}))


class TorchPainter:
    """The same with the module of Tools/reference; vocabulary.txt lies beside the weights."""

    def __init__(self, weights):
        from generator import load
        self.net = load(weights)
        with open(os.path.join(os.path.dirname(os.path.abspath(weights)), "vocabulary.txt")) as file:
            self.ids = {word: index for index, word in enumerate(file.read().split())}
        self.width = self.net.G.colours.in_features

    @torch.no_grad()
    def _code(self, texts):
        known = [[self.ids[word] for word in grammar.tokens(text) if word in self.ids][:LENGTH]
                 for text in texts]
        ids = torch.zeros(len(texts), LENGTH, dtype=torch.long)
        for row, words in enumerate(known):
            ids[row, :len(words)] = torch.tensor(words, dtype=torch.long)
        return self.net.text(ids, torch.tensor([len(words) for words in known]))

    @torch.no_grad()
    def draw(self, texts, seed):
        noise = torch.randn(len(texts), self.width, generator=torch.Generator().manual_seed(seed))
        return np.concatenate([to_bytes(self.net.G(self._code(texts[k:k + 100]), noise[k:k + 100]))
                               for k in range(0, len(texts), 100)])

    def many(self, text, seed, count):
        return self.draw([text] * count, seed)

    @torch.no_grad()
    def transfer(self, pictures, text):
        z = self.net.S(model.to_tensor(pictures))
        return to_bytes(self.net.G(self._code([text] * len(pictures)), z))
