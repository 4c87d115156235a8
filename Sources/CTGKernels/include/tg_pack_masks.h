/* Which numbers are larger than 0, sixteen to a word of 16 bits. */
#pragma once

#include "tg_axes.h"

/* A unit is a word: one of `count` of a run, a position of `runs`. A word is made of 16 neighbours,
 * the last of a run of `last` (1 to 16): bit k is 1 if neighbour k is there and larger than 0;
 * not-a-number is not. `stride_out` and the strides of `runs` count words in the output. */
typedef struct {
  tg_grid grid;
  const float *_Nonnull input;
  uint16_t *_Nonnull output;
  tg_axes runs; /* tensor 0: input, 1: output */
  ptrdiff_t count;
  ptrdiff_t stride_in;
  ptrdiff_t stride_out;
  ptrdiff_t last;
} tg_pack_masks;

/** Runs one tile of a `tg_pack_masks`; there is no workspace. */
void tg_pack_masks_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
