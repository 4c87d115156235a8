/* Floats of 16 bits to floats of 32 bits, exactly. */
#pragma once

#include "tg_axes.h"

/* A unit is TG_WIDEN_RUN neighbours, the last one what is left. */
typedef struct {
  tg_grid grid;
  const uint16_t *_Nonnull input;
  float *_Nonnull output;
  ptrdiff_t count;
} tg_widen;

enum {
  /* The elements of a unit: large enough that a thread takes few, and a page of the output each. */
  TG_WIDEN_RUN = 1024,
};

/** Runs one tile of a `tg_widen`; needs no workspace. */
void tg_widen_tile(const void *_Nonnull record, ptrdiff_t tile, void *_Nonnull workspace);
