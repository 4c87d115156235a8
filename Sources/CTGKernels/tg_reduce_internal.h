/* What the files of reductions share. */
#pragma once

#include "tg_reduce.h"

/* Within a run: the sum of squared deviations from a centre. */
enum { TG_REDUCE_SQUARES = -1 };

static inline float tg_reduce_neutral(int function) {
  switch (function) {
    case TG_REDUCE_MAXIMUM: return -__builtin_inff();
    case TG_REDUCE_MINIMUM: return __builtin_inff();
    case TG_REDUCE_PRODUCT: return 1;
    default: return 0;
  }
}

static inline int tg_reduce_is_sum(int function) {
  return function == TG_REDUCE_SUM || function == TG_REDUCE_MEAN || function == TG_REDUCE_VARIANCE;
}

static inline int tg_reduce_is_averaged(int function) {
  return function == TG_REDUCE_MEAN || function == TG_REDUCE_VARIANCE;
}

static inline float tg_reduce_pair(int function, float a, float x) {
  switch (function) {
    case TG_REDUCE_MAXIMUM: return a >= x || a != a ? a : x;
    case TG_REDUCE_MINIMUM: return a <= x || a != a ? a : x;
    case TG_REDUCE_PRODUCT: return a * x;
    default: return a + x;
  }
}

/* The number to be stored, of a sum or another value. */
static inline float tg_reduce_result(const tg_reduce *r, double value) {
  if (tg_reduce_is_averaged(r->function))
    value /= (double)(tg_axes_count(&r->outer) * r->rows * r->count);
  return (float)value;
}

static inline ptrdiff_t tg_smaller_of(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/* How what is reduced is cut into runs: blocks of so many rows and columns, so many blocks. */
typedef struct {
  ptrdiff_t rows, columns, row_blocks, run_blocks, count;
} tg_reduce_runs;

static inline tg_reduce_runs tg_reduce_cut(const tg_reduce *r) {
  tg_reduce_runs runs = {.rows = 1, .columns = r->lanes ? TG_RUN_ROWS : TG_RUN_ELEMENTS};
  if (r->lanes == 0 && r->count < TG_RUN_ELEMENTS) runs.rows = TG_RUN_ELEMENTS / r->count;
  runs.row_blocks = (r->rows + runs.rows - 1) / runs.rows;
  runs.run_blocks = (r->count + runs.columns - 1) / runs.columns;
  runs.count = tg_axes_count(&r->outer) * runs.row_blocks * runs.run_blocks;
  return runs;
}

/* The first run of a segment. */
static inline ptrdiff_t tg_reduce_segment(const tg_reduce *r, const tg_reduce_runs *runs,
                                          ptrdiff_t segment) {
  const ptrdiff_t length = (runs->count + r->segments - 1) / r->segments;
  return tg_smaller_of(segment * length, runs->count);
}

/* Writes a result, or what a segment found for it. */
static inline void tg_reduce_finish(const tg_reduce *r, ptrdiff_t kept, ptrdiff_t segment,
                                    ptrdiff_t lane, double value, double mean, double seen) {
  if (r->segments > 1) {
    const ptrdiff_t lanes = r->lanes ? r->lanes : 1;
    double *part = r->parts + ((kept * r->segments + segment) * lanes + lane) * TG_REDUCE_PARTS;
    part[0] = value;
    part[1] = mean;
    part[2] = seen;
    return;
  }
  ptrdiff_t at[TG_AXES_TENSORS];
  tg_axes_locate(&r->kept, kept, at);
  r->output[at[0] + lane * r->lane_stride] = tg_reduce_result(r, value);
}

/* A block of what is reduced: where it lies, or computed into the workspace. */
static inline tg_block tg_reduce_block(const tg_reduce *r, const ptrdiff_t *position,
                                       ptrdiff_t row_axis, ptrdiff_t column_axis, ptrdiff_t rows,
                                       ptrdiff_t columns, float *workspace) {
  tg_block blocks[TG_MAX_OPERANDS];
  tg_block_operands(&r->source, position, r->rank, row_axis, column_axis, blocks);
  if (!r->source.program) {
    blocks[0].base = (const float *)blocks[0].base + blocks[0].offset;
    return blocks[0];
  }
  tg_program_run(r->source.program, rows, columns, workspace, columns, 1, blocks,
                 workspace + TG_REDUCE_BUFFER);
  return (tg_block){.base = workspace, .row_stride = columns, .column_stride = 1};
}
