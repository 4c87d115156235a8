/* What the files of the elementwise family share. */
#pragma once

#include "tg_program.h"

/* What an instruction set brings: its steps by code, a step that copies, and what makes floats of
 * other operands. */
typedef struct {
  tg_step_function steps[TG_FUNCTION_COUNT];
  tg_step_function copy;
  tg_expand_function expand_integers, expand_bits;
  tg_chain_function chain;
} tg_step_table;

/* Finds out whether a prepared program is a chain. */
void tg_chain_prepare(tg_program *program, int32_t step_count, const tg_step *steps);

/* True if a program is a chain that can be run over such a block; `joins` if its rows are one. */
int tg_chain_fits(const tg_program *program, ptrdiff_t rows, ptrdiff_t columns,
                  ptrdiff_t out_row_stride, ptrdiff_t out_column_stride, const tg_block *operands,
                  int *joins);

/* Copies a block; the two may be the same memory with the same strides, or do not overlap. */
void tg_copy_block(ptrdiff_t rows, ptrdiff_t columns, float *out, ptrdiff_t out_row_stride,
                   ptrdiff_t out_column_stride, const float *in, ptrdiff_t row_stride,
                   ptrdiff_t column_stride);
