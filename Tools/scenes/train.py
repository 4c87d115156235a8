"""Trains the narrow TAGAN on drawn scenes.

    Tools/scenes/train --outdir RUN --size 64 --steps 20000 --batch 32 --rate 1e-3
    Tools/scenes/train --outdir RUN-128 --start RUN/weights.safetensors --size 128 ...

Supervised by the true edited picture; with --adversarial also by a text-adaptive discriminator. The
same command goes on where it was stopped (RUN/state.pt); RUN/log.jsonl has the losses;
RUN/weights.safetensors is the moving average of the weights.
"""

import argparse
import copy
import json
import math
import os
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

import model
from network import Discriminator, Generator, divergence, encode
from scene import Scene, generator
from score import Tally
from trainingset import SEED, VALIDATION_SEED, TrainingSet


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outdir", required=True)
    parser.add_argument("--start", help="weights to begin with (safetensors)")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--layouts", type=int, default=8000)
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--last-rate", type=float, default=1e-5)
    parser.add_argument("--kl", type=float, default=1e-4)
    parser.add_argument("--adversarial", type=float, default=0.0, help="weight of the GAN losses")
    parser.add_argument("--base", type=int, default=16)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--word", type=int, default=64)
    parser.add_argument("--condition", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--check-every", type=int, default=1000)
    return parser.parse_args()


def supervised(drawn, target, edited):
    """L1 and squared error to the true edit, plus the mean L1 inside each edited part."""
    gap = (drawn - target).abs().mean(1)                       # N x H x W
    area = edited.sum((2, 3))                                  # N x parts
    inside = torch.einsum("nphw,nhw->np", edited, gap) / area.clamp(min=1)
    shown = (area > 0).float()
    return gap.mean() + (gap ** 2).mean() + 0.5 * (inside * shown).sum() / shown.sum().clamp(min=1)


class Rival:
    """The discriminator with its optimiser and the two adversarial steps."""

    def __init__(self, entries, rate):
        self.net = Discriminator(entries).to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.Adam(self.net.parameters(), rate, betas=(0.5, 0.999))

    def learn(self, real, drawn, ids, lengths):
        """`ids` speak truly of `real`; the rolled batch gives wrong texts."""
        logit, pooled = self.net.scales(real)
        right = self.net.fits(pooled, ids, lengths)
        wrong = self.net.fits(pooled, ids.roll(1, 0), lengths.roll(1, 0))
        fake, _ = self.net.scales(drawn.detach())
        loss = (F.binary_cross_entropy_with_logits(logit, torch.ones_like(logit))
                + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
                + 5 * (F.binary_cross_entropy(right, torch.ones_like(right))
                       + F.binary_cross_entropy(wrong, torch.zeros_like(wrong))))
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def judge(self, drawn, ids, lengths):
        logit, pooled = self.net.scales(drawn)
        fit = self.net.fits(pooled, ids, lengths)
        return (F.binary_cross_entropy_with_logits(logit, torch.ones_like(logit))
                + 10 * F.binary_cross_entropy(fit, torch.ones_like(fit)))


def validate(net, size, count=100):
    """The figures on validation scenes, trained pairs and held-out pairs."""
    net.eval()
    result = {}
    noise = torch.randn(count, net.mu[0].out_features,
                        generator=torch.Generator().manual_seed(5))
    for held_out in (False, True):
        scenes = [Scene(VALIDATION_SEED, index, size, held_out) for index in range(count)]
        tally = Tally()
        for k in range(0, count, 20):
            part = scenes[k:k + 20]
            for scene, output in zip(part, model.edit(
                    net, [s.picture() for s in part], [s.edit_caption for s in part],
                    noise[k:k + 20])):
                tally.add(scene, output)
        figures = tally.figures()
        name = "held_out" if held_out else "trained"
        result[name] = figures["colour_right"]
        result[name + "_mse"] = figures["outside_mse"]
    net.train()
    return result


def keep(path, net, average, optimiser, rival, step):
    """Writes what it takes to go on, never half a file."""
    state = {"net": net.state_dict(), "average": average.state_dict(),
             "optimiser": optimiser.state_dict(), "step": step,
             "rival": rival and (rival.net.state_dict(), rival.optimiser.state_dict())}
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    os.makedirs(options.outdir, exist_ok=True)
    known = model.vocabulary()
    data = TrainingSet(options.layouts, options.size, options.threads)

    if options.start:
        net = model.load(options.start)
    else:
        net = Generator(len(known) + 1, options.base, options.hidden, options.word,
                        options.condition)
    net = net.to(memory_format=torch.channels_last).train()
    optimiser = torch.optim.Adam(net.parameters(), options.rate, betas=(0.9, 0.99))
    rival = Rival(len(known) + 1, options.rate) if options.adversarial else None
    average = copy.deepcopy(net)
    first, state_path = 0, os.path.join(options.outdir, "state.pt")
    if os.path.exists(state_path):
        state = torch.load(state_path)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        if rival and state["rival"]:
            rival.net.load_state_dict(state["rival"][0])
            rival.optimiser.load_state_dict(state["rival"][1])
        first = state["step"]

    log = open(os.path.join(options.outdir, "log.jsonl"), "a")
    began, recent = time.time(), []
    for step in range(first, options.steps):
        rng = generator(SEED, options.seed, step)
        torch.manual_seed(options.seed * 1_000_003 + step)
        warm = min(1.0, (step + 1) / 300)
        cosine = 0.5 + 0.5 * math.cos(math.pi * step / options.steps)
        rate = options.last_rate + (options.rate - options.last_rate) * cosine
        for group in optimiser.param_groups:
            group["lr"] = rate * warm
        source, target, edited, texts = data.batch(rng, options.batch)
        ids, lengths = encode(texts, known, model.LENGTH)
        ids = ids[:, :int(lengths.max())]
        noise = torch.randn(options.batch, net.mu[0].out_features)
        drawn, mu, log_sigma = net(source, ids, lengths, noise)
        loss = supervised(drawn, target, edited) + options.kl * divergence(mu, log_sigma)
        entry = {"loss": loss.item()}
        if rival:
            entry["rival"] = rival.learn(target, drawn, ids, lengths)
            judged = rival.judge(drawn, ids, lengths)
            entry["judged"] = judged.item()
            loss = loss + options.adversarial * judged
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        decay = min(0.998, (step - first + 1) / (step - first + 10))
        with torch.no_grad():
            for slow, fast in zip(average.state_dict().values(), net.state_dict().values()):
                if slow.dtype.is_floating_point:
                    slow.lerp_(fast, 1 - decay)
                else:
                    slow.copy_(fast)
        recent.append(entry)
        last = step + 1 == options.steps
        if (step + 1) % 100 == 0 or last:
            means = {key: round(float(np.mean([e[key] for e in recent])), 5) for key in recent[0]}
            line = {"step": step + 1, "seconds": round(time.time() - began),
                    "rate": round(rate, 7), **means}
            recent = []
            if (step + 1) % options.check_every == 0 or last:
                line.update(validate(average, options.size))
                keep(state_path, net, average, optimiser, rival, step + 1)
                model.save(average, os.path.join(options.outdir, "weights.safetensors"))
            log.write(json.dumps(line) + "\n")
            log.flush()
            print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
