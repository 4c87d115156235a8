/* Rows of a table by their numbers. */
#pragma once

#include "tg_axes.h"

/* A unit is a position of `positions`. A row has the positions of `row` times a run of `count`
 * elements of stride 1 in table and output. */
typedef struct {
  tg_grid grid;
  const float *_Nonnull table;
  const float *_Nonnull indices;
  float *_Nonnull output;
  tg_axes positions; /* tensor 0: indices, 1: output */
  tg_axes row;       /* tensor 0: table, 1: output */
  ptrdiff_t count;
  ptrdiff_t rows;
  ptrdiff_t row_stride;
  ptrdiff_t *_Nonnull first_bad; /* lowered to the first unit whose number is no row's */
} tg_gather;

/** Runs one tile of a `tg_gather`. A number that is no row's, not whole or not a number makes a
 * row of zeros, and its unit the content of `first_bad` unless that is less. */
void tg_gather_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
