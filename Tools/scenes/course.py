"""What every training here shares: a state to go on from, a rate, a log, a moving average."""

import json
import math
import os
import time

import numpy as np
import torch


class Course:
    """`parts` maps names to modules and optimisers; their state is FOLDER/NAME.pt.

    Iterating gives the steps that are left, with the optimiser's rate set: warm for `warm` steps,
    then down along a cosine to almost nothing.
    """

    def __init__(self, folder, name, parts, rate, steps, warm):
        self.name, self.parts, self.rate, self.steps, self.warm = name, parts, rate, steps, warm
        self.path = os.path.join(folder, name + ".pt")
        self.first = resume(self.path, parts)
        self.log = open(os.path.join(folder, name + ".jsonl"), "a")
        self.began, self.recent = time.time(), []

    def __iter__(self):
        for step in range(self.first, self.steps):
            cosine = 0.5 + 0.5 * math.cos(math.pi * step / self.steps)
            for group in self.parts["optimiser"].param_groups:
                group["lr"] = (self.rate * cosine + 1e-5) * min(1.0, (step + 1) / self.warm)
            yield step

    def note(self, step, entry):
        """Keeps figures of a step; every 100 steps their means are logged, every 250 the state."""
        self.recent.append(entry)
        last = step + 1 == self.steps
        if (step + 1) % 100 == 0 or last:
            means = {key: float(f"{np.mean([e[key] for e in self.recent]):.4g}") for key in entry}
            seconds = round(time.time() - self.began)
            line = json.dumps({"step": step + 1, "seconds": seconds, **means})
            self.recent = []
            print(self.name, line, flush=True)
            self.log.write(line + "\n")
            self.log.flush()
        if (step + 1) % 250 == 0 or last:
            keep(self.path, self.parts, step + 1)


def keep(path, parts, step):
    """Writes what it takes to go on behind so many steps, never half a file."""
    torch.save({"step": step, **{name: part.state_dict() for name, part in parts.items()}},
               path + ".part")
    os.replace(path + ".part", path)


def resume(path, parts):
    """Reads what was kept, if there is something, and returns the steps that were done."""
    if not os.path.exists(path):
        return 0
    state = torch.load(path)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return state["step"]


@torch.no_grad()
def follow(average, module, step):
    """Moves the moving average of a module's floats towards it."""
    slow, fast = ([tensor for tensor in m.state_dict().values()
                   if tensor.dtype.is_floating_point] for m in (average, module))
    torch._foreach_lerp_(slow, fast, 1 - min(0.998, (step + 1) / (step + 10)))


def descend(loss, parameters, optimiser, longest=1.0):
    """One step of the optimiser, the gradient no longer than `longest`."""
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, longest)
    optimiser.step()
