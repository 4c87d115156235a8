/* Blocks of rows by columns in registers, operands packed in the order in which they are read
 * (Goto, van de Geijn: Anatomy of High-Performance Matrix Multiplication, 2008). Each result is
 * the sum of chains of TG_PRODUCT_DEPTH multiply-adds in the order of the depth, whatever the block
 * it falls into. */

enum {
  /* The columns of a block: BLOCK_ROWS times as many sums are in registers. */
  BLOCK_COLUMNS = BLOCK_GROUPS * TG_LANES,
  /* So many rows are multiplied one by one: packing would cost more. */
  FEW_ROWS = 2,
  /* The groups of columns that a row takes at once: 8 sums in registers of every set. */
  ROW_GROUPS = 8,
};

/* Stores the first `n` lanes of the first chain; adds those of another to what is stored. */
TG_INLINE void product_put(v16 sum, int first, float *out, ptrdiff_t n) {
  v16_store_upto(out, first ? sum : v16_add(v16_load_upto(out, n), sum), n);
}

/* One block: `left` is [depth][BLOCK_ROWS], rows of `right` are `step` apart. Adds to what
 * `out` holds unless it is the first piece of the depth. */
TG_INLINE void product_block(const float *left, const float *right, ptrdiff_t step, ptrdiff_t depth,
                             int first, float *out, ptrdiff_t distance, ptrdiff_t height,
                             ptrdiff_t width) {
  v16 sum[BLOCK_ROWS][BLOCK_GROUPS];
  TG_REPEAT(r, BLOCK_ROWS)
    TG_REPEAT(v, BLOCK_GROUPS) sum[r][v] = v16_set(0);
  for (ptrdiff_t k = 0; k < depth; k++) {
    v16 b[BLOCK_GROUPS];
    TG_REPEAT(v, BLOCK_GROUPS) b[v] = v16_load(right + k * step + v * TG_LANES);
    TG_REPEAT(r, BLOCK_ROWS) {
      const v16 a = v16_set(left[k * BLOCK_ROWS + r]);
      TG_REPEAT(v, BLOCK_GROUPS) sum[r][v] = v16_fma(a, b[v], sum[r][v]);
    }
  }
  for (ptrdiff_t r = 0; r < height; r++)
    for (ptrdiff_t v = 0; v * TG_LANES < width; v++)
      product_put(sum[r][v], first, out + r * distance + v * TG_LANES, width - v * TG_LANES);
}

/* [panel][depth][BLOCK_ROWS] of `height` rows, the missing ones of the last panel 0. */
TG_INLINE void product_pack_left(const tg_product *p, const float *a, ptrdiff_t height,
                                 ptrdiff_t depth, float *packed) {
  for (ptrdiff_t i = 0; i < height; i += BLOCK_ROWS, packed += BLOCK_ROWS * depth) {
    if (p->left_row == 1 && i + BLOCK_ROWS <= height) {
      for (ptrdiff_t k = 0; k < depth; k++)
        for (ptrdiff_t r = 0; r < BLOCK_ROWS; r++)
          packed[k * BLOCK_ROWS + r] = a[i + r + k * p->left_depth];
      continue;
    }
    for (ptrdiff_t r = 0; r < BLOCK_ROWS; r++) {
      const float *row = a + (i + r) * p->left_row;
      if (i + r >= height)
        for (ptrdiff_t k = 0; k < depth; k++) packed[k * BLOCK_ROWS + r] = 0;
      else if (p->left_depth == 1)
        for (ptrdiff_t k = 0; k < depth; k++) packed[k * BLOCK_ROWS + r] = row[k];
      else
        for (ptrdiff_t k = 0; k < depth; k++) packed[k * BLOCK_ROWS + r] = row[k * p->left_depth];
    }
  }
}

