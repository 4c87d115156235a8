#include "tg_softmax.h"

#define TG_BODY "tg_softmax_body.h"
#include "tg_variants.h"

void tg_f32_softmax_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_softmax *r = record;
  TG_CALL(r->grid.isa, tg_f32_softmax, r, (float *)workspace, tile * r->grid.units_per_tile,
          tg_grid_end(&r->grid, tile));
}
