/* Rows of a table by their numbers, and the adjoint. */
#pragma once

#include "tg_axes.h"

/* A unit is a position of `positions`. A row has the positions of `row` times a run of `count`
 * elements of stride 1 in table and output. */
typedef struct {
  tg_grid grid;
  const void *_Nonnull table;
  tg_element element; /* of the table: floats of 32 or of 16 bits */
  const int32_t *_Nonnull indices;
  float *_Nonnull output;
  tg_axes positions; /* tensor 0: indices, 1: output */
  tg_axes row;       /* tensor 0: table, 1: output */
  ptrdiff_t count;
  ptrdiff_t rows;
  ptrdiff_t row_stride;
  ptrdiff_t *_Nonnull first_bad; /* lowered to the first unit whose number is no row's */
} tg_gather;

/** Runs one tile of a `tg_gather`. A number that is no row's makes a row of zeros, and its unit the
 * content of `first_bad` unless that is less. */
void tg_gather_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);

enum {
  /* The most columns of a unit of a scattering: a cache line, so that two threads rarely write to
   * one, and the numbers of the rows are read once for that many sums. */
  TG_SCATTER_COLUMNS = 16,
};

/* A unit is up to TG_SCATTER_COLUMNS neighbours of a row, in all rows. A row has the positions of
 * `row` times a run of `count` elements of stride 1 in input and output. */
typedef struct {
  tg_grid grid;
  const float *_Nonnull input;
  const int32_t *_Nonnull indices;
  float *_Nonnull output;
  tg_axes positions; /* tensor 0: indices, 1: input */
  tg_axes row;       /* tensor 0: input, 1: output */
  ptrdiff_t count;
  ptrdiff_t runs; /* units of one run of `count` elements */
  ptrdiff_t rows;
  ptrdiff_t row_stride;
  ptrdiff_t *_Nonnull first_bad; /* lowered to the first position whose number is no row's */
} tg_scatter;

/** Runs one tile of a `tg_scatter`: zeros, then each row of the input is added to the row of the
 * output that its number says, in the order of the positions. A number that is no row's adds
 * nothing, and its position is the content of `first_bad` unless that is less. */
void tg_scatter_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
