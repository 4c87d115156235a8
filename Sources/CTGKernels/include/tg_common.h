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
  /** The floats of the widest vector. Every instruction set adds in so many lanes, so that all add
   * in the same order. */
  TG_LANES = 16,
  /** The lanes side by side that a kernel takes at once where there are so many: four vectors of
   * the widest set, whose chains of additions (4 cycles each) fill an adder between them. */
  TG_BLOCK_LANES = 64,
  TG_BLOCK_GROUPS = TG_BLOCK_LANES / TG_LANES,
  /** The alignment of workspaces and of the pieces they are cut into: a cache line, and a vector.
   */
  TG_ALIGNMENT = 64,
};

/** What preparing a kernel may end with. */
typedef enum {
  TG_OK = 0,
  /** The program breaks a rule: a step of no function, a value before it is made, too many steps.
   */
  TG_UNSOUND_PROGRAM,
  /** The workspace would be larger than the memory of any machine. */
  TG_TOO_LARGE,
} tg_status;

/** A size rounded up to whole lines of TG_ALIGNMENT bytes. */
static inline ptrdiff_t tg_aligned(ptrdiff_t bytes) {
  return (bytes + TG_ALIGNMENT - 1) / TG_ALIGNMENT * TG_ALIGNMENT;
}

/** What lies at an address: 32-bit floats, 32-bit whole numbers, truths, 16 to a word of 16 bits
 * with the first in the lowest bit, or 16-bit floats. */
typedef enum { TG_FLOAT32 = 0, TG_INT32 = 1, TG_BITS = 2, TG_FLOAT16 = 3 } tg_element;

/** A strided window into memory: element (i0, ..., ik) lies sum of ia * strides[a] elements after
 * the base. Of truths the strides count truths, and every row begins with a word. */
typedef struct {
  void *_Nonnull base;
  tg_element element;
  ptrdiff_t rank;
  ptrdiff_t dims[TG_MAX_RANK];
  ptrdiff_t strides[TG_MAX_RANK];
} tg_view;

/** Runs one tile of a prepared kernel; `workspace` is aligned to TG_ALIGNMENT and the caller's. */
typedef void (*tg_tile_function)(const void *_Nonnull record, ptrdiff_t tile,
                                 void *_Nonnull workspace);

/** Makes a view of rank <= TG_MAX_RANK. */
tg_view tg_view_make(void *_Nonnull base, tg_element element, ptrdiff_t rank,
                     const ptrdiff_t *_Nonnull dims, const ptrdiff_t *_Nonnull strides);

/** Tells the processor that the thread waits in a loop. */
static inline void tg_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
