/* Weights of a convolution as pairs of bfloat16. */
#pragma once

#include "tg_pairs.h"
#include "tg_winograd.h"

/** Words of weights for tg_convolution or tg_winograd: of panels, of turned weights, or of weights
 * transformed for tiles, rounded as the last step. Word k of an output has numbers 2k and 2k + 1 of
 * its C of a tap, or of its s x s x C of a position of tiles. Tiles of the work are panels. */
typedef struct {
  /** How the floats are found; `form` is NULL where they are panels. */
  tg_winograd_transform source;
  float *_Nonnull out;
  /** Rows of a panel, taps or positions of tiles, and the numbers of each. */
  ptrdiff_t rows, depth;
  ptrdiff_t tile_count, workspace_bytes;
} tg_pairs_weights;

/** Prepares them for weights without tiles: `taps` of a kernel, `channels` and `outputs` of a
 * group. Turned ones have one group. */
void tg_pairs_weights_of_panels(tg_pairs_weights *_Nonnull pairs, tg_isa isa,
                                const void *_Nonnull weights, tg_element element,
                                ptrdiff_t channels, ptrdiff_t outputs, ptrdiff_t groups,
                                ptrdiff_t taps, int is_turned, float *_Nonnull out);

/** Prepares them for weights in tiles; see tg_winograd_transform_prepare. */
void tg_pairs_weights_of_tiles(tg_pairs_weights *_Nonnull pairs, tg_isa isa,
                               const void *_Nonnull weights, tg_element element, ptrdiff_t channels,
                               ptrdiff_t outputs, ptrdiff_t results, ptrdiff_t kernel,
                               ptrdiff_t stride, int is_turned, float *_Nonnull out);

/** Makes one panel. */
void tg_pairs_weights_tile(const void *_Nonnull pairs, ptrdiff_t tile, void *_Nonnull workspace);
