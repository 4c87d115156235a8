"""Trains the generator of drawn scenes: GAN-CLS with GAN-INT (Reed et al., ICML 2016).

    Tools/scenes/train-generator --steps 5000

The discriminator sees three pairs: a real picture and its code, a real picture and a wrong code
(half of them differ in one part), a drawn picture and its code; it also reads colours and subject.
The generator is held to its judgement, also on codes half-way between two (GAN-INT), and to what it
reads; and to real scenes: the noise that the style encoder reads in a scene and a code must give the
scene as the code says, its parts where they are. That comes first, alone, for --lessons steps.

State and sample sheets lie in the cache, ~/.cache/tgraph/gan-scenes/RUN; the same command goes on
where it was stopped. Then: Tools/scenes/finish-generator.
"""

import argparse
import copy
import json
import os
import sys
import time

import numpy as np
import torch
from PIL import Image

import losses
import scorer as scoring
from course import descend, follow, keep, resume
from generator import Discriminator, new_generator, style_encoder
from lessons import batch, between
from scene import generator
from steady import one_core
from trainingset import SEED, TrainingSet

NOISE = 0.03  # on the numbers of a code: a text encoder is not exact
EVERY = 250   # steps between two states


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default="run", help="folder inside the cache")
    parser.add_argument("--layouts", type=int, default=12000)
    parser.add_argument("--lessons", type=int, default=2000, help="steps without the discriminator")
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--every", type=int, default=2,
                        help="then the discriminator takes part in each N-th step")
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--lesson-rate", type=float, default=1.5e-3)
    parser.add_argument("--rival-rate", type=float, default=1e-3)
    parser.add_argument("--adversarial", type=float, default=0.35)
    parser.add_argument("--kl", type=float, default=1.5e-3)
    parser.add_argument("--gamma", type=float, default=0.2, help="weight of R1")
    parser.add_argument("--g", type=int, default=32, help="width of the generator")
    parser.add_argument("--d", type=int, default=32, help="width of the style encoder")
    parser.add_argument("--z", type=int, default=64, help="how many numbers of noise")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def low():
    return torch.autocast("cpu", torch.bfloat16)


