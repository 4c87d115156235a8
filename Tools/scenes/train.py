"""Trains the narrow TAGAN on drawn scenes.

    Tools/scenes/train --outdir RUN --size 64 --steps 20000 --batch 8 --rate 1e-3
    Tools/scenes/train --outdir RUN-128 --start RUN/state.pt --size 128 ...

Supervised by the true edited picture; with --adversarial also by a text-adaptive discriminator. The
same command goes on where it was stopped (RUN/state.pt); RUN/log.jsonl has the losses;
RUN/weights.safetensors is the moving average of the weights, RUN/vocabulary.txt its words.
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
from network import Discriminator, Generator, divergence
from scene import Scene, generator
from score import Tally
from trainingset import SEED, VALIDATION_SEED, TrainingSet
from wording import Readout, Tints, encode, some_wish, teach, vocabulary


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outdir", required=True)
    parser.add_argument("--start", help="state.pt of another run to begin with")
    parser.add_argument("--lessons", type=int, default=2000,
                        help="steps of the text encoder alone, before the first picture")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--layouts", type=int, default=8000)
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--batch", type=int, default=8, help="pictures per worker and step")
    parser.add_argument("--captions", type=int, default=28,
                        help="more captions per worker and step, for the readout alone")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--last-rate", type=float, default=1e-5)
    parser.add_argument("--kl", type=float, default=1e-4)
    parser.add_argument("--adversarial", type=float, default=0.0,
                        help="weight of the GAN losses; needs size 128")
    parser.add_argument("--base", type=int, default=16)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--word", type=int, default=64)
    parser.add_argument("--condition", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes, one thread each")
    parser.add_argument("--check-every", type=int, default=1000)
    return parser.parse_args()


def supervised(drawn, target, edited):
    """Distance to the true edit: values, their steps from pixel to pixel, and each edited part.

    L1 and squared error everywhere, L1 of the differences of neighbours (sharp borders), and the
    mean L1 inside each edited part, so that a beak counts as much as a body.
    """
    difference = drawn - target
    gap = difference.abs().mean(1)                             # N x H x W
    steps = difference.diff(dim=2).abs().mean() + difference.diff(dim=3).abs().mean()
    area = edited.sum((2, 3))                                  # N x parts
    inside = torch.einsum("nphw,nhw->np", edited, gap) / area.clamp(min=1)
    shown = (area > 0).float()
    return (1.5 * gap.mean() + 2.0 * (difference ** 2).mean() + steps
            + 0.5 * (inside * shown).sum() / shown.sum().clamp(min=1))


class Rival:
    """The discriminator with its optimiser and the two adversarial steps."""

    def __init__(self, entries, rate, workers):
        self.workers = workers
        self.net = Discriminator(entries).to(memory_format=torch.channels_last)
        self.tints = Tints(self.net.word_embedding.embedding_dim)
        self.parameters = [*self.net.parameters(), *self.tints.parameters()]
        self.optimiser = torch.optim.Adam(self.parameters, rate, betas=(0.5, 0.999), fused=True)

    def learn(self, real, drawn, ids, lengths, wishes):
        """`ids` speak truly of `real`; the rolled batch gives wrong texts."""
        tint = self.tints.of(wishes)
        logit, pooled = self.net.scales(real)
        right = self.net.fits(pooled, ids, lengths, tint)
        wrong = self.net.fits(pooled, ids.roll(1, 0), lengths.roll(1, 0),
                              tuple(each.roll(1, 0) for each in tint))
        fake, _ = self.net.scales(drawn.detach())
        loss = (F.binary_cross_entropy_with_logits(logit, torch.ones_like(logit))
                + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
                + 5 * (F.binary_cross_entropy(right, torch.ones_like(right))
                       + F.binary_cross_entropy(wrong, torch.zeros_like(wrong))))
        self.optimiser.zero_grad()
        loss.backward()
        share(self.parameters, self.workers)
        self.optimiser.step()
        return loss.item()

    def judge(self, drawn, ids, lengths, wishes):
        """The generator's loss; leaves gradients here that the next `learn` clears."""
        logit, pooled = self.net.scales(drawn)
        fit = self.net.fits(pooled, ids, lengths, self.tints.of(wishes))
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


def keep(path, parts, optimiser, rival, step):
    """Writes what it takes to go on, never half a file."""
    state = {**{name: part.state_dict() for name, part in parts.items()},
             "optimiser": optimiser.state_dict(), "step": step,
             "rival": rival and (rival.net.state_dict(), rival.tints.state_dict(),
                               rival.optimiser.state_dict())}
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def share(parameters, workers):
    """Averages the gradients over the workers."""
    if workers == 1:
        return
    flat = torch.cat([p.grad.flatten() for p in parameters])
    torch.distributed.all_reduce(flat)
    flat /= workers
    at = 0
    for p in parameters:
        p.grad.copy_(flat[at:at + p.numel()].view_as(p))
        at += p.numel()


