/* Blocks of rows by columns in registers, operands packed in the order in which they are read
 * (Goto, van de Geijn: Anatomy of High-Performance Matrix Multiplication, 2008). Each result is
 * the sum of chains of TG_PRODUCT_DEPTH multiply-adds in the order of the depth, whatever the block
 * it falls into.
 * No include guard: see tg_lanes.h. */
#include "tg_lanes.h"

#undef TG_BLOCK_ROWS
#undef TG_BLOCK_VECTORS
#undef TG_MULTIPLY_ADD
#if TG_LEVEL == 2
#define TG_BLOCK_ROWS 12
#define TG_BLOCK_VECTORS 2
#define TG_MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma(a, b, c)
#elif TG_LEVEL == 1
#define TG_BLOCK_ROWS 6
#define TG_BLOCK_VECTORS 1
#define TG_MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define TG_BLOCK_ROWS 2
#define TG_BLOCK_VECTORS 1
#define TG_MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

/* Stores the first `n` lanes of the first chain; adds those of another to what is stored. */
TG_INLINE void TG_FN(put)(tg_v16 sum, int first, float *out, ptrdiff_t n) {
  if (n >= 16)
    tg_store(out, first ? sum : tg_load(out) + sum);
  else
    tg_store_part(out, first ? sum : tg_load_part(out, n, 0) + sum, n);
}

/* One block: `left` is [depth][TG_BLOCK_ROWS], rows of `right` are `step` apart. Adds to what
 * `out` holds unless it is the first piece of the depth. */
TG_INLINE void TG_FN(block)(const float *left, const float *right, ptrdiff_t step, ptrdiff_t depth,
                            int first, float *out, ptrdiff_t distance, ptrdiff_t height,
                            ptrdiff_t width) {
  tg_v16 sum[TG_BLOCK_ROWS][TG_BLOCK_VECTORS];
#pragma clang loop unroll(full)
  for (int r = 0; r < TG_BLOCK_ROWS; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < TG_BLOCK_VECTORS; v++) sum[r][v] = tg_splat(0);
  for (ptrdiff_t k = 0; k < depth; k++) {
    tg_v16 b[TG_BLOCK_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < TG_BLOCK_VECTORS; v++) b[v] = tg_load(right + k * step + v * 16);
#pragma clang loop unroll(full)
    for (int r = 0; r < TG_BLOCK_ROWS; r++) {
      const tg_v16 a = tg_splat(left[k * TG_BLOCK_ROWS + r]);
#pragma clang loop unroll(full)
      for (int v = 0; v < TG_BLOCK_VECTORS; v++) sum[r][v] = TG_MULTIPLY_ADD(a, b[v], sum[r][v]);
    }
  }
  for (ptrdiff_t r = 0; r < height; r++)
    for (ptrdiff_t v = 0; v * 16 < width; v++)
      TG_FN(put)(sum[r][v], first, out + r * distance + v * 16, width - v * 16);
}

/* [panel][depth][TG_BLOCK_ROWS] of `height` rows, the missing ones of the last panel 0. */
TG_INLINE void TG_FN(pack_left)(const tg_product *p, const float *a, ptrdiff_t height,
                                ptrdiff_t depth, float *packed) {
  enum { ROWS = TG_BLOCK_ROWS };
  for (ptrdiff_t i = 0; i < height; i += ROWS, packed += ROWS * depth) {
    if (p->left_row == 1 && i + ROWS <= height) {
      for (ptrdiff_t k = 0; k < depth; k++)
        for (ptrdiff_t r = 0; r < ROWS; r++) packed[k * ROWS + r] = a[i + r + k * p->left_depth];
      continue;
    }
    for (ptrdiff_t r = 0; r < ROWS; r++) {
      const float *row = a + (i + r) * p->left_row;
      if (i + r >= height)
        for (ptrdiff_t k = 0; k < depth; k++) packed[k * ROWS + r] = 0;
      else if (p->left_depth == 1)
        for (ptrdiff_t k = 0; k < depth; k++) packed[k * ROWS + r] = row[k];
      else
        for (ptrdiff_t k = 0; k < depth; k++) packed[k * ROWS + r] = row[k * p->left_depth];
    }
  }
}

