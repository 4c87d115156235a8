/* Maximum and average over windows of [N, H, W, C]. */
#pragma once

#include "tg_axes.h"

enum { TG_POOL_MAXIMUM, TG_POOL_AVERAGE, TG_POOL_AVERAGE_COUNTING_PADDING };

/* Strides in elements; channels have stride 1. A unit is an output row (n, oy). */
typedef struct {
  tg_grid grid;
  const float *_Nonnull input;
  float *_Nonnull output;
  int32_t function;
  ptrdiff_t height, width, channels;
  ptrdiff_t in_item, in_row, in_column;
  ptrdiff_t out_height, out_width;
  ptrdiff_t out_item, out_row, out_column;
  ptrdiff_t kernel_height, kernel_width, stride_y, stride_x, pad_top, pad_left;
} tg_pool;

/** Runs one tile of a `tg_pool`. */
void tg_pool_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
