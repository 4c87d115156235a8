"""AttnGAN's discriminators (Xu et al., CVPR 2018): how well a picture fits the vector of a caption."""

import torch
from torch import nn

from stackgan_v2 import Trunk, everywhere, logit, same


class Conditional(nn.Module):
    def __init__(self, d, nef):
        super().__init__()
        self.jointConv = nn.Sequential(*same(8 * d + nef, 8 * d))
        self.outlogits = logit(d)

    def forward(self, x, sentence):
        return self.outlogits(self.jointConv(torch.cat([x, everywhere(sentence, x)], 1)))


class Unconditional(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.outlogits = logit(d)

    def forward(self, x):
        return self.outlogits(x)


class Discriminator(Trunk):
    """D_NET64, D_NET128, D_NET256 by `size`. AttnDCGAN's has no unconditional head."""

    def __init__(self, size=256, d=64, nef=256, unconditional=True):
        super().__init__(size, d)
        if unconditional:
            self.UNCOND_DNET = Unconditional(d)
        self.COND_DNET = Conditional(d, nef)
        self.unconditional = unconditional

    def forward(self, image, sentence):
        """Two numbers for each item, or one: fits the sentence; is of the data."""
        x = self.seen(image)
        match = self.COND_DNET(x, sentence)
        return (match, self.UNCOND_DNET(x)) if self.unconditional else (match,)
