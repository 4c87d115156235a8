#include "tg_variant.h"

void tg_pack_masks_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_pack_masks *s = record;
  (void)workspace;
  tg_variant_of(s->grid.isa)
      ->pack_masks(s, tile * s->grid.units_per_tile, tg_grid_end(&s->grid, tile));
}
