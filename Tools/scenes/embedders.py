"""Two ways to get vectors of pictures and captions: a compiled plan through tgrun, and PyTorch."""

import os
import subprocess
import tempfile

import numpy as np
import torch

import captions as grammar
import model
from measure import find_tgrun
from wording import encode, vocabulary


def known_tokens(texts, known):
    return [[word for word in grammar.tokens(text) if word in known] for text in texts]


class PlanEmbedder:
    """Runs the plan of joint-scenes as a user would."""

    def __init__(self, plan):
        self.plan, self.tgrun = os.path.abspath(plan), find_tgrun()

    def _run(self, function, arguments, name, write):
        with tempfile.TemporaryDirectory() as folder:
            write(os.path.join(folder, name))
            done = subprocess.run(
                [self.tgrun, self.plan, "--function", function, *arguments,
                 "--output", "vector=result.npy", "--quiet"],
                cwd=folder, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"{done.stderr}tgrun ended with {done.returncode}")
            return np.load(os.path.join(folder, "result.npy"))

    def pictures(self, pictures):
        """Bytes N x 64 x 64 x 3 to vectors N x D."""
        array = model.to_tensor(pictures).numpy()
        return self._run("look", ["--input", "image=pictures.npy"], "pictures.npy",
                         lambda path: np.save(path, array))

    def captions(self, texts):
        """Captions to vectors N x D."""
        def write(path):
            with open(path, "w") as file:
                file.write("\n".join(texts) + "\n")
        return self._run("read", ["--captions", "captions.txt"], "captions.txt", write)


class TorchEmbedder:
    """The same with the module of Tools/reference."""

    def __init__(self, weights):
        from joint import load
        self.joint, self.known = load(weights), vocabulary()

    @torch.no_grad()
    def pictures(self, pictures):
        return torch.cat([self.joint.image(part)
                          for part in model.to_tensor(pictures).split(200)]).numpy()

    @torch.no_grad()
    def captions(self, texts):
        return self.joint.text(*encode(known_tokens(texts, self.known), self.known)).numpy()
