/* Subtract the mean, divide by the deviation, over axes. */
#pragma once

#include "tg_block_epilogue.h"

/* With `lanes` == 0 a unit is a place of `kept`. Otherwise the innermost kept axis, of `lanes`
 * elements of stride 1 in input and output, is left out of `kept`, and a unit is `block` (at most
 * 64) of its lanes. A unit is normalised over the places of `outer` times an innermost run of
 * `count` elements. The epilogue counts by the axes of `kept`, of `outer`, the run and the lanes. */
typedef struct {
  tg_grid grid;
  const float *_Nonnull input;
  float *_Nonnull output;
  ptrdiff_t lanes;
  ptrdiff_t block;
  tg_axes kept;  /* tensor 0: input, 1: output */
  tg_axes outer; /* tensor 0: input, 1: output */
  ptrdiff_t count;
  ptrdiff_t stride_in, stride_out; /* of the run */
  float epsilon;
  tg_block_epilogue epilogue;
} tg_normalization;

enum {
  /** The elements that pass through the workspace at once, if there is an epilogue. */
  TG_NORMALIZE_BLOCK = 4096,
};

/** Runs one tile of a `tg_normalization`; the workspace has TG_NORMALIZE_BLOCK floats and then what
 * the epilogue's program needs. */
void tg_f32_normalize_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