/* [panel][depth][16 * TG_BLOCK_VECTORS] of columns first ..< width, missing ones 0. */
TG_INLINE void TG_FN(pack_right)(const tg_product *p, const float *b, ptrdiff_t first,
                                 ptrdiff_t width, ptrdiff_t depth, float *packed) {
  enum { COLUMNS = 16 * TG_BLOCK_VECTORS };
  if (p->right_column == 1) {
    for (ptrdiff_t k = 0; k < depth; k++) {
      const float *row = b + k * p->right_depth;
      for (ptrdiff_t j = first; j < width; j += COLUMNS) {
        float *place = packed + j * depth + k * COLUMNS;
        for (ptrdiff_t c = 0; c < COLUMNS; c += 16) {
          const ptrdiff_t left = width - j - c;
          tg_store(place + c, left >= 16  ? tg_load(row + j + c)
                              : left > 0 ? tg_load_part(row + j + c, left, 0)
                                         : tg_splat(0));
        }
      }
    }
    return;
  }
  for (ptrdiff_t j = first; j < width; j += COLUMNS)
    for (ptrdiff_t c = 0; c < COLUMNS; c++) {
      float *place = packed + j * depth + c;
      const float *column = b + (j + c) * p->right_column;
      for (ptrdiff_t k = 0; k < depth; k++)
        place[k * COLUMNS] = j + c < width ? column[k * p->right_depth] : 0;
    }
}

/* `depth` places of one row of the left operand: rows of the right one are read as they lie. */
TG_INLINE void TG_FN(one_row)(const tg_product *p, const float *left, const float *right,
                              ptrdiff_t depth, int first, float *out, ptrdiff_t width) {
  ptrdiff_t j = 0;
  for (; j + 128 <= width; j += 128) {
    tg_v16 sum[8];
#pragma clang loop unroll(full)
    for (int v = 0; v < 8; v++) sum[v] = tg_splat(0);
    for (ptrdiff_t k = 0; k < depth; k++) {
      const tg_v16 a = tg_splat(left[k * p->left_depth]);
      const float *row = right + k * p->right_depth + j;
#pragma clang loop unroll(full)
      for (int v = 0; v < 8; v++) sum[v] = TG_MULTIPLY_ADD(a, tg_load(row + 16 * v), sum[v]);
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < 8; v++) TG_FN(put)(sum[v], first, out + j + 16 * v, 16);
  }
  for (; j < width; j += 16) {
    const ptrdiff_t n = width - j < 16 ? width - j : 16;
    tg_v16 sum = tg_splat(0);
    for (ptrdiff_t k = 0; k < depth; k++) {
      const float *row = right + k * p->right_depth + j;
      const tg_v16 b = n == 16 ? tg_load(row) : tg_load_part(row, n, 0);
      sum = TG_MULTIPLY_ADD(tg_splat(left[k * p->left_depth]), b, sum);
    }
    TG_FN(put)(sum, first, out + j, n);
  }
}

static void TG_FN(tg_f32_product)(const tg_product *p, const float *left, const float *right,
                                  float *out, ptrdiff_t distance, ptrdiff_t height,
                                  ptrdiff_t width, void *workspace) {
  enum { ROWS = TG_BLOCK_ROWS, COLUMNS = 16 * TG_BLOCK_VECTORS };
  const int few = height <= 2 && p->right_column == 1;
  /* Few rows do not pay for packing the other operand, but for its incomplete panel. */
  const int packs = p->right_column != 1 || height > 2 * ROWS;
  float *packed_left = workspace;
  for (ptrdiff_t start = 0; start < p->depth || start == 0; start += TG_PRODUCT_DEPTH) {
    const ptrdiff_t depth =
        p->depth - start < TG_PRODUCT_DEPTH ? p->depth - start : TG_PRODUCT_DEPTH;
    const float *a = left + start * p->left_depth, *b = right + start * p->right_depth;
    if (few) {
      for (ptrdiff_t r = 0; r < height; r++)
        TG_FN(one_row)(p, a + r * p->left_row, b, depth, start == 0, out + r * distance, width);
      continue;
    }
    float *packed_right = packed_left + (height + ROWS - 1) / ROWS * ROWS * depth;
    TG_FN(pack_left)(p, a, height, depth, packed_left);
    TG_FN(pack_right)(p, b, packs ? 0 : width / COLUMNS * COLUMNS, width, depth, packed_right);
    for (ptrdiff_t j = 0; j < width; j += COLUMNS) {
      const int packed = packs || j + COLUMNS > width;
      const float *column = packed ? packed_right + j * depth : b + j;
      for (ptrdiff_t i = 0; i < height; i += ROWS)
        TG_FN(block)(packed_left + i * depth, column, packed ? COLUMNS : p->right_depth, depth,
                     start == 0, out + i * distance + j, distance,
                     height - i < ROWS ? height - i : ROWS,
                     width - j < COLUMNS ? width - j : COLUMNS);
    }
  }
}
