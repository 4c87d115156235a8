#include "tg_block_epilogue.h"

void tg_block_operands(const tg_block_epilogue *epilogue, const ptrdiff_t *position, ptrdiff_t rank,
                       ptrdiff_t row_axis, ptrdiff_t column_axis, tg_block *blocks) {
  for (ptrdiff_t k = 0; k < epilogue->operand_count; k++) {
    const ptrdiff_t *strides = epilogue->strides[k];
    ptrdiff_t offset = 0;
    for (ptrdiff_t axis = 0; axis < rank; axis++) offset += position[axis] * strides[axis];
    blocks[k] = (tg_block){.base = epilogue->operands[k],
                           .offset = offset,
                           .row_stride = strides[row_axis],
                           .column_stride = strides[column_axis]};
  }
}

void tg_block_epilogue_run(const tg_block_epilogue *epilogue, const ptrdiff_t *position,
                           ptrdiff_t rank, ptrdiff_t row_axis, ptrdiff_t column_axis,
                           ptrdiff_t rows, ptrdiff_t columns, const float *result, float *out,
                           ptrdiff_t out_row_stride, ptrdiff_t out_column_stride, void *workspace) {
  tg_block blocks[TG_MAX_OPERANDS + 1];
  blocks[0] = (tg_block){.base = result, .row_stride = columns, .column_stride = 1};
  tg_block_operands(epilogue, position, rank, row_axis, column_axis, blocks + 1);
  tg_program_run(epilogue->program, rows, columns, out, out_row_stride, out_column_stride, blocks,
                 workspace);
}
