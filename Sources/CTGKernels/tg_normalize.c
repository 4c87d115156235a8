#include "tg_variant.h"

void tg_normalize_rows_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_normalize *r = record;
  tg_variant_of(r->grid.isa)
      ->normalize_rows(r, (float *)workspace, tile * r->grid.units_per_tile,
                       tg_grid_end(&r->grid, tile));
}

void tg_normalize_moments_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_normalize *r = record;
  (void)workspace;
  tg_variant_of(r->grid.isa)
      ->normalize_moments(r, tile * r->grid.units_per_tile, tg_grid_end(&r->grid, tile));
}

void tg_normalize_lanes_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_normalize *r = record;
  tg_variant_of(r->grid.isa)
      ->normalize_lanes(r, (float *)workspace, tile * r->grid.units_per_tile,
                        tg_grid_end(&r->grid, tile));
}
