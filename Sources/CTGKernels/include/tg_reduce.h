/* Sum, mean, maximum, minimum, product and variance over axes. */
#pragma once

#include "tg_axes.h"

enum {
  TG_REDUCE_SUM,
  TG_REDUCE_MEAN,
  TG_REDUCE_MAXIMUM,
  TG_REDUCE_MINIMUM,
  TG_REDUCE_PRODUCT,
  TG_REDUCE_VARIANCE,
};

/* The work is cut into units. With `lanes` == 0 a unit is a place of `kept`. Otherwise the
 * innermost kept axis, of `lanes` elements of stride 1 in the input, is left out of `kept`, and a
 * unit is `block` (at most 64) of its lanes; units of one place of `kept` follow each other.
 * Each unit reduces the places of `outer` times an innermost run of `count` elements. */
typedef struct {
  tg_grid grid;
  const float *_Nonnull input;
  float *_Nonnull output;
  int32_t function;
  ptrdiff_t lanes;
  ptrdiff_t block;
  ptrdiff_t lane_stride; /* of the output */
  tg_axes kept;        /* tensor 0: input, 1: output */
  tg_axes outer;       /* tensor 0: input */
  ptrdiff_t count;
  ptrdiff_t stride; /* of the run, in the input */
} tg_reduction;

/** Runs one tile of a `tg_reduction`. */
void tg_f32_reduce_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
