#include "tg_variant.h"

void tg_softmax_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_softmax *r = record;
  tg_variant_of(r->grid.isa)
      ->softmax(r, (float *)workspace, tile * r->grid.units_per_tile, tg_grid_end(&r->grid, tile));
}
