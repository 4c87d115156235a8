/* Turned weights, square by square of 16 channels and 16 outputs, which lie together on both sides.
 */
#include "tg_turn.h"

#include "tg_counts.h"
#include "tg_convolution.h"

void tg_turn_prepare(tg_turn *turn, const float *weights, ptrdiff_t channels, ptrdiff_t outputs,
                     ptrdiff_t taps, float *out) {
  *turn = (tg_turn){.weights = weights,
                    .out = out,
                    .channels = channels,
                    .outputs = outputs,
                    .taps = taps,
                    .tile_count = divide_up(outputs, TG_PANEL)};
}

void tg_turn_panel(const tg_turn *turn, ptrdiff_t panel, float *out) {
  const ptrdiff_t first = panel * TG_PANEL, lanes = least(TG_PANEL, turn->outputs - first);
  for (ptrdiff_t tap = 0; tap < turn->taps; tap += 1) {
    for (ptrdiff_t start = 0; start < turn->channels; start += TG_PANEL) {
      const ptrdiff_t row = (start / TG_PANEL * turn->taps + turn->taps - 1 - tap) * turn->outputs;
      const float *from = turn->weights + (row + first) * TG_PANEL;
      const ptrdiff_t channels = least(TG_PANEL, turn->channels - start);
      for (ptrdiff_t c = 0; c < channels; c += 1, out += TG_PANEL) {
        for (ptrdiff_t lane = 0; lane < lanes; lane += 1) out[lane] = from[lane * TG_PANEL + c];
        for (ptrdiff_t lane = lanes; lane < TG_PANEL; lane += 1) out[lane] = 0;
      }
    }
  }
}

void tg_turn_tile(const void *record, ptrdiff_t tile, void *workspace) {
  (void)workspace;
  const tg_turn *turn = record;
  tg_turn_panel(turn, tile, turn->out + tile * turn->taps * turn->channels * TG_PANEL);
}
