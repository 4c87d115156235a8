#include "tg_variant.h"

void tg_f32_signs_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_signs *s = record;
  (void)workspace;
  tg_variant_of(s->grid.isa)->signs(s, tile * s->grid.units_per_tile,
          tg_grid_end(&s->grid, tile));
}
