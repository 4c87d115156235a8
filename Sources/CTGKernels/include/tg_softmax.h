/* Softmax and its logarithm along one axis. */
#pragma once

#include "tg_axes.h"

/* Rows of `count` elements. With `lanes` == 0 a unit is a row, a position of `rows`; rows of
 * another stride than 1 pass through a workspace of `count` floats. Otherwise the innermost axis of
 * the rows, of `lanes` elements of stride 1 in input and output, is left out of `rows`, and a unit
 * is 16 rows side by side. */
typedef struct {
  tg_grid grid;
  const float *_Nonnull input;
  float *_Nonnull output;
  int32_t logarithmic;
  ptrdiff_t lanes;
  tg_axes rows; /* tensor 0: input, 1: output */
  ptrdiff_t count;
  ptrdiff_t stride_in;
  ptrdiff_t stride_out;
} tg_softmax;

/** Runs one tile of a `tg_softmax`; the workspace has `count` floats, the output may be the input.
 */
void tg_softmax_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
