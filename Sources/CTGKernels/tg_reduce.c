#include "tg_reduce.h"

#define TG_BODY "tg_reduce_body.h"
#include "tg_variants.h"

void tg_f32_reduce_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_reduction *r = record;
  TG_CALL(r->grid.isa, tg_f32_reduce, r, tile * r->grid.units_per_tile,
          tg_grid_end(&r->grid, tile), workspace);
}