class Training:
    """The networks, their optimisers, and one step."""

    def __init__(self, options):
        o = self.options = options
        self.net, self.style = new_generator(o.g, o.z), style_encoder(o.d, 2 * o.z)
        self.rival, self.average = Discriminator(), copy.deepcopy(self.net)
        self.own = [p for p in (*self.net.parameters(), *self.style.parameters())
                    if p.requires_grad]
        adam = dict(betas=(0.5, 0.99), fused=True)
        self.optimiser = torch.optim.Adam(self.own, o.rate, **adam)
        self.rival_optimiser = torch.optim.Adam(self.rival.parameters(), o.rival_rate, **adam)
        self.parts = {"G": self.net, "E": self.style, "D": self.rival, "average": self.average,
                      "og": self.optimiser, "od": self.rival_optimiser}

    def step(self, b, rng, step):
        """One step; returns what to log."""
        o, n = self.options, len(b.real)
        shape = min(1.0, (step + 1) / 200) * min(1.0, 2.5 * (1 - step / o.steps) + 0.02)
        alone = step < o.lessons or step % o.every > 0
        self.optimiser.param_groups[0]["lr"] = shape * (o.lesson_rate if step < o.lessons else o.rate)
        self.rival_optimiser.param_groups[0]["lr"] = shape * o.rival_rate
        right = b.right + NOISE * torch.randn_like(b.right)
        with low():
            mu, spread = self.style(b.other).float().chunk(2, 1)
        spread = spread.clamp(-8, 2)
        seen = mu + (0.5 * spread).exp() * torch.randn_like(mu)
        free = 0 if alone else n              # drawn from noise: 5 of 8 told, 3 of 8 between two
        told = free * 5 // 8
        codes = torch.cat([right[:told], between(right, rng)[:free - told], right])
        z = torch.cat([torch.randn(free, o.z), seen])
        with low():
            drawn, logits = self.net.layers(codes, z)
        gap, steps, inside = losses.distance(drawn[free:], b.real, b.shares)
        place = losses.misplaced(logits[free:].float(), b.shares)
        kl = losses.divergence(mu, spread)
        turn, other = losses.turned(mu, b.shares), losses.foreign(logits.float(), codes)
        loss = 5 * gap + 4 * steps + inside + place + o.kl * kl + 0.2 * turn + 2 * other
        line = {"gap": gap, "steps": steps, "inside": inside, "place": place, "kl": kl, "turn": turn,
                "other": other}
        if not alone:
            grow = min(1.0, 0.1 + 0.9 * (step - o.lessons) / 800)
            fakes = torch.cat([torch.arange(told), torch.arange(free + told, free + n)])
            real, judged = self.learn(b, right, drawn[fakes].detach(), codes[fakes], step)
            line.update(judged)
            loss = loss + self.judged(drawn, codes, real, free, grow, line)
        descend(loss, self.own, self.optimiser, longest=5.0)
        follow(self.average, self.net, step)
        return {name: float(value.detach()) for name, value in line.items()}

    def learn(self, b, right, fakes, told, step):
        """The discriminator's step on the three pairs; returns its features of the real pictures."""
        n, rival = len(b.real), self.rival
        wrong = b.wrong + NOISE * torch.randn_like(b.wrong)
        rival.requires_grad_(True)
        with low():
            features = rival.look(torch.cat([b.real, fakes]))
            real = [f[:n] for f in features]
            yes, no = rival.fits(real, right), rival.fits(real, wrong)
            false = rival.fits([f[n:] for f in features], told)
            colours, flower = rival.reads(real)
        read = losses.colours_off(colours, b.shown)
        loss = (losses.logistic(yes, 1) + 0.5 * (losses.logistic(no, 0) + losses.logistic(false, 0))
                + read + losses.subject_off(flower, b.right))
        if step // self.options.every % 8 == 0:
            judge = lambda pictures: rival.fits(rival.look(pictures), right[:n // 2])
            loss = loss + 8 * 0.5 * self.options.gamma * losses.steepness(judge, b.real[:n // 2])
        self.rival_optimiser.zero_grad()
        loss.backward()
        self.rival_optimiser.step()
        shares = {"yes": yes, "no": no, "false": false}
        return real, {"read": read, **{k: v.sigmoid().mean() for k, v in shares.items()}}

    def judged(self, drawn, codes, real, free, grow, line):
        """The generator's loss by the discriminator."""
        self.rival.requires_grad_(False)
        with low():
            features = self.rival.look(drawn)
            fits = self.rival.fits(features, codes)
            colours, flower = self.rival.reads(features)
        told = losses.named_off(colours, codes) + losses.subject_off(flower, codes)
        alike = sum((f[free:].float() - r.detach().float()).abs().mean()
                    for f, r in zip(features[:2], real[:2]))
        line.update(judged=fits[:free].sigmoid().mean(), told=told, features=alike)
        return grow * (self.options.adversarial * losses.logistic(fits, 1) + 0.5 * told) + alike

    @torch.no_grad()
    def sheet(self, b, path, count=12):
        """Rows: scenes, the same recoloured, what their style and code give, noise and codes."""
        count = min(count, len(b.real))
        self.average.eval()
        self.style.eval()
        z = self.style(b.other[:count])[:, :self.options.z]
        rows = [b.other[:count], b.real[:count], self.average(b.right[:count], z)]
        for codes in [b.right[:count]] * 3 + [b.right[k:k + 1].expand(count, -1) for k in (0, 1)]:
            rows.append(self.average(codes, torch.randn(count, self.options.z)))
        self.style.train()
        self.average.train()
        grid = torch.cat([torch.cat(list(row), 2) for row in rows], 1).clamp(-1, 1)
        pixels = ((grid + 1) * 127.5 + 0.5).to(torch.uint8).permute(1, 2, 0).numpy()
        image = Image.fromarray(pixels)
        image.resize((2 * image.width, 2 * image.height), Image.NEAREST).save(path)


def main():
    options = arguments()
    one_core(options.seed)
    home = os.path.join(scoring.folder(), options.run)
    os.makedirs(home, exist_ok=True)
    TrainingSet.prepare(scoring.folder(), options.layouts, 64, 1)
    data = TrainingSet(scoring.folder(), options.layouts, 64)
    training, path = Training(options), os.path.join(home, "state.pt")
    first, began, recent = resume(path, training.parts), time.time(), []
    with open(os.path.join(home, "log.jsonl"), "a") as log:
        for step in range(first, options.steps):
            rng = generator(SEED, 7, options.seed, step)
            torch.manual_seed(options.seed * 1_000_003 + step)
            b = batch(data, rng, options.batch)
            recent.append(training.step(b, rng, step))
            last = step + 1 == options.steps
            if (step + 1) % 50 == 0 or last:
                means = {k: round(float(np.mean([e[k] for e in recent if k in e])), 4)
                         for k in dict.fromkeys(key for e in recent for key in e)}
                line = json.dumps({"step": step + 1, "seconds": round(time.time() - began), **means})
                recent = []
                log.write(line + "\n")
                log.flush()
                print(line, flush=True)
            if (step + 1) % EVERY == 0 or last:
                keep(path, training.parts, step + 1)
                training.sheet(b, os.path.join(home, f"sheet-{step + 1:05d}.png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
