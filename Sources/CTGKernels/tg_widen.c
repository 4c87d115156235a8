#include "tg_widen.h"

#include "tg_variant.h"

void tg_widen_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_widen *w = record;
  (void)workspace;
  const ptrdiff_t begin = tile * w->grid.units_per_tile * TG_WIDEN_RUN;
  const ptrdiff_t end = tg_grid_end(&w->grid, tile) * TG_WIDEN_RUN;
  const ptrdiff_t count = (end < w->count ? end : w->count) - begin;
  tg_variant_of(w->grid.isa)->widen(w->input + begin, w->output + begin, count);
}
