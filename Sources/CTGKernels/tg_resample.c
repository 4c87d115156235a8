#include "tg_resample.h"

#define TG_BODY "tg_resample_body.h"
#include "tg_variants.h"

void tg_f32_resample_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_resampling *r = record;
  (void)workspace;
  TG_CALL(r->grid.isa, tg_f32_resample, r, tile * r->grid.units_per_tile,
          tg_grid_end(&r->grid, tile));
}
