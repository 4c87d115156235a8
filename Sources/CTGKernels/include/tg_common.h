/* What every kernel shares: strided views, tiles, instruction sets.
 *
 * A kernel is prepared once, at load, into a record of pointers, extents and strides, and then run
 * tile by tile. Running allocates nothing, and the tile grid depends on the record only, never on
 * the number of threads. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tg_isa.h"

enum {
  /** The highest rank of a view. */
  TG_MAX_RANK = 8,
};

/** A strided window into memory: element (i0, ..., ik) lies at base + sum of ia * strides[a]. */
typedef struct {
  float *_Nonnull base;
  ptrdiff_t rank;
  ptrdiff_t dims[TG_MAX_RANK];
  ptrdiff_t strides[TG_MAX_RANK];
} tg_view;

/** Runs one tile of a prepared kernel; `workspace` is 64-byte aligned and the caller's. */
typedef void (*tg_tile_function)(const void *_Nonnull record, ptrdiff_t tile,
                                 void *_Nonnull workspace);

/** Makes a view of rank <= TG_MAX_RANK. */
tg_view tg_view_make(float *_Nonnull base, ptrdiff_t rank, const ptrdiff_t *_Nonnull dims,
                     const ptrdiff_t *_Nonnull strides);

/** Tells the processor that the thread waits in a loop. */
static inline void tg_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
