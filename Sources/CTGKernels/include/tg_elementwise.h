/* An elementwise program over whole tensors. */
#pragma once

#include "tg_program.h"

/** A program over views of equal extents, with its loops arranged and cut into tiles. */
typedef struct {
  tg_program program;
  /** The loops, outermost first, the block's rows and columns last. */
  ptrdiff_t rank;
  ptrdiff_t dims[TG_MAX_RANK];
  float *_Nullable out;
  /** True if the results, floats, become whole numbers where they are. */
  int32_t converts;
  ptrdiff_t out_strides[TG_MAX_RANK];
  const void *_Nullable operands[TG_MAX_OPERANDS];
  ptrdiff_t strides[TG_MAX_OPERANDS][TG_MAX_RANK];
  /** The rows and columns of a block and how many blocks there are along each. */
  ptrdiff_t block_rows, block_columns, row_blocks, column_blocks;
  ptrdiff_t block_count, blocks_per_tile, tile_count, workspace_bytes;
} tg_elementwise;

/** Arranges the loops of a map; `operands` are as many as the program's. Whole numbers are made by
 * a program without steps: of whole numbers copies; of floats the same number, or INT32_MIN of one
 * that an int32 is not. Returns TG_OK or TG_UNSOUND_PROGRAM. */
tg_status tg_elementwise_prepare(tg_elementwise *_Nonnull map, tg_isa isa, int32_t operand_count,
                                 int32_t step_count, const tg_step *_Nonnull steps,
                                 const tg_view *_Nonnull out, const tg_view *_Nonnull operands);

/** Runs one tile of a prepared map. */
void tg_elementwise_tile(const void *_Nonnull map, ptrdiff_t tile, void *_Nonnull workspace);
