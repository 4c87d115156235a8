#include "tg_normalize.h"

#define TG_BODY "tg_normalize_body.h"
#include "tg_variants.h"

void tg_f32_normalize_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_normalization *r = record;
  TG_CALL(r->grid.isa, tg_f32_normalize, r, (float *)workspace, tile * r->grid.units_per_tile,
          tg_grid_end(&r->grid, tile));
}
