#include "tg_pool.h"

#define TG_BODY "tg_pool_body.h"
#include "tg_variants.h"

void tg_f32_pool_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_pooling *r = record;
  (void)workspace;
  TG_CALL(r->grid.isa, tg_f32_pool, r, tile * r->grid.units_per_tile,
          tg_grid_end(&r->grid, tile));
}
