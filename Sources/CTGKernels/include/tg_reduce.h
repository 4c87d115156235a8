/* Sum, mean, maximum, minimum, product and variance over axes. */
#pragma once

#include "tg_axes.h"
#include "tg_block_epilogue.h"

enum {
  TG_REDUCE_SUM,
  TG_REDUCE_MEAN,
  TG_REDUCE_MAXIMUM,
  TG_REDUCE_MINIMUM,
  TG_REDUCE_PRODUCT,
  TG_REDUCE_VARIANCE,
};

enum {
  /** The most elements, and the most rows of TG_BLOCK_LANES lanes, that are summed in float: 64
   * terms for each lane, whose roundings are some 1e-7 together, and a run fits the first cache. */
  TG_RUN_ELEMENTS = 1024,
  TG_RUN_ROWS = 64,
  /** The elements of the buffer that a program needs for a run. */
  TG_REDUCE_BUFFER = TG_RUN_ROWS * TG_BLOCK_LANES,
  /** The numbers that a segment leaves for each result: the sum (of squared deviations for the
   * variance) or the extremum or product; the mean; how many were seen. */
  TG_REDUCE_PARTS = 3,
};

/* The work is cut into units. With `lanes` == 0 a unit is a segment of a position of `kept`.
 * Otherwise the innermost kept axis, of `lanes` elements of stride 1 in operand 0 if there is no
 * program, is left out of `kept`, and a unit is a segment of `block` of its lanes, a multiple of
 * TG_BLOCK_LANES or all. Units of one position of `kept` follow each other, those of the same
 * segment first.
 *
 * What is reduced, the positions of `outer` times `rows` times `count`, is cut into runs, and these
 * into `segments` of neighbouring runs. One segment writes the result; several write what
 * `tg_reduce_join_tile` joins in their order. What is reduced is operand 0 of `source`, or what its
 * program makes of the operands; it counts by the axes of `kept`, of `outer`, rows, count, lanes,
 * in this order: `rank` of them. Without program `rows` is 1. */
typedef struct {
  tg_grid grid;
  float *_Nonnull output;
  int32_t function;
  ptrdiff_t lanes;
  ptrdiff_t block;
  ptrdiff_t lane_stride; /* of the output */
  ptrdiff_t segments;
  /* With several segments: for each position of `kept`, segment and lane TG_REDUCE_PARTS. */
  double *_Nullable parts;
  tg_axes kept; /* tensor 0: output */
  tg_axes outer;
  ptrdiff_t rows;
  ptrdiff_t count;
  ptrdiff_t rank;
  tg_block_epilogue source;
} tg_reduce;

/** Runs one tile of a `tg_reduce`. The workspace is TG_REDUCE_BUFFER elements and the program's,
 * nothing without one. */
void tg_reduce_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);

/** Makes results of the parts of all segments; a unit is a result. Needs no workspace. */
void tg_reduce_join_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
