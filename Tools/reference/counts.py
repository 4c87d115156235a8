"""Parameter counts of the published sizes, as the fact sheets give them: the cheapest proof that a
module has the right layers. Run by Tools/parity --references."""

import torch

import attngan
import damsm
import lxmert
import stylegan1
import tagan

PUBLISHED = [
    ("TAGAN generator", tagan.Generator, {}, 28_771_651),
    ("TAGAN discriminator", tagan.Discriminator, {}, 15_432_263),
    ("AttnGAN birds", attngan.Generator, {}, 7_084_592),
    ("AttnGAN COCO", attngan.Generator, dict(g=48, residuals=3), 13_811_456),
    ("DAMSM text encoder birds", damsm.TextEncoder, {}, 2_075_320),
    ("DAMSM text encoder COCO", damsm.TextEncoder, dict(entries=27297), 8_629_420),
    ("StyleGAN 1024", stylegan1.Generator, {}, 26_212_019),
    ("StyleGAN 256", stylegan1.Generator, dict(resolution=256), 26_078_915),
    ("StyleGAN 64, all toRGB", stylegan1.Generator, dict(resolution=64, last_only=False),
     25_137_935),
    ("LXMERT cross layer", lxmert.CrossLayer, {}, 16_539_648),
]


def check():
    """Prints a line per network. Returns how many counts are wrong."""
    wrong = 0
    for name, network, sizes, published in PUBLISHED:
        with torch.device("meta"):
            count = sum(p.numel() for p in network(**sizes).parameters())
        wrong += count != published
        print(f"{name:30} {count:,} parameters, published {published:,}"
              f"{'' if count == published else '  FAIL'}")
    return wrong
