#include "tg_gather.h"

#include <string.h>

#include "tg_variant.h"

/* Tiles of several threads report; the least unit stays, whoever comes first. */
static void report(ptrdiff_t *first_bad, ptrdiff_t unit) {
  ptrdiff_t seen = __atomic_load_n(first_bad, __ATOMIC_RELAXED);
  while (unit < seen && !__atomic_compare_exchange_n(first_bad, &seen, unit, 1, __ATOMIC_RELAXED,
                                                     __ATOMIC_RELAXED)) {
  }
}

/* The row of a number; -1 if it has none. */
static ptrdiff_t row_of(int32_t number, ptrdiff_t rows) {
  return number >= 0 && number < rows ? number : -1;
}

/* The run of the table from an element on, as floats of 32 bits. */
static void copy_run(const tg_gather *g, ptrdiff_t start, float *output) {
  if (g->element == TG_FLOAT32)
    memcpy(output, (const float *)g->table + start, (size_t)g->count * sizeof(float));
  else
    tg_variant_of(g->grid.isa)->widen((const uint16_t *)g->table + start, output, g->count);
}

void tg_gather_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_gather *g = record;
  const ptrdiff_t end = tg_grid_end(&g->grid, tile);
  (void)workspace;
  const ptrdiff_t pieces = tg_axes_count(&g->row);
  for (ptrdiff_t unit = tile * g->grid.units_per_tile; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS], piece[TG_AXES_TENSORS];
    tg_axes_locate(&g->positions, unit, at);
    const ptrdiff_t row = row_of(g->indices[at[0]], g->rows);
    if (row < 0) report(g->first_bad, unit);
    for (ptrdiff_t i = 0; i < pieces; i++) {
      tg_axes_locate(&g->row, i, piece);
      float *output = g->output + at[1] + piece[1];
      if (row < 0)
        memset(output, 0, (size_t)g->count * sizeof(float));
      else
        copy_run(g, row * g->row_stride + piece[0], output);
    }
  }
}

/* One unit: `count` columns of input and output. */
static void scatter_columns(const tg_scatter *s, const float *input, float *output,
                            ptrdiff_t count) {
  const ptrdiff_t positions = tg_axes_count(&s->positions);
  for (ptrdiff_t row = 0; row < s->rows; row++)
    memset(output + row * s->row_stride, 0, (size_t)count * sizeof(float));
  for (ptrdiff_t position = 0; position < positions; position++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&s->positions, position, at);
    const ptrdiff_t row = row_of(s->indices[at[0]], s->rows);
    if (row < 0) {
      report(s->first_bad, position);
      continue;
    }
    float *sums = output + row * s->row_stride;
    for (ptrdiff_t column = 0; column < count; column++) sums[column] += input[at[1] + column];
  }
}

void tg_scatter_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_scatter *s = record;
  const ptrdiff_t end = tg_grid_end(&s->grid, tile);
  (void)workspace;
  for (ptrdiff_t unit = tile * s->grid.units_per_tile; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&s->row, unit / s->runs, at);
    const ptrdiff_t first = unit % s->runs * TG_SCATTER_COLUMNS;
    const ptrdiff_t rest = s->count - first;
    scatter_columns(s, s->input + at[0] + first, s->output + at[1] + first,
                    rest < TG_SCATTER_COLUMNS ? rest : TG_SCATTER_COLUMNS);
  }
}
