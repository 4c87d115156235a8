/* Rows of a table by their numbers. */
#pragma once

#include "tg_axes.h"

/* A unit is a place of `places`. A row has the places of `row` times a run of `count` elements of
 * stride 1 in table and output. */
typedef struct {
  tg_grid grid;
  const float *_Nonnull table;
  const float *_Nonnull indices;
  float *_Nonnull output;
  tg_axes places; /* tensor 0: indices, 1: output */
  tg_axes row;    /* tensor 0: table, 1: output */
  ptrdiff_t count;
  ptrdiff_t rows;
  ptrdiff_t row_stride;
} tg_gathering;

/** Runs one tile of a `tg_gathering`; a number outside the table takes its nearest row, not-a-number row 0. */
void tg_f32_gather_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
