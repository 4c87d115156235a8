/* Products of two matrices, batch by batch. */
#pragma once

#include "tg_block_epilogue.h"

enum {
  /** The depth that is multiplied at once: a block of both operands stays in the second cache, and
   * the error of a sum stays small (see TG_CHAIN). */
  TG_PRODUCT_DEPTH = 256,
  /** Rows and columns are padded to a multiple of the block of any instruction set. */
  TG_PRODUCT_ROWS = 12,
  TG_PRODUCT_COLUMNS = 32,
};

typedef struct tg_product tg_product;

/** out[r, c] = sum over k of left[r, k] * right[k, c] for a block of height rows and width columns;
 * rows of the result are `distance` elements apart. */
typedef void (*tg_multiply)(const tg_product *_Nonnull product, const float *_Nonnull left,
                            const float *_Nonnull right, float *_Nonnull out, ptrdiff_t distance,
                            ptrdiff_t height, ptrdiff_t width, void *_Nonnull workspace);

/** A prepared product [batch, rows, depth] x [batch, depth, columns]; strides in elements. */
struct tg_product {
  const float *_Nonnull left;
  const float *_Nonnull right;
  float *_Nonnull output;
  ptrdiff_t batch, rows, columns, depth;
  ptrdiff_t left_batch, left_row, left_depth;
  ptrdiff_t right_batch, right_depth, right_column;
  ptrdiff_t output_batch, output_row; /* columns have stride 1 */
  /** The extents of a tile; `tile_batch` is above 1 only if a tile has all rows and columns. */
  ptrdiff_t tile_batch, tile_rows, tile_columns;
  tg_multiply _Nonnull multiply;
  /** What BLAS is told of the operands, if `multiply` is BLAS. */
  int32_t left_leading, right_leading, left_transposed, right_transposed;
  /** The floats of workspace that `multiply` takes, and the result of a tile if there is an
   * epilogue. */
  ptrdiff_t multiply_floats, result_floats;
  tg_block_epilogue epilogue;
};

/** Our own kernel of a variant, for any strides. */
tg_multiply _Nonnull tg_product_kernel(tg_isa isa);

/** The bytes of workspace that our own kernel takes. */
ptrdiff_t tg_product_workspace(ptrdiff_t tile_rows, ptrdiff_t tile_columns, ptrdiff_t depth);

/** Runs one tile of a `tg_product`; the workspace has multiply_floats, then result_floats, then
 * what the epilogue's program needs. */
void tg_product_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