def main():
    options = arguments()
    os.makedirs(options.outdir, exist_ok=True)
    model.write_vocabulary(os.path.join(options.outdir, "vocabulary.txt"))
    TrainingSet.prepare(options.outdir, options.layouts, options.size, options.workers)
    if options.workers == 1:
        work(0, options)
    else:
        torch.multiprocessing.spawn(work, (options,), nprocs=options.workers)
    return 0


def work(worker, options):
    """One of the workers: each has its own part of the batch and one thread."""
    if options.workers > 1:
        meeting = os.path.abspath(os.path.join(options.outdir, f"meet-{os.getppid()}"))
        torch.distributed.init_process_group("gloo", init_method="file://" + meeting, rank=worker,
                                             world_size=options.workers)
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    known = vocabulary()
    data = TrainingSet(options.outdir, options.layouts, options.size)

    net = Generator(len(known) + 1, options.base, options.hidden, options.word, options.condition)
    net = net.to(memory_format=torch.channels_last).train()
    tints = Tints(net.word_embedding.embedding_dim)
    readout = Readout(net.mu[0].out_features)
    parameters = [*net.parameters(), *tints.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam(parameters, options.rate, betas=(0.9, 0.99), fused=True)
    rival = Rival(len(known) + 1, 2e-4, options.workers) if options.adversarial else None
    average = copy.deepcopy(net)
    parts = {"net": net, "average": average, "tints": tints, "readout": readout}
    if options.start:
        state = torch.load(options.start)
        for name, part in parts.items():
            part.load_state_dict(state["average" if part is net else name])
    elif options.lessons and not os.path.exists(os.path.join(options.outdir, "state.pt")):
        if worker == 0:
            teach(net, tints, readout, generator(SEED, options.seed), options.lessons)
        for part in parts.values() if options.workers > 1 else ():
            for tensor in part.state_dict().values():
                torch.distributed.broadcast(tensor, 0)
        average.load_state_dict(net.state_dict())
    first, state_path = 0, os.path.join(options.outdir, "state.pt")
    if os.path.exists(state_path):
        state = torch.load(state_path)
        for name, part in parts.items():
            part.load_state_dict(state[name])
        optimiser.load_state_dict(state["optimiser"])
        if rival and state["rival"]:
            for part, saved in zip((rival.net, rival.tints, rival.optimiser), state["rival"]):
                part.load_state_dict(saved)
        first = state["step"]

    chief = worker == 0
    log = open(os.path.join(options.outdir, "log.jsonl"), "a")
    began, recent = time.time(), []
    for step in range(first, options.steps):
        rng = generator(SEED, options.seed, step, worker)
        torch.manual_seed((options.seed * 1_000_003 + step) * 64 + worker)
        warm = min(1.0, (step + 1) / 300)
        cosine = 0.5 + 0.5 * math.cos(math.pi * step / options.steps)
        rate = options.last_rate + (options.rate - options.last_rate) * cosine
        for group in optimiser.param_groups:
            group["lr"] = rate * warm
        source, target, edited, wishes = data.batch(rng, options.batch)
        heard = wishes + [some_wish(rng) for _ in range(options.captions)]
        ids, lengths = encode([wish.tokens for wish in heard], known)
        _, meaning = net.read(ids, lengths, tints.of(heard))
        noise = torch.randn(options.batch, net.mu[0].out_features)
        drawn, mu, log_sigma = net.draw(source, meaning[:options.batch], noise)
        loss, asked = supervised(drawn, target, edited), readout.error(net.mu(meaning), heard)
        entry = {"loss": loss.item(), "asked": asked.item()}
        loss = loss + 0.5 * asked + options.kl * divergence(mu, log_sigma)
        if rival:
            ids, lengths = ids[:options.batch], lengths[:options.batch]
            entry["rival"] = rival.learn(target, drawn, ids, lengths, wishes)
            judged = rival.judge(drawn, ids, lengths, wishes)
            entry["judged"] = judged.item()
            loss = loss + options.adversarial * judged
        optimiser.zero_grad()
        loss.backward()
        share(parameters, options.workers)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        decay = min(0.998, (step - first + 1) / (step - first + 10))
        with torch.no_grad():
            slow, fast = ([tensor for tensor in m.state_dict().values()
                           if tensor.dtype.is_floating_point] for m in (average, net))
            torch._foreach_lerp_(slow, fast, 1 - decay)
        recent.append(entry)
        last = step + 1 == options.steps
        if chief and ((step + 1) % 100 == 0 or last):
            means = {key: round(float(np.mean([e[key] for e in recent])), 5) for key in recent[0]}
            line = {"step": step + 1, "seconds": round(time.time() - began),
                    "rate": round(rate, 7), **means}
            recent = []
            if (step + 1) % options.check_every == 0 or last:
                tints.write(average.word_embedding.weight.data, known)
                line.update(validate(average, options.size))
                keep(state_path, parts, optimiser, rival, step + 1)
                model.save(average, os.path.join(options.outdir, "weights.safetensors"))
            log.write(json.dumps(line) + "\n")
            log.flush()
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
