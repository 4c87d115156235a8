#include "tg_variant.h"

tg_multiply tg_product_kernel(tg_isa isa) { return tg_variant_of(isa)->multiply; }

ptrdiff_t tg_product_workspace(ptrdiff_t tile_rows, ptrdiff_t tile_columns, ptrdiff_t depth) {
  const ptrdiff_t most = depth < TG_PRODUCT_DEPTH ? depth : TG_PRODUCT_DEPTH;
  const ptrdiff_t floats = (tile_rows + TG_PRODUCT_ROWS + tile_columns + TG_PRODUCT_COLUMNS) * most;
  return tg_aligned(floats * (ptrdiff_t)sizeof(float));
}

void tg_product_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_product *p = record;
  const ptrdiff_t row_tiles = (p->rows + p->tile_rows - 1) / p->tile_rows;
  const ptrdiff_t column_tiles = (p->columns + p->tile_columns - 1) / p->tile_columns;
  const ptrdiff_t row = tile / column_tiles % row_tiles * p->tile_rows;
  const ptrdiff_t column = tile % column_tiles * p->tile_columns;
  const ptrdiff_t height = p->rows - row < p->tile_rows ? p->rows - row : p->tile_rows;
  const ptrdiff_t width =
      p->columns - column < p->tile_columns ? p->columns - column : p->tile_columns;
  const ptrdiff_t first = tile / column_tiles / row_tiles * p->tile_batch;
  const ptrdiff_t last = p->batch - first < p->tile_batch ? p->batch : first + p->tile_batch;
  float *result = (float *)workspace + p->multiply_floats;
  for (ptrdiff_t item = first; item < last; item++) {
    const float *left = p->left + item * p->left_batch + row * p->left_row;
    const float *right = p->right + item * p->right_batch + column * p->right_column;
    float *out = p->output + item * p->output_batch + row * p->output_row + column;
    if (!p->epilogue.program) {
      p->multiply(p, left, right, out, p->output_row, height, width, workspace);
      continue;
    }
    p->multiply(p, left, right, result, width, height, width, workspace);
    const ptrdiff_t position[3] = {item, row, column};
    tg_block_epilogue_run(&p->epilogue, position, 3, 1, 2, height, width, result, out,
                          p->output_row, 1, result + p->result_floats);
  }
}
