"""TAGAN (Nam, Kim, Kim, NeurIPS 2018): edits a picture to fit a sentence of word vectors.

Batch first everywhere: pictures N x 3 x S x S in [-1, 1], words N x T x W (zero after the end),
lengths N. The noise z is an argument. Sizes are arguments; the defaults are the published ones.
"""

import torch
from torch import nn


def sequence_mask(lengths, steps):
    """1 on words, 0 on padding: N x T."""
    return (torch.arange(steps)[None, :] < lengths[:, None]).to(torch.get_default_dtype())


class SentenceEncoder(nn.Module):
    """Two GRU cells run by hand, forward and backward; their states are averaged."""

    def __init__(self, word_size, hidden):
        super().__init__()
        self.txt_encoder_f = nn.GRUCell(word_size, hidden)
        self.txt_encoder_b = nn.GRUCell(word_size, hidden)

    def encode(self, words, lengths):
        """Returns one state per word (N x T x H, zero on padding) and their mean (N x H)."""
        count, steps, _ = words.shape
        mask = sequence_mask(lengths, steps).to(words.dtype)[:, :, None]
        state = words.new_zeros(count, self.txt_encoder_f.hidden_size)
        forward = []
        for t in range(steps):  # runs on through the padding; only what it shows is masked
            state = self.txt_encoder_f(words[:, t], state)
            forward.append(state * mask[:, t])
        state = torch.zeros_like(state)
        backward = [None] * steps
        for t in reversed(range(steps)):  # stays zero until the last word
            state = mask[:, t] * self.txt_encoder_b(words[:, t], state) + (1 - mask[:, t]) * state
            backward[t] = state
        states = (torch.stack(forward, 1) + torch.stack(backward, 1)) / 2
        return states, states.sum(1) / lengths[:, None].to(words.dtype)


class Residual(nn.Module):
    """x + BN(conv(ReLU(BN(conv(x))))); nothing after the sum."""

    def __init__(self, channels):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return x + self.encoder(x)


def conv_norm(inputs, outputs, kernel, stride, act):
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=False),
        nn.BatchNorm2d(outputs),
        act,
    ]


class Generator(SentenceEncoder):
    """With `entries` > 0 the words come as ids through a table `word_embedding`."""

    def __init__(self, base=64, hidden=512, condition=128, word_size=300, entries=0):
        super().__init__(word_size, hidden)
        b = base
        self.encoder = nn.Sequential(
            nn.Conv2d(3, b, 3, padding=1),
            nn.ReLU(),
            *conv_norm(b, 2 * b, 4, 2, nn.ReLU()),
            *conv_norm(2 * b, 4 * b, 4, 2, nn.ReLU()),
            *conv_norm(4 * b, 8 * b, 4, 2, nn.ReLU()),
        )
        self.residual_blocks = nn.Sequential(
            *conv_norm(8 * b + condition, 8 * b, 3, 1, nn.ReLU()),
            *[Residual(8 * b) for _ in range(4)],
        )
        self.decoder = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="nearest"),
            *conv_norm(8 * b, 4 * b, 3, 1, nn.ReLU()),
            nn.Upsample(scale_factor=2, mode="nearest"),
            *conv_norm(4 * b, 2 * b, 3, 1, nn.ReLU()),
            nn.Upsample(scale_factor=2, mode="nearest"),
            *conv_norm(2 * b, b, 3, 1, nn.ReLU()),
            nn.Conv2d(b, 3, 3, padding=1),
            nn.Tanh(),
        )
        self.mu = nn.Sequential(nn.Linear(hidden, condition), nn.LeakyReLU(0.2))
        self.log_sigma = nn.Sequential(nn.Linear(hidden, condition), nn.LeakyReLU(0.2))
        if entries > 0:
            self.word_embedding = nn.Embedding(entries, word_size)

    def forward(self, image, words, lengths, z):
        """Returns the edited picture, mu and log sigma (N x condition)."""
        if not words.dtype.is_floating_point:
            mask = sequence_mask(lengths, words.shape[1])[:, :, None]
            words = self.word_embedding(words) * mask
        _, sentence = self.encode(words, lengths)
        mu, log_sigma = self.mu(sentence), self.log_sigma(sentence)
        c = mu + log_sigma.exp() * z
        e = self.encoder(image)
        tiled = c[:, :, None, None].expand(-1, -1, e.shape[2], e.shape[3])
        merged = self.residual_blocks(torch.cat([e, tiled], 1))
        return self.decoder(e + merged), mu, log_sigma


class Discriminator(SentenceEncoder):
    """Judges pictures; every word of the sentence becomes a small classifier."""

    def __init__(self, base=64, hidden=512, word_size=300, size=128):
        super().__init__(word_size, hidden)
        act = nn.LeakyReLU(0.2)
        b, widths = base, [4 * base, 8 * base, 8 * base]
        self.encoder_1 = nn.Sequential(
            nn.Conv2d(3, b, 4, 2, 1),
            act,
            *conv_norm(b, 2 * b, 4, 2, act),
            *conv_norm(2 * b, 4 * b, 4, 2, act),
        )
        self.encoder_2 = nn.Sequential(*conv_norm(4 * b, 8 * b, 4, 2, act))
        self.encoder_3 = nn.Sequential(*conv_norm(8 * b, 8 * b, 4, 2, act))
        self.GAP_1, self.GAP_2, self.GAP_3 = (
            nn.Sequential(*conv_norm(n, n, 3, 1, act)) for n in widths)
        self.gen_filter = nn.ModuleList([nn.Linear(hidden, n + 1) for n in widths])
        self.gen_weight = nn.Sequential(nn.Linear(hidden, 3), nn.Softmax(-1))
        self.classifier = nn.Conv2d(8 * b, 1, size // 32)

    def forward(self, image, words, lengths):
        """Returns per picture the logit, the score of its text and of the text before (N)."""
        f1 = self.encoder_1(image)
        f2 = self.encoder_2(f1)
        f3 = self.encoder_3(f2)
        pooled = [self.GAP_1(f1), self.GAP_2(f2), self.GAP_3(f3)]
        pooled = [f.mean((2, 3)) for f in pooled]
        real = self.classifier(f3).reshape(-1)
        states, mean = self.encode(words, lengths)
        mask = sequence_mask(lengths, words.shape[1]).to(words.dtype)
        alpha = torch.einsum("nth,nh->nt", states, mean).exp() * mask
        alpha = alpha / alpha.sum(1, keepdim=True)
        beta = self.gen_weight(states)
        filters = [f(states) for f in self.gen_filter]

        def score(shift):
            total = 0
            for j, (f, v) in enumerate(zip(filters, pooled)):
                f = f.roll(shift, 0)
                vote = torch.einsum("ntc,nc->nt", f[..., :-1], v) + f[..., -1]
                total = total + beta.roll(shift, 0)[..., j] * vote.sigmoid()
            return (total + 1e-7).clamp(max=1).pow(alpha.roll(shift, 0)).prod(1)

        return real, score(0), score(1)
