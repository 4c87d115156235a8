/* Subtract the mean, divide by the deviation, over axes. */
#pragma once

#include "tg_block_epilogue.h"

/** Each position of `kept` is normalised over the positions of `outer` times an innermost run of
 * `count` elements. The epilogue counts by the axes of `kept`, of `outer`, the run and the lanes.
 *
 * Rows (`lanes` == 0): one call, a unit is a position of `kept`.
 *
 * Lanes: the innermost kept axis, of `lanes` elements of stride 1 in input and output, is left out
 * of `kept`. The positions normalised over, counted through `outer` and the run, are cut into
 * `segments` of equal length; a first call takes their moments, a unit being a segment for up to 64
 * lanes of a position of `kept`; a second call joins the moments and normalises, a unit being
 * `block` positions for all lanes. */
typedef struct {
  tg_grid grid;
  const float *_Nonnull input;
  float *_Nonnull output;
  tg_axes kept;  /* tensor 0: input, 1: output */
  tg_axes outer; /* tensor 0: input, 1: output */
  ptrdiff_t count;
  ptrdiff_t stride_in, stride_out; /* of the run */
  float epsilon;
  tg_block_epilogue epilogue;
  ptrdiff_t lanes;
  ptrdiff_t segments;
  ptrdiff_t block;
  /** [kept][segments][2][lanes]: mean and summed squares of deviations. */
  double *_Nullable moments;
} tg_normalize;

enum {
  /** The elements that pass through the workspace at once, if there is an epilogue; with more
   * lanes than this, a position of all lanes. */
  TG_NORMALIZE_BLOCK = 4096,
};

/** Runs one tile of rows. The workspace has TG_NORMALIZE_BLOCK floats and then what the epilogue's
 * program needs. */
void tg_normalize_rows_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);

/** Runs one tile of the first call for lanes, without workspace. */
void tg_normalize_moments_tile(const void *_Nonnull record, ptrdiff_t tile,
                               void *_Nonnull workspace);

/** Runs one tile of the second call for lanes. The workspace has 2 * lanes floats, rounded up to a
 * multiple of 16, then as for rows. */
void tg_normalize_lanes_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
