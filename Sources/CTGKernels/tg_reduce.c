#include "tg_variant.h"

void tg_reduce_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_reduce *r = record;
  tg_variant_of(r->grid.isa)
      ->reduce(r, workspace, tile * r->grid.units_per_tile, tg_grid_end(&r->grid, tile));
}

/* The result of one lane of a position of `kept`, segment by segment. */
static float tg_reduce_join(const tg_reduce *r, ptrdiff_t kept, ptrdiff_t lane) {
  const ptrdiff_t lanes = r->lanes ? r->lanes : 1;
  double value = 0, mean = 0, seen = 0;
  for (ptrdiff_t segment = 0; segment < r->segments; segment++) {
    const double *part =
        r->parts + ((kept * r->segments + segment) * lanes + lane) * TG_REDUCE_PARTS;
    if (r->function == TG_REDUCE_VARIANCE) {
      if (part[2] == 0) break;
      const double delta = part[1] - mean, total = seen + part[2];
      value += part[0] + delta * delta * seen * part[2] / total;
      mean += delta * part[2] / total;
      seen = total;
    } else if (tg_reduce_is_sum(r->function)) {
      value += part[0];
    } else {
      value = segment == 0 ? part[0] : tg_reduce_pair(r->function, (float)value, (float)part[0]);
    }
  }
  return tg_reduce_result(r, value);
}

void tg_reduce_join_tile(const void *record, ptrdiff_t tile, void *workspace) {
  (void)workspace;
  const tg_reduce *r = record;
  const ptrdiff_t lanes = r->lanes ? r->lanes : 1, end = tg_grid_end(&r->grid, tile);
  for (ptrdiff_t unit = tile * r->grid.units_per_tile; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&r->kept, unit / lanes, at);
    r->output[at[0] + unit % lanes * r->lane_stride] =
        tg_reduce_join(r, unit / lanes, unit % lanes);
  }
}
