/* Turned weights, square by square of 16 channels and 16 outputs, which lie together on both sides.
 */
#include "tg_turn.h"

#include "tg_convolution.h"
#include "tg_counts.h"
#include "tg_variant.h"

void tg_turn_prepare(tg_turn *turn, tg_isa isa, const void *weights, tg_element element,
                     ptrdiff_t channels, ptrdiff_t outputs, ptrdiff_t taps, float *out) {
  *turn = (tg_turn){.isa = isa,
                    .weights = weights,
                    .element = element,
                    .out = out,
                    .channels = channels,
                    .outputs = outputs,
                    .taps = taps,
                    .tile_count = divide_up(outputs, TG_PANEL)};
}

/* `count` weights from `start` on as floats of 32 bits: where they lie, or widened into `wide`. */
static const float *floats_of(const tg_turn *turn, ptrdiff_t start, ptrdiff_t count, float *wide) {
  if (turn->element == TG_FLOAT32) return (const float *)turn->weights + start;
  tg_variant_of(turn->isa)->widen((const uint16_t *)turn->weights + start, wide, count);
  return wide;
}

void tg_turn_panel(const tg_turn *turn, ptrdiff_t panel, float *out) {
  const ptrdiff_t first = panel * TG_PANEL, lanes = least(TG_PANEL, turn->outputs - first);
  float wide[TG_PANEL * TG_PANEL];
  for (ptrdiff_t tap = 0; tap < turn->taps; tap += 1) {
    for (ptrdiff_t start = 0; start < turn->channels; start += TG_PANEL) {
      const ptrdiff_t row = (start / TG_PANEL * turn->taps + turn->taps - 1 - tap) * turn->outputs;
      const float *from = floats_of(turn, (row + first) * TG_PANEL, lanes * TG_PANEL, wide);
      const ptrdiff_t channels = least(TG_PANEL, turn->channels - start);
      for (ptrdiff_t c = 0; c < channels; c += 1, out += TG_PANEL) {
        for (ptrdiff_t lane = 0; lane < lanes; lane += 1) out[lane] = from[lane * TG_PANEL + c];
        for (ptrdiff_t lane = lanes; lane < TG_PANEL; lane += 1) out[lane] = 0;
      }
    }
  }
}

ptrdiff_t tg_turn_room(const tg_turn *turn, int is_turned) {
  return is_turned || turn->element != TG_FLOAT32 ? turn->taps * turn->channels * TG_PANEL : 0;
}

const float *tg_turn_find(const tg_turn *turn, int is_turned, ptrdiff_t panel, float *room) {
  const ptrdiff_t count = turn->taps * turn->channels * TG_PANEL;
  if (is_turned) {
    tg_turn_panel(turn, panel, room);
  } else if (turn->element == TG_FLOAT32) {
    return (const float *)turn->weights + panel * count;
  } else {
    tg_variant_of(turn->isa)->widen((const uint16_t *)turn->weights + panel * count, room, count);
  }
  return room;
}

void tg_turn_tile(const void *record, ptrdiff_t tile, void *workspace) {
  (void)workspace;
  const tg_turn *turn = record;
  tg_turn_panel(turn, tile, turn->out + tile * turn->taps * turn->channels * TG_PANEL);
}
