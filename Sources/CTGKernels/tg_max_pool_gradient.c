#include "tg_variant.h"

void tg_max_pool_gradient_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_max_pool_gradient *u = record;
  (void)workspace;
  tg_variant_of(u->grid.isa)
      ->max_pool_gradient(u, tile * u->grid.units_per_tile, tg_grid_end(&u->grid, tile));
}
