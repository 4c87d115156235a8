/* How tensor kernels cut their work: axes of up to three tensors, and tiles of units. */
#pragma once
#include "tg_common.h"

enum { TG_AXES_TENSORS = 3 };

/** Extents, outermost first, with the strides of each tensor in elements. Rank 0 has one position.
 */
typedef struct {
  ptrdiff_t rank;
  ptrdiff_t extent[TG_MAX_RANK];
  ptrdiff_t stride[TG_AXES_TENSORS][TG_MAX_RANK];
} tg_axes;

/** Adds an axis inside the others; 0 if there is no room. */
static inline int tg_axes_append(tg_axes *_Nonnull axes, ptrdiff_t extent, ptrdiff_t stride0,
                                 ptrdiff_t stride1, ptrdiff_t stride2) {
  if (axes->rank >= TG_MAX_RANK) return 0;
  axes->extent[axes->rank] = extent;
  axes->stride[0][axes->rank] = stride0;
  axes->stride[1][axes->rank] = stride1;
  axes->stride[2][axes->rank] = stride2;
  axes->rank += 1;
  return 1;
}

/* The number of positions. */
static inline ptrdiff_t tg_axes_count(const tg_axes *_Nonnull axes) {
  ptrdiff_t count = 1;
  for (ptrdiff_t axis = 0; axis < axes->rank; axis++) count *= axes->extent[axis];
  return count;
}

/* Offsets of the position with a row-major number. */
static inline void tg_axes_locate(const tg_axes *_Nonnull axes, ptrdiff_t number,
                                  ptrdiff_t *_Nonnull offset) {
  offset[0] = offset[1] = offset[2] = 0;
  for (ptrdiff_t axis = axes->rank - 1; axis >= 0; axis--) {
    const ptrdiff_t i = number % axes->extent[axis];
    number /= axes->extent[axis];
    for (int tensor = 0; tensor < TG_AXES_TENSORS; tensor++)
      offset[tensor] += i * axes->stride[tensor][axis];
  }
}

/* Indices of the position with a row-major number, one per axis. */
static inline void tg_axes_indices(const tg_axes *_Nonnull axes, ptrdiff_t number,
                                   ptrdiff_t *_Nonnull index) {
  for (ptrdiff_t axis = axes->rank - 1; axis >= 0; axis--) {
    index[axis] = number % axes->extent[axis];
    number /= axes->extent[axis];
  }
}

/** A kernel's units of work, its tiles of equally many of them, and the variant it runs. */
typedef struct {
  tg_isa isa;
  ptrdiff_t units;
  ptrdiff_t units_per_tile;
} tg_grid;

/* One past the last unit of a tile, whose first is tile * units_per_tile. */
static inline ptrdiff_t tg_grid_end(const tg_grid *_Nonnull grid, ptrdiff_t tile) {
  const ptrdiff_t end = (tile + 1) * grid->units_per_tile;
  return end < grid->units ? end : grid->units;
}
