#include "tg_signs.h"

#define TG_BODY "tg_signs_body.h"
#include "tg_variants.h"

void tg_f32_signs_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_signs *s = record;
  (void)workspace;
  TG_CALL(s->grid.isa, tg_f32_signs, s, tile * s->grid.units_per_tile,
          tg_grid_end(&s->grid, tile));
}
