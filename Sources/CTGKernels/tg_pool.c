#include "tg_variant.h"

void tg_pool_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_pool *r = record;
  (void)workspace;
  tg_variant_of(r->grid.isa)->pool(r, tile * r->grid.units_per_tile, tg_grid_end(&r->grid, tile));
}
