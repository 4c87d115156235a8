"""The editor of drawn scenes: TAGAN's encoder, decoder and sentences, with regions and a filter.

Batch first: pictures N x 3 x S x S in [-1, 1], word ids N x T with lengths N, codes N x condition.
Written from the page's description, apart from the module that Tools/scenes trains.
"""

import torch
from torch import nn

from tagan import Residual, SentenceEncoder, conv_norm, sequence_mask


class SceneEditor(SentenceEncoder):
    def __init__(self, base=16, hidden=192, word_size=64, condition=64, regions=10, entries=111):
        super().__init__(word_size, hidden)
        b, act = base, nn.ReLU()
        self.regions = regions
        self.encoder = nn.Sequential(
            nn.Conv2d(3, b, 3, padding=1), act,
            *conv_norm(b, 2 * b, 4, 2, act), *conv_norm(2 * b, 4 * b, 4, 2, act),
            *conv_norm(4 * b, 8 * b, 4, 2, act))
        self.residual_blocks = nn.Sequential(
            *conv_norm(8 * b, 8 * b, 3, 1, act), *[Residual(8 * b) for _ in range(4)])
        twice = nn.Upsample(scale_factor=2, mode="nearest")
        self.decoder = nn.Sequential(
            twice, *conv_norm(8 * b, 4 * b, 3, 1, act), twice, *conv_norm(4 * b, 2 * b, 3, 1, act),
            twice, *conv_norm(2 * b, b, 3, 1, act), nn.Conv2d(b + 3, b, 3, padding=1), act,
            nn.Conv2d(b, regions + 6, 3, padding=1))
        self.mu = nn.Sequential(nn.Linear(hidden, condition), nn.LeakyReLU(0.2))
        self.gates = nn.Linear(condition, regions)
        self.filters = nn.Linear(condition, 4 * regions)
        self.word_embedding = nn.Embedding(entries, word_size)

    def read(self, ids, lengths):
        mask = sequence_mask(lengths, ids.shape[1])[:, :, None]
        return self.mu(self.encode(self.word_embedding(ids) * mask, lengths)[1])

    def look(self, image):
        """Shares N x regions x S x S, lightness N x 1 x S x S, colours N x regions x 3."""
        maps, x = [], image
        for first, last in ((0, 2), (2, 5), (5, 8), (8, 11)):
            x = self.encoder[first:last](x)
            maps.append(x)
        x = x + self.residual_blocks(x)
        for first, skipped in ((0, 2), (4, 1), (8, 0)):
            x = torch.relu(self.decoder[first:first + 3](x) + maps[skipped])
        x = self.decoder[12:15](torch.cat([x, image], 1))
        n = self.regions
        share, guess, trust, colour = x[:, :n + 1], x[:, n + 1], x[:, n + 2], x[:, n + 3:]
        whole = (colour + 1) / 2                               # black is 0, white 1
        factor = ((image + 1) / 2 * whole).sum(1) / ((whole * whole).sum(1) + 0.01)
        share = share.softmax(1)[:, :n]
        each = (share[:, :, None] * colour[:, None]).sum((3, 4))
        each = each / (share.sum((2, 3)) + 1)[:, :, None]
        return share, (guess + trust * factor)[:, None], each

    def paint(self, image, code):
        share, light, colours = self.look(image)
        asked = self.filters(code).reshape(len(code), self.regions, 4)
        asked = asked * torch.sigmoid(self.gates(code))[:, :, None]
        asked = (asked[:, :, :3] - asked[:, :, 3:] * colours)[..., None, None]
        return (image + light * (share[:, :, None] * asked).sum(1)).clamp(-1, 1)

    def forward(self, image, ids, lengths):
        return self.paint(image, self.read(ids, lengths))
