#include "tg_gather.h"

#include <string.h>

void tg_f32_gather_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_gathering *g = record;
  const ptrdiff_t end = tg_grid_end(&g->grid, tile);
  (void)workspace;
  const ptrdiff_t pieces = tg_axes_count(&g->row);
  for (ptrdiff_t unit = tile * g->grid.units_per_tile; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS], piece[TG_AXES_TENSORS];
    tg_axes_locate(&g->places, unit, at);
    const float number = g->indices[at[0]];
    ptrdiff_t row = 0;
    if (number >= (float)(g->rows - 1))
      row = g->rows - 1;
    else if (number > 0)
      row = (ptrdiff_t)number;
    for (ptrdiff_t i = 0; i < pieces; i++) {
      tg_axes_locate(&g->row, i, piece);
      memcpy(g->output + at[1] + piece[1], g->table + row * g->row_stride + piece[0],
             (size_t)g->count * sizeof(float));
    }
  }
}
