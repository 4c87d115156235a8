"""The DAMSM text encoder of AttnGAN (Xu et al., CVPR 2018): a bidirectional LSTM over the words."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class TextEncoder(nn.Module):
    """Ids N x T and lengths N become words N x nef x T (zero on padding) and a sentence N x nef."""

    def __init__(self, entries=5450, nef=256, word_size=300):
        super().__init__()
        self.encoder = nn.Embedding(entries, word_size)
        self.rnn = nn.LSTM(word_size, nef // 2, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(
            self.encoder(ids), lengths, batch_first=True, enforce_sorted=False)
        outputs, (last, _) = self.rnn(packed)
        words, _ = pad_packed_sequence(outputs, batch_first=True, total_length=ids.shape[1])
        return words.transpose(1, 2), torch.cat([last[0], last[1]], 1)
