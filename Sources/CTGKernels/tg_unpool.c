#include "tg_pool.h"

#define TG_BODY "tg_unpool_body.h"
#include "tg_variants.h"

void tg_f32_unpool_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_unpooling *u = record;
  (void)workspace;
  TG_CALL(u->grid.isa, tg_f32_unpool, u, tile * u->grid.units_per_tile,
          tg_grid_end(&u->grid, tile));
}
