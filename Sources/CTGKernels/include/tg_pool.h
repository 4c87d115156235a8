/* Maximum and average over windows of [N, H, W, C], and the adjoint of the maximum. */
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
} tg_pooling;

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
} tg_unpooling;

/** Runs one tile of a `tg_unpooling`. */
void tg_f32_unpool_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);

/** Runs one tile of a `tg_pooling`. */
void tg_f32_pool_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