/* [panel][depth][BLOCK_COLUMNS] of columns first ..< width, missing ones 0. */
TG_INLINE void product_pack_right(const tg_product *p, const float *b, ptrdiff_t first,
                                  ptrdiff_t width, ptrdiff_t depth, float *packed) {
  if (p->right_column == 1) {
    for (ptrdiff_t k = 0; k < depth; k++) {
      const float *row = b + k * p->right_depth;
      for (ptrdiff_t j = first; j < width; j += BLOCK_COLUMNS) {
        float *position = packed + j * depth + k * BLOCK_COLUMNS;
        for (ptrdiff_t c = 0; c < BLOCK_COLUMNS; c += TG_LANES) {
          const ptrdiff_t left = width - j - c;
          v16_store(position + c, left > 0 ? v16_load_upto(row + j + c, left) : v16_set(0));
        }
      }
    }
    return;
  }
  for (ptrdiff_t j = first; j < width; j += BLOCK_COLUMNS)
    for (ptrdiff_t c = 0; c < BLOCK_COLUMNS; c++) {
      float *position = packed + j * depth + c;
      const float *column = b + (j + c) * p->right_column;
      for (ptrdiff_t k = 0; k < depth; k++)
        position[k * BLOCK_COLUMNS] = j + c < width ? column[k * p->right_depth] : 0;
    }
}

/* `depth` positions of one row of the left operand: rows of the right one are read as they lie. */
TG_INLINE void product_row(const tg_product *p, const float *left, const float *right,
                           ptrdiff_t depth, int first, float *out, ptrdiff_t width) {
  ptrdiff_t j = 0;
  for (; j + ROW_GROUPS * TG_LANES <= width; j += ROW_GROUPS * TG_LANES) {
    v16 sum[ROW_GROUPS];
    TG_REPEAT(v, ROW_GROUPS) sum[v] = v16_set(0);
    for (ptrdiff_t k = 0; k < depth; k++) {
      const v16 a = v16_set(left[k * p->left_depth]);
      const float *row = right + k * p->right_depth + j;
      TG_REPEAT(v, ROW_GROUPS) sum[v] = v16_fma(a, v16_load(row + v * TG_LANES), sum[v]);
    }
    TG_REPEAT(v, ROW_GROUPS) product_put(sum[v], first, out + j + v * TG_LANES, TG_LANES);
  }
  for (; j < width; j += TG_LANES) {
    const ptrdiff_t n = width - j < TG_LANES ? width - j : TG_LANES;
    v16 sum = v16_set(0);
    for (ptrdiff_t k = 0; k < depth; k++) {
      const float *row = right + k * p->right_depth + j;
      const v16 b = v16_load_upto(row, n);
      sum = v16_fma(v16_set(left[k * p->left_depth]), b, sum);
    }
    product_put(sum, first, out + j, n);
  }
}

static void product(const tg_product *p, const float *left, const float *right, float *out,
                    ptrdiff_t distance, ptrdiff_t height, ptrdiff_t width, void *workspace) {
  const int few = height <= FEW_ROWS && p->right_column == 1;
  /* Few rows do not pay for packing the other operand, but for its incomplete panel. */
  const int packs = p->right_column != 1 || height > 2 * BLOCK_ROWS;
  float *packed_left = workspace;
  for (ptrdiff_t start = 0; start < p->depth || start == 0; start += TG_PRODUCT_DEPTH) {
    const ptrdiff_t depth =
        p->depth - start < TG_PRODUCT_DEPTH ? p->depth - start : TG_PRODUCT_DEPTH;
    const float *a = left + start * p->left_depth, *b = right + start * p->right_depth;
    if (few) {
      for (ptrdiff_t r = 0; r < height; r++)
        product_row(p, a + r * p->left_row, b, depth, start == 0, out + r * distance, width);
      continue;
    }
    float *packed_right = packed_left + (height + BLOCK_ROWS - 1) / BLOCK_ROWS * BLOCK_ROWS * depth;
    product_pack_left(p, a, height, depth, packed_left);
    product_pack_right(p, b, packs ? 0 : width / BLOCK_COLUMNS * BLOCK_COLUMNS, width, depth,
                       packed_right);
    for (ptrdiff_t j = 0; j < width; j += BLOCK_COLUMNS) {
      const int packed = packs || j + BLOCK_COLUMNS > width;
      const float *column = packed ? packed_right + j * depth : b + j;
      for (ptrdiff_t i = 0; i < height; i += BLOCK_ROWS)
        product_block(packed_left + i * depth, column, packed ? BLOCK_COLUMNS : p->right_depth,
                      depth, start == 0, out + i * distance + j, distance,
                      height - i < BLOCK_ROWS ? height - i : BLOCK_ROWS,
                      width - j < BLOCK_COLUMNS ? width - j : BLOCK_COLUMNS);
    }
  }
}
