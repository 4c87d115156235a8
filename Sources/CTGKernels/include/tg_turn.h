/* Weights of a convolution for its gradient towards the picture: channels exchanged, taps in
 * reverse order. */
#pragma once

#include "tg_common.h"

#include <stddef.h>

/** Turned weights [ceil(C / 16)][taps][O][16], as the convolution has them whose gradient this is,
 * floats of 32 or of 16 bits, and the panels [ceil(O / 16)][taps][C][16] that are made of them:
 * w[o][tap][c] is element [c / 16][taps - 1 - tap][o][c % 16]. Tiles are panels. */
typedef struct {
  tg_isa isa;
  const void *_Nonnull weights;
  tg_element element;
  float *_Nonnull out;
  ptrdiff_t channels, outputs, taps, tile_count;
} tg_turn;

/** Prepares it for `channels` C, `outputs` O and a kernel of `taps` positions. */
void tg_turn_prepare(tg_turn *_Nonnull turn, tg_isa isa, const void *_Nonnull weights,
                     tg_element element, ptrdiff_t channels, ptrdiff_t outputs, ptrdiff_t taps,
                     float *_Nonnull out);

/** Writes a panel, [taps][C][16], to `out`; outputs that it lacks are 0. */
void tg_turn_panel(const tg_turn *_Nonnull turn, ptrdiff_t panel, float *_Nonnull out);

/** A panel, [taps][C][16] of 32 bits, of weights that are turned, or that are panels already: where
 * it lies, or made in `room` for so many floats (tg_turn_room). */
const float *_Nonnull tg_turn_find(const tg_turn *_Nonnull turn, int is_turned, ptrdiff_t panel,
                                   float *_Nullable room);

/** The floats of the room that tg_turn_find needs. */
ptrdiff_t tg_turn_room(const tg_turn *_Nonnull turn, int is_turned);

/** Makes one panel; needs no workspace. */
void tg_turn_tile(const void *_Nonnull turn, ptrdiff_t tile, void *_Nonnull workspace);
