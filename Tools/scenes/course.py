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
        self.path, self.first = os.path.join(folder, name + ".pt"), 0
        if os.path.exists(self.path):
            state = torch.load(self.path)
            self.first = state.pop("step")
            for key, part in parts.items():
                part.load_state_dict(state[key])
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
            torch.save({**{key: part.state_dict() for key, part in self.parts.items()},
                        "step": step + 1}, self.path + ".part")
            os.replace(self.path + ".part", self.path)


@torch.no_grad()
def follow(average, module, step):
    """Moves the moving average of a module's floats towards it."""
    slow, fast = ([tensor for tensor in m.state_dict().values()
                   if tensor.dtype.is_floating_point] for m in (average, module))
    torch._foreach_lerp_(slow, fast, 1 - min(0.998, (step + 1) / (step + 10)))


def descend(loss, parameters, optimiser):
    """One step of the optimiser, the gradient no longer than 1."""
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimiser.step()
