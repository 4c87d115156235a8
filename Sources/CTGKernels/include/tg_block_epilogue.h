/* An elementwise program on the results of a kernel, or on what it reads, block by block. */
#pragma once

#include "tg_axes.h"
#include "tg_program.h"

enum {
  /** The most axes that a kernel counts its positions by: some may be split or have extent 1. */
  TG_EPILOGUE_AXES = TG_MAX_RANK + 3,
};

/** A program over operands known by their strides along the axes that the kernel counts by. As an
 * epilogue its operand 0 is the kernel's result, which is not among them; without program the
 * result is stored as it is. */
typedef struct {
  const tg_program *_Nullable program;
  ptrdiff_t operand_count;
  const void *_Nullable operands[TG_MAX_OPERANDS];
  ptrdiff_t strides[TG_MAX_OPERANDS][TG_EPILOGUE_AXES];
} tg_block_epilogue;

/** Adds an operand with its strides along `rank` axes. */
static inline void tg_block_epilogue_append(tg_block_epilogue *_Nonnull epilogue,
                                            const void *_Nonnull operand, ptrdiff_t rank,
                                            const ptrdiff_t *_Nonnull strides) {
  const ptrdiff_t k = epilogue->operand_count;
  if (k >= TG_MAX_OPERANDS || rank > TG_EPILOGUE_AXES) return;
  epilogue->operands[k] = operand;
  for (ptrdiff_t axis = 0; axis < rank; axis++) epilogue->strides[k][axis] = strides[axis];
  epilogue->operand_count = k + 1;
}

/** Where a block of rows by columns lies in each operand; see `tg_block_epilogue_run`. */
void tg_block_operands(const tg_block_epilogue *_Nonnull epilogue,
                       const ptrdiff_t *_Nonnull position, ptrdiff_t rank, ptrdiff_t row_axis,
                       ptrdiff_t column_axis, tg_block *_Nonnull blocks);

/** A block of rows by columns of a kernel's result, contiguous, goes through the program to `out`.
 *
 * `position[axis]` are the indices of its first element, `rank` of them; its rows and columns lie
 * along two of the axes. The workspace is the program's. */
void tg_block_epilogue_run(const tg_block_epilogue *_Nonnull epilogue,
                           const ptrdiff_t *_Nonnull position, ptrdiff_t rank, ptrdiff_t row_axis,
                           ptrdiff_t column_axis, ptrdiff_t rows, ptrdiff_t columns,
                           const float *_Nonnull result, float *_Nonnull out,
                           ptrdiff_t out_row_stride, ptrdiff_t out_column_stride,
                           void *_Nonnull workspace);
