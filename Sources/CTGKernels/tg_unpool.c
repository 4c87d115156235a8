#include "tg_variant.h"

void tg_f32_unpool_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_unpooling *u = record;
  (void)workspace;
  tg_variant_of(u->grid.isa)->unpool(u, tile * u->grid.units_per_tile,
          tg_grid_end(&u->grid, tile));
}
