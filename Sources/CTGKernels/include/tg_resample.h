/* A sparse linear map along one axis. */
#pragma once

#include "tg_axes.h"

/* out[a, i, b] = Σₜ weights[i, t] · in[a, starts[i] + t, b]. `b` counts `lanes` elements of stride
 * 1 in both, `a` are the positions of `others`. A unit is `block` values of i at one position. */
typedef struct {
  tg_grid grid;
  const int32_t *_Nonnull starts; /* [outputs] */
  const float *_Nonnull weights;  /* [outputs][taps] */
  const float *_Nonnull input;
  float *_Nonnull output;
  tg_axes others; /* tensor 0: input, 1: output */
  ptrdiff_t lanes;
  ptrdiff_t outputs;
  ptrdiff_t block;
  ptrdiff_t taps;
  ptrdiff_t stride_in, stride_out; /* along i */
} tg_resample;

/** Runs one tile of a `tg_resample`. */
void tg_resample_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
