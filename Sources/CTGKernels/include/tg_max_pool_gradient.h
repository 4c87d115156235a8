/* The gradient of a maximum over windows of [N, H, W, C]. */
#pragma once

#include "tg_axes.h"

/* The adjoint of a maximum. A unit is a band of `band` rows of a picture, the last one of an item
 * perhaps less: `bands` for each item. */
typedef struct {
  tg_grid grid;
  const float *_Nonnull input;
  const float *_Nonnull gradient;
  float *_Nonnull output;
  ptrdiff_t height, width, channels;
  ptrdiff_t in_item, in_row, in_column;
  ptrdiff_t windows_y, windows_x;
  ptrdiff_t gradient_item, gradient_row, gradient_column;
  ptrdiff_t out_item, out_row, out_column;
  ptrdiff_t kernel_height, kernel_width, stride_y, stride_x, pad_top, pad_left;
  ptrdiff_t band, bands;
} tg_max_pool_gradient;

/** Runs one tile of a `tg_max_pool_gradient`. */
void tg_max_pool_gradient_tile(const void *_Nonnull record, ptrdiff_t tile,
                               void *_Nonnull workspace);
